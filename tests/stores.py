"""Builders of small stores for tests of ``db``, the dashboard and the command line.

``python -m tests.stores DIR`` makes one to look at. What it holds: ``tests.store_rows``.
"""

import sys
from pathlib import Path

from db.store import AuditStore
from tests.store_rows import (
    CLASSES,
    CONCEPTS,
    ERRORS,
    N_IMAGES,
    N_LATENTS,
    N_NEURONS,
    RESULTS,
    TEXT_MAPS,
    arrays,
    thumbnail,
)

__all__ = [
    "CLASSES",
    "CONCEPTS",
    "ERRORS",
    "N_IMAGES",
    "N_LATENTS",
    "N_NEURONS",
    "STAGES",
    "TEXT_MAPS",
    "build_empty_store",
    "build_store",
    "thumbnail",
]

STAGES = (
    "classifier",
    "images",
    "concepts",
    "text-maps",
    "class-concepts",
    "findings",
    "sae",
    "units",
    "explanations",
)


def build_store(directory: Path, *, weights_only: bool = False) -> Path:
    """A finished audit with every table filled; ``weights_only`` skips what needs images."""
    with AuditStore.create(directory) as store:
        run = store.begin_run(
            "glowworm audit --model tiny --out audit", {"seed": 0}, {"glowworm": "0.1.0"}, 0
        )
        for position, name in enumerate(STAGES):
            if weights_only and name in ("images", "sae", "explanations"):
                store.skip_stage(run, name, position, f"hash of {name}", "no images were given")
                continue
            results = RESULTS[name](weights_only)
            store.finish_stage(
                run,
                name,
                position,
                f"hash of {name}",
                seconds=0.5,
                rows=results,
                arrays=arrays(name),
                notes=["1 file could not be read and was skipped."] if name == "images" else [],
            )
        store.end_run(run, "done")
    return directory


def build_empty_store(directory: Path) -> Path:
    """An audit that was stopped before its first stage."""
    with AuditStore.create(directory) as store:
        run = store.begin_run("glowworm audit --out audit", {}, {"glowworm": "0.1.0"}, 0)
        store.end_run(run, "stopped", "interrupted")
    return directory


if __name__ == "__main__":
    build_store(Path(sys.argv[1]))
