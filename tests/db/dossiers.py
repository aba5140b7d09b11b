"""What the third schema added, put into a store of ``tests.stores``: a few rows of everything."""

from pathlib import Path

import numpy as np
from sqlalchemy import case, delete, insert, update

from db.engine import make_engine
from db.human.labels import label_unit, withdraw_label
from db.schema import (
    Activation,
    Label,
    SparseAutoencoder,
    Unit,
    UnitFires,
    UnitMap,
    UnitNeighbour,
)

MAP = bytes(range(0, 60, 10))  # two rows of three positions
FURTHER = {
    UnitFires: [
        {"unit_id": 0, "rank": 1, "class_id": 0, "share": 0.75, "active": 2, "decided": 3},
        {"unit_id": 0, "rank": 2, "class_id": 1, "share": 0.25, "active": 1, "decided": 2},
    ],
    UnitNeighbour: [
        {"unit_id": 0, "relation": "cofiring", "rank": 1, "other_id": 1, "value": 0.5},
        {"unit_id": 0, "relation": "nearest", "rank": 1, "other_id": 2, "value": -0.25},
    ],
    UnitMap: [
        {"unit_id": 0, "image_id": 4, "rows": 2, "columns": 3, "peak": 1.5, "values": MAP},
    ],
}


def axis(number: int, features: int = 6) -> np.ndarray:
    """The direction of a unit in these tests: an axis of its own."""
    return np.eye(features, dtype=np.float32)[number]


def add_dossiers(directory: Path) -> Path:
    """Even latents are shared, odd ones of a single class; latents 0 and 1 are of level 0.

    People called latent 0 "lamp", then "glow" (ann); "teeth" of latent 1 was taken back (bob).
    """
    engine = make_engine(directory, "rw")
    latents = update(Unit).where(Unit.kind == "latent")
    with engine.begin() as connection:
        connection.execute(
            latents.values(
                level=case((Unit.number < 2, 0), else_=1),
                stability=1 - 0.125 * Unit.number,
                spread=case((Unit.number % 2 == 0, "shared"), else_="single class"),
                effective_classes=1.0 + Unit.number,
            )
        )
        measured = {"pearson_low": 0.5, "pearson_high": 0.7, "correlation": 0.65}
        connection.execute(update(Label).where(Label.rank == 1).values(**measured))
        trained = {"steps_taken": 50, "threshold_trained": 0.5, "threshold": 0.25}
        seeds = [{"seed": 0, "stability": None}, {"seed": 1, "stability": 0.75}]
        connection.execute(update(SparseAutoencoder).values(**trained, seeds=seeds))
        connection.execute(delete(Activation).where(Activation.stratum == "random"))
        random = {"unit_id": 0, "stratum": "random", "rank": 1, "image_id": 3, "value": 0.0}
        connection.execute(insert(Activation), {**random, "stage_name": "units"})
        for table, rows in FURTHER.items():
            connection.execute(delete(table))
            connection.execute(insert(table), [{**row, "stage_name": "units"} for row in rows])
    engine.dispose()
    zero, one = ({"kind": "latent", "number": n, "direction": axis(n)} for n in (0, 1))
    label_unit(directory, text="lamp", author="ann", **zero)
    label_unit(directory, text="teeth", author="bob", **one)
    label_unit(directory, text="glow", author="ann", comment="in the dark", **zero)
    withdraw_label(directory, author="bob", comment="no", **one)
    return directory
