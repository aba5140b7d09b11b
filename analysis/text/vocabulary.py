"""The concepts to ask about: a file of the user's, or the project's own vocabulary."""

import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from analysis.errors import InputError


def load_concepts(path: Path | None) -> list[str]:
    """Concepts in order, without blanks and repetitions.

    Args:
        path: a text file (one concept a line), a JSON list, or JSON ``{name: [concepts]}`` as
            Menon & Vondrick's descriptors come; None takes the project's own vocabulary.

    Raises:
        InputError: the file is missing, is neither, or holds no concept.
    """
    if path is None:
        text = (resources.files("analysis.text") / "vocabulary.txt").read_text("utf-8")
        return _cleaned(line for line in text.splitlines() if not line.startswith("#"))
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise InputError(
            f"cannot read the concepts {path} ({reason}): give a UTF-8 text or JSON file"
        ) from error
    concepts = _cleaned(
        _from_json(path, text) if path.suffix.lower() == ".json" else text.splitlines()
    )
    if not concepts:
        raise InputError(f"the concepts {path} hold no concept: give one a line, or a JSON list")
    return concepts


def _from_json(path: Path, text: str) -> list[str]:
    wanted = "a JSON list of texts, or an object of such lists"
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()  # fails on half a character
    except (ValueError, RecursionError) as error:
        raise InputError(f"the concepts {path} are not JSON: give {wanted}") from error
    lists = list(value.values()) if isinstance(value, dict) else [value]
    if not all(isinstance(part, list) for part in lists):
        raise InputError(f"the concepts {path} have another shape: give {wanted}")
    texts = [text for part in lists for text in part]
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"the concepts {path} hold something that is not text: give {wanted}")
    return texts


def _cleaned(texts: Iterable[str]) -> list[str]:
    """Stripped, without blanks, each once, in order of first appearance."""
    return list(dict.fromkeys(text.strip() for text in texts if text.strip()))
