"""Where what is costly to make is kept between runs, under a hash of what it was made from."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from analysis.errors import UsageError
from db.files import write_array

ENVIRONMENT = "GLOWWORM_CACHE"


def cache_dir(kind: str) -> Path:
    """The user's cache directory for one kind of thing, made if it is missing.

    ``GLOWWORM_CACHE`` names another place; nothing in it is ever needed, only saved time.

    Raises:
        UsageError: there can be no directory there.
    """
    base = os.environ.get(ENVIRONMENT)
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "glowworm"
    directory = (Path(base) if base else home) / kind
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the cache {directory} cannot be made ({error.strerror}): let {ENVIRONMENT} name "
            "another directory"
        ) from error
    return directory


def digest(*parts: str | bytes | np.ndarray) -> str:
    """sha256 over the parts and their lengths, so that no two lists of parts share it."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes()
        total.update(str(len(data)).encode() + b":")
        total.update(data)
    return total.hexdigest()


def cached_array(kind: str, key: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    """The array under ``key``, made where it is missing or not readable."""
    path = cache_dir(kind) / f"{key}.npy"
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        array = make()
        write_array(path, array)
        return array
