"""The small store with a whole dossier of every unit, as a new audit writes it.

``python -m tests.dashboard.dossier DIR`` makes one to look at.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, update

from db.arrays import save_array
from db.engine import make_engine
from db.schema import (
    Activation,
    Artifact,
    Image,
    Label,
    Measure,
    Model,
    SparseAutoencoder,
    Unit,
    UnitFires,
    UnitMap,
    UnitNeighbour,
)
from tests import stores

N_CHANNELS = 2
CLASSES = len(stores.CLASSES)
SEEDS = [
    {"seed": s, "explained_variance": 0.8 - 0.02 * s, "l0": 2.0, "alive_share": 0.8}
    | {"top1_agreement": 0.9, "logit_kl": 0.05, "stability": 0.9 - 0.1 * s}
    for s in range(3)
]
# Share of the units on which a metric falls: AUC does not where labels are added.
CHECKS = {"Pearson": (1.0, 0.98), "AUPRC": (0.97, 0.95), "F1": (0.92, 0.93), "AUC": (0.99, 0.4)}


def build_dossier_store(directory: Path) -> Path:
    """The small store, filled."""
    return fill(stores.build_store(directory))


def fill(directory: Path) -> Path:
    """Put what the third schema added into a store of ``tests.stores``.

    Even units are shared, odd ones of a single class; latents 1 and 3 carry the same label; unit u
    moves class c by u - c; channels 0 and 1 are units 10 and 11; the classifier sees the middle
    24 of 32 pixels.
    """
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        _sae(connection)
        _units(connection)
        _labels(connection)
        _relations(connection)
        _maps(connection)
        _arrays(connection, directory)
        preprocessing = {"input_size": 24, "resize_size": 32, "crop_mode": "center"}
        connection.execute(update(Model).values(preprocessing=preprocessing))
    engine.dispose()
    return directory


def _sae(connection: Connection) -> None:
    trained = {"steps_taken": 300, "threshold_trained": 0.5, "threshold": 0.25, "seeds": SEEDS}
    connection.execute(update(SparseAutoencoder).values(**trained))
    connection.execute(
        insert(Measure),
        [
            {"name": f"label check: {metric}, {way} labels", "value": value, "floor": None}
            | {"n": 40, "what": "Share of units on which it falls.", "stage_name": "units"}
            for metric, shares in CHECKS.items()
            for way, value in zip(("missing", "extra"), shares, strict=True)
        ],
    )


def _units(connection: Connection) -> None:
    channels = [
        {"id": 10 + n, "stage_name": "units", "kind": "channel", "number": n, "alive": True}
        | {"density": 0.5, "mean_activation": 1.0, "max_activation": 2.0}
        | {"histogram": {"edges": [0.0, 1.0, 2.0], "counts": [3, 3]}}
        for n in range(N_CHANNELS)
    ]
    connection.execute(insert(Unit), channels)
    for row in connection.execute(select(Unit.id, Unit.kind, Unit.number)).all():
        values: dict[str, Any] = {
            "spread": "shared" if row.id % 2 == 0 else "single class",
            "effective_classes": 2.5 if row.id % 2 == 0 else 1.2,
        }
        if row.kind == "latent":
            values |= {"level": row.number % 2, "stability": (0.95, 0.8, 0.5)[row.number % 3]}
        connection.execute(update(Unit).where(Unit.id == row.id).values(**values))


def _labels(connection: Connection) -> None:
    measured = {"pearson_low": 0.55, "pearson_high": 0.66, "correlation": 0.58}
    connection.execute(update(Label).values(**measured))
    same = update(Label).where(Label.unit_id == 3, Label.rank == 1)
    connection.execute(same.values(concept_id=1, method="both"))


def _relations(connection: Connection) -> None:
    fires = [
        {"unit_id": 1, "rank": r, "class_id": r, "share": 0.7 / r, "active": 3 - r, "decided": 3}
        for r in (1, 2)
    ]
    neighbours = [
        {"unit_id": 1, "relation": relation, "rank": rank, "other_id": other, "value": value}
        for relation, sign in (("cofiring", 1), ("nearest", -1))
        for rank, other, value in ((1, 3, 0.75), (2, 2, 0.25 * sign))
    ]
    for table, rows in ((UnitFires, fires), (UnitNeighbour, neighbours)):
        connection.execute(insert(table), [{**row, "stage_name": "units"} for row in rows])


def _maps(connection: Connection) -> None:
    """Every unit is active in the upper left corner of all its examples."""
    random = [
        {"unit_id": u, "stratum": "random", "rank": 1, "image_id": 11, "value": 0.0}
        | {"stage_name": "units"}
        for u in range(5)
    ]
    connection.execute(insert(Activation), random)
    pairs = connection.execute(select(Activation.unit_id, Activation.image_id).distinct()).all()
    connection.execute(
        insert(UnitMap),
        [
            {"unit_id": unit_id, "image_id": image_id, "stage_name": "units"}
            | {"rows": 2, "columns": 2, "peak": 1.0 + unit_id, "values": bytes([255, 40, 0, 0])}
            for unit_id, image_id in pairs
        ],
    )


def _arrays(connection: Connection, directory: Path) -> None:
    images = len(connection.execute(select(Image.id)).all())
    ramp = np.arange(images * stores.N_NEURONS, dtype=np.float32)
    arrays = {
        "features": np.sin(ramp).reshape(images, stores.N_NEURONS),
        "unit_effects.latent": _effects(stores.N_LATENTS),
        "unit_effects.neuron": _effects(stores.N_NEURONS),
    }
    for name, array in arrays.items():
        row = {"stage_name": "units", **save_array(directory, name, array)}
        connection.execute(insert(Artifact), row)


def _effects(units: int) -> np.ndarray:
    return np.subtract.outer(np.arange(units), np.arange(CLASSES)).astype(np.float32)


if __name__ == "__main__":
    build_dossier_store(Path(sys.argv[1]))
