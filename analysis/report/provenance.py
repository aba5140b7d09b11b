"""What the report rests on: hashes, versions, seeds, commands."""

import hashlib
from typing import Any

from analysis.report.values import records
from db.engine import Engine
from db.queries import heatmaps, overview
from db.queries import provenance as stored


def provenance(engine: Engine) -> dict[str, Any]:
    """Keys: runs (command, seed, status, times), stages (status, seconds, input_hash, versions of
    the run that made it), artifacts, images_sha256 (sha256 over the hexadecimal sha256 of every
    image's file, in the order of the audit, each followed by a line feed; None without images).
    """
    origins = {row["name"]: row for row in records(stored.stage_origins(engine))}
    stages = records(overview.stages(engine))
    return {
        "runs": records(overview.runs(engine)),
        "stages": [
            {key: stage[key] for key in ("name", "status", "seconds", "finished")}
            | {key: origins[stage["name"]][key] for key in ("input_hash", "versions", "seed")}
            for stage in stages
        ],
        "artifacts": records(stored.artifacts(engine)),
        "images_sha256": _digest([sha256 for _, sha256 in heatmaps.image_files(engine)]),
    }


def _digest(hashes: list[str]) -> str | None:
    if not hashes:
        return None
    return hashlib.sha256("".join(f"{sha256}\n" for sha256 in hashes).encode()).hexdigest()
