"""What the fourth schema added, put into a store of ``tests.stores``: evidence, canaries, repairs.

``python -m tests.evidence_rows DIR`` makes one to look at. With findings as in
``tests.store_rows``: 1 (jellyfish, glowing) is supported and was repaired; 3 (jellyfish, red) says
the same as 1; 4 (shark, sharp teeth) is correlational, as nothing is called so; 7 (red crab, red)
is refuted.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from db.engine import make_engine
from db.schema import Canary, Evidence, EvidenceImage, Finding, Measure, Repair
from db.store import AuditStore
from tests import store_rows, stores

FINDINGS: Mapping[int, Mapping[str, Any]] = {
    1: {"verdict": "supported", "named_share": 0.4, "score_latents": 0.5, "z_latents": 3.5},
    3: {"duplicate_of": 1, "rank": None},
    4: {"verdict": "correlational", "named_share": 0.0},
    7: {"verdict": "refuted", "named_share": 0.25},
}
_NUMBERS = ("value", "low", "high", "control", "control_low", "control_high")
_NONE = (None,) * 6
_WHY = {"why": "no latent is called so"}

LINES: Sequence[tuple[int, str, Sequence[float | None], int, bool | None, Mapping[str, Any]]] = (
    (1, "association", (4.0, 2.04, 5.96, 0.0, -1.5, 1.5), 32, True, {"q": 0.02}),
    (1, "named", (0.4, None, None, 0.1, None, None), 4, True, {"latents": [1, 4]}),
    (1, "masking", (2.5, 2.0, 3.0, 0.25, -0.5, 1.0), 3, True, {"latents": [1, 4]}),
    (1, "drawn", (1.5, 1.25, 1.75, 0.0, -0.5, 0.5), 9, True, {"controls": 5}),
    (1, "accuracy", (0.5, 0.25, 0.75, 0.0, 0.0, 0.1), 3, True, {"before": 1.0, "after": 0.5}),
    (1, "projecting", (-0.5, -1.0, -0.25, 0.25, 0.0, 0.5), 3, False, {}),
    (1, "lost", _NONE, 3, None, {"why": "0 of the class's 3 images lack it, 3 show it"}),
    (1, "erasing", (1.0, 0.5, 1.5, 0.25, 0.0, 0.5), 2, True, {}),
    (4, "association", (3.75, 1.79, 5.71, 0.0, -1.5, 1.5), 32, True, {"q": 0.02}),
    (4, "named", (0.0, None, None, 0.0, None, None), 4, False, {"latents": []}),
    *((4, line, _NONE, 0, None, _WHY) for line in ("masking", "accuracy", "drawn", "lost")),
    (4, "projecting", (0.75, 0.5, 1.0, 0.0, -0.5, 0.5), 3, True, {}),
    (7, "association", (3.5, 1.54, 5.46, 0.0, -1.5, 1.5), 32, True, {"q": 0.02}),
    (7, "named", (0.25, None, None, 0.1, None, None), 4, True, {"latents": [2]}),
    (7, "masking", (-0.5, -1.0, 0.0, 0.0, -0.5, 0.5), 3, False, {}),
    (7, "projecting", (-0.5, -1.0, 0.0, 0.0, -0.5, 0.5), 3, False, {}),
    (7, "drawn", (-0.5, -1.0, 0.0, None, None, None), 5, False, {"controls": 0}),
    (7, "lost", (0.5, -0.5, 1.5, None, None, None), 12, False,
     {"accuracy_with": 0.75, "accuracy_without": 0.5, "with": 8, "without": 4}),
)  # fmt: skip
IMAGES = (
    # finding, role, rank, image, shows, margin, after, control
    (1, "with", 1, 0, 3.0, 1.5, None, None),
    (1, "with", 2, 4, 2.0, 0.5, None, None),
    (1, "without", 1, 8, 0.0, -0.5, None, None),
    (1, "drawn", 1, 1, 2.5, -0.25, None, None),
    (1, "erased", 1, 0, 3.0, 1.5, -1.0, 1.25),
    (1, "erased", 2, 4, 2.0, 0.5, 0.25, 0.5),
)
# text map, correlation, class, cue, rank, top, q, verdict, accuracy with and without
CANARIES = tuple(
    (text_map, correlation, *trial)
    for text_map in ("own", "backbone")
    for correlation, trials in (
        (
            1.0,
            (
                (0, "glow", 1, "glowing", 0.001, "supported", 0.9, 0.2),
                (1, "tint", 1, "green", 0.01, "correlational", 0.8, 0.3),
                (2, None, 1, "cave", 0.2, "candidate", None, None),
            ),
        ),
        (
            0.8,
            (
                (0, "glow", 2, "cave", 0.04, "supported", 0.8, 0.4),
                (1, "tint", None, "cave", 0.5, "missed", 0.7, 0.6),
                (2, None, 1, "cave", 0.01, "supported", None, None),
            ),
        ),
    )
    for trial in trials
)
NOTES = ("Insufficient: 1 classes have fewer than 12 images: octopus in a cave (3).",)
MEASURES = [
    {"name": f"canary recall@1, {text_map} map", "value": 1.0, "floor": 0.125, "n": 2}
    | {"what": "Share of planted cues."}
    for text_map in ("own", "backbone")
]
REPAIR_NOTES = ("An image shows the concept where it has latent 1, 4 active.",)
EDITS = (
    # method, chosen, accuracies over all, with, without: before and after each; path
    ("both", True, (0.8, 0.8), (1.0, 0.9), (0.4, 0.8), "repairs/finding-1-both.safetensors"),
    ("project", False, (0.8, 0.75), (1.0, 0.5), (0.4, 0.6), None),
)
WORST = [{"class": stores.CLASSES[1], "before": 0.9, "after": 0.8, "n": 10}]


def add_evidence(directory: Path) -> Path:
    """Put all of it into the store."""
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        for finding_id, values in FINDINGS.items():
            connection.execute(update(Finding).where(Finding.id == finding_id).values(**values))
        for table, rows in ((Evidence, _lines()), (EvidenceImage, _images())):
            connection.execute(insert(table), [{**row, "stage_name": "findings"} for row in rows])
    engine.dispose()
    _add("canary", 20, directory, {Canary: _canaries(), Measure: MEASURES}, NOTES)
    _add("repair 1", 21, directory, {Repair: _repairs()}, REPAIR_NOTES)
    return directory


def _add(
    stage: str, position: int, directory: Path, rows: store_rows.Rows, notes: Sequence[str]
) -> None:
    """As a command adds a stage to a finished audit."""
    with AuditStore.open(directory) as store:
        run = store.begin_run(f"glowworm {stage}", {"seed": 0}, {"glowworm": "0.1.0"}, 0)
        store.finish_stage(
            run, stage, position, f"hash of {stage}", seconds=0.5, rows=rows, notes=list(notes)
        )
        store.end_run(run, "done")


def _lines() -> list[dict[str, Any]]:
    return [
        {"finding_id": finding_id, "line": line, "n": n, "holds": holds, "detail": detail}
        | dict(zip(_NUMBERS, numbers, strict=True))
        for finding_id, line, numbers, n, holds, detail in LINES
    ]


def _images() -> list[dict[str, Any]]:
    names = ("finding_id", "role", "rank", "image_id", "shows", "margin", "after", "control")
    return [dict(zip(names, row, strict=True)) for row in IMAGES]


def _canaries() -> list[dict[str, Any]]:
    names = ("text_map", "correlation", "class_id", "cue", "rank", "top", "q", "verdict")
    names = (*names, "accuracy_with", "accuracy_without")
    rows = [dict(zip(names, row, strict=True)) for row in CANARIES]
    return [{"id": i, "concept": row["cue"], "n_images": 20, **row} for i, row in enumerate(rows)]


def _repairs() -> list[dict[str, Any]]:
    return [
        {"id": i, "finding_id": 1, "method": method, "chosen": chosen, "path": path}
        | {"n_images": 6, "n_with": 2, "n_without": 1, "worst": WORST if chosen else []}
        | {"accuracy_before": overall[0], "accuracy_after": overall[1]}
        | {"with_before": with_[0], "with_after": with_[1]}
        | {"without_before": without[0], "without_after": without[1]}
        for i, (method, chosen, overall, with_, without, path) in enumerate(EDITS)
    ]


if __name__ == "__main__":
    add_evidence(stores.build_store(Path(sys.argv[1])))
