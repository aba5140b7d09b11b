"""Names of a classifier's outputs: brought by the model or given in a file."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.errors import InputError


@dataclass(frozen=True)
class ClassNames:
    """Names in the order of the classifier's outputs."""

    names: tuple[str, ...]
    folders: tuple[str, ...] | None = None
    """Folder ids of an ImageFolder tree (``n01440764``), in the same order."""
    source: str = "given"
    """Where the names come from."""
    assumption: str | None = None
    """What was taken for granted where the names were not given."""

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Names that stand for more than one class (ImageNet has two cranes), sorted."""
        return tuple(sorted(name for name, times in Counter(self.names).items() if times > 1))


@cache
def imagenet_1k() -> ClassNames:
    """ImageNet-1k as timm ships it: WordNet ids and the first lemma of each as its name."""
    from timm.data.imagenet_info import ImageNetInfo

    info = ImageNetInfo("imagenet-1k")
    names = tuple(text.split(",")[0].strip() for text in info.label_descriptions())
    return ClassNames(names, tuple(info.label_names()), "ImageNet-1k names of timm")


def load_class_names(path: Path, *, num_classes: int) -> ClassNames:
    """Read JSON ``{folder id: name}``, a JSON list, or a text file with a name on each line.

    The order is that of the classifier's outputs. One name may stand for several classes.

    Raises:
        InputError: the file cannot be read, holds something else, or not ``num_classes`` names.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise InputError(
            f"cannot read the class names in {path} ({reason}): check --class-names"
        ) from error
    if path.suffix.lower() == ".json":
        folders, names = _from_json(text, path)
    else:
        lines = [line.strip() for line in text.splitlines()]
        folders, names = None, [line for line in lines if line]
    if len(names) != num_classes:
        raise InputError(
            f"{path} names {len(names)} classes, but the classifier has {num_classes} outputs: "
            "give one name for each output, in their order"
        )
    return ClassNames(tuple(names), tuple(folders) if folders else None, str(path))


def _from_json(text: str, path: Path) -> tuple[list[str] | None, list[str]]:
    """Folder ids, if there are any, and names."""
    try:
        content = json.loads(text, object_pairs_hook=lambda pairs: _Pairs(pairs))
        json.dumps(content, ensure_ascii=False).encode()  # fails on half a character
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is not valid JSON ({error}): give a JSON list or {{folder id: name}}"
        ) from error
    if isinstance(content, _Pairs):
        folders, names = [key for key, _ in content], [value for _, value in content]
        if repeated := [key for key, times in Counter(folders).items() if times > 1]:
            raise InputError(f"{path} gives the folder id {repeated[0]!r} twice: keep one of them")
    elif isinstance(content, list):
        folders, names = None, content
    else:
        raise InputError(f"{path} holds no names: give a list or {{folder id: name}}")
    stripped = [name.strip() if isinstance(name, str) else "" for name in names]
    if "" in stripped:
        raise InputError(
            f"entry {stripped.index('') + 1} of {path} is not a name: give a non-empty string"
        )
    return folders, stripped


class _Pairs(list[tuple[str, object]]):
    """A JSON object with its order and its repeated keys."""


def folder_ids(classes: ClassNames) -> Mapping[str, int]:
    """Class of each folder id and of each name that stands for one class only.

    A folder id goes before a name that reads the same.
    """
    duplicates = set(classes.duplicates)
    by_name = {name: i for i, name in enumerate(classes.names) if name not in duplicates}
    by_folder = {folder: i for i, folder in enumerate(classes.folders or ())}
    return by_name | by_folder
