"""The pictures of an audit as they go into its bundle."""

import hashlib
from pathlib import Path

from analysis.errors import InputError
from analysis.images.shown import LARGEST_FILE, shown_jpeg
from analysis.progress import Progress
from db import layout
from db.engine import reader_engine
from db.queries import overview
from db.queries.heatmaps import image_files


def put_pictures(directory: Path, work: Path, progress: Progress) -> int:
    """Write the audited images, as the desk shows them, below ``work``; how many could not be had.

    Raises:
        InputError: the audit has no images, or they are not where it found them.
    """
    engine = reader_engine(directory)
    try:
        run, files = overview.last_run(engine), image_files(engine)
    finally:
        engine.dispose()
    root = None if run is None else run.config.get("images")
    if not files or not root or not Path(root).is_dir():
        raise InputError(
            f"the images of {directory} are not where it found them ({root or 'it had none'}): put "
            "them back, or leave --images out"
        )
    (work / layout.SHOWN).mkdir()
    missing = 0
    with progress.task("Reading the images", len(files)) as advance:
        for path, sha256 in files:
            jpeg = _picture(Path(root) / path, sha256)
            if jpeg is None:
                missing += 1
            else:
                layout.shown_image(work, sha256).write_bytes(jpeg)
            advance(1)
    return missing


def _picture(file: Path, sha256: str) -> bytes | None:
    """None where the file is gone, another one now, or cannot be decoded."""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST_FILE:
            return None
        content = file.read_bytes()
        return shown_jpeg(content) if hashlib.sha256(content).hexdigest() == sha256 else None
    except (OSError, ValueError):
        return None
