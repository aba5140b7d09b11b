"""Listing the pictures of an ImageFolder tree and matching its folders to classes."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import InputError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"})
"""As torchvision's ImageFolder."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture in the tree."""

    path: str
    """Below the root, with forward slashes."""
    class_id: int | None
    """None where its folder names no class."""


@dataclass(frozen=True)
class Listing:
    """The pictures of a tree, sorted by path, and what a person should know about it."""

    files: tuple[ImageFile, ...]
    unmatched_folders: tuple[str, ...]
    """Folders with pictures that name no class; their pictures are unlabelled."""
    notes: tuple[str, ...]


def stamp(root: Path, paths: Iterable[str]) -> str:
    """Hash of files below ``root`` by path, size and time of change, without reading them.

    Raises:
        InputError: a file is gone.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            status = (root / path).stat()
        except OSError as error:
            raise InputError(f"{root / path} is gone: run the command again") from error
        digest.update(json.dumps([path, status.st_size, status.st_mtime_ns]).encode())
    return digest.hexdigest()


def list_images(root: Path, class_ids: Mapping[str, int]) -> Listing:
    """List the pictures below ``root``; the class is that of the topmost folder.

    ``class_ids`` maps folder ids and names to classes; letter case, ``_`` and ``-`` do not matter
    where the exact name is not found. Symbolic links that leave ``root``, links to folders and
    hidden files are left out.

    Raises:
        InputError: ``root`` is no readable directory, or holds no pictures.
    """
    if not root.is_dir():
        raise InputError(
            f"{root} is not a directory: give the top of a tree CLASS/IMAGE to --images"
        )
    paths, left_out = [], []
    for path in _walk(root):
        (paths if _usable(path, root) else left_out).append(path.relative_to(root).as_posix())
    if not paths:
        links = f"; {len(left_out)} links are not followed" if left_out else ""
        raise InputError(
            f"{root} holds no pictures ({', '.join(sorted(SUFFIXES))}{links}): check --images"
        )
    match = _matcher(class_ids)
    files = tuple(ImageFile(path, match(path)) for path in sorted(paths))
    folders = {file.path.partition("/")[0]: file.class_id for file in files if "/" in file.path}
    unmatched = tuple(sorted(name for name, class_id in folders.items() if class_id is None))
    return Listing(files, unmatched, tuple(_notes(folders, unmatched, left_out)))


def _walk(root: Path) -> Iterator[Path]:
    """Picture files below ``root`` and links to folders, which are not entered; nothing hidden.

    Raises:
        InputError: a folder cannot be read.
    """

    def fail(error: OSError) -> None:
        raise InputError(
            f"cannot read {error.filename} ({error.strerror}): check its permissions"
        ) from error

    for folder, folders, files in os.walk(root, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (path for name in folders if (path := Path(folder, name)).is_symlink())
        for name in files:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)


def _usable(path: Path, root: Path) -> bool:
    """Whether it is a regular file inside ``root`` whose name can be stored as text."""
    if not path.is_file():
        return False
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        return False
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _matcher(class_ids: Mapping[str, int]) -> Callable[[str], int | None]:
    """The class of a path's topmost folder: the exact name, else its plain form if unambiguous."""
    plain: dict[str, set[int]] = {}
    for name, class_id in class_ids.items():
        plain.setdefault(_plain(name), set()).add(class_id)

    def match(path: str) -> int | None:
        folder, slash, _ = path.partition("/")
        if not slash:
            return None
        if folder in class_ids:
            return class_ids[folder]
        candidates = plain.get(_plain(folder), set())
        return next(iter(candidates)) if len(candidates) == 1 else None

    return match


def _plain(name: str) -> str:
    """A name without letter case, ``_`` and ``-``."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _notes(
    folders: Mapping[str, int | None], unmatched: tuple[str, ...], left_out: list[str]
) -> Iterator[str]:
    if unmatched and len(unmatched) == len(folders):
        yield (
            f"no folder is named after a class ({_shown(unmatched)}): "
            "all pictures are taken as unlabelled"
        )
    elif unmatched:
        yield (
            f"{len(unmatched)} of {len(folders)} folders are named after no class "
            f"({_shown(unmatched)}): their pictures are taken as unlabelled"
        )
    if left_out:
        yield (
            f"{len(left_out)} files or folders are left out ({_shown(sorted(left_out))}): links "
            "out of the tree or to folders, no regular files, or names that are no text"
        )


def _shown(names: tuple[str, ...] | list[str]) -> str:
    """The first few names, safe to print."""
    text = ", ".join(name.encode("utf-8", "replace").decode() for name in names[:_SHOWN])
    return f"{text}, …" if len(names) > _SHOWN else text
