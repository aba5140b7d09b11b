"""Two audits side by side, differing in little, so that each difference can be told by hand.

Here: the small store. The other: jellyfish no longer holds "glowing" (q .2), shark holds "cave"
besides (q .01); image 0 is taken for a shark at 90 %; latent 0 is called "red" where it was
"glowing"; all concept scores are twice as high and one more, which their z do not notice.
"""

from pathlib import Path

import numpy as np
from sqlalchemy import insert, update

from db.arrays import save_array
from db.engine import make_engine
from db.schema import Artifact, Finding, Label, Prediction
from tests import stores


def build_pair(parent: Path) -> tuple[Path, Path]:
    """The directories of both."""
    here, other = (stores.build_store(parent / name) for name in ("here", "other"))
    scores = np.random.default_rng(0).normal(size=(4, 8)).astype(np.float32)
    _arrays(here, scores)
    _arrays(other, 2 * scores + 1)
    engine = make_engine(other, "rw")
    with engine.begin() as connection:
        for finding, q in ((1, 0.2), (6, 0.01)):
            connection.execute(update(Finding).where(Finding.id == finding).values(q=q))
        first = (Prediction.image_id == 0) & (Prediction.rank == 1)
        connection.execute(update(Prediction).where(first).values(class_id=1, probability=0.9))
        label = (Label.unit_id == 0) & (Label.rank == 1)
        connection.execute(update(Label).where(label).values(concept_id=2))
    engine.dispose()
    return here, other


def _arrays(directory: Path, scores: np.ndarray) -> None:
    arrays = {
        "concept_embeddings": np.eye(8, dtype=np.float32),
        "class_concepts.weights.kernel": scores,
    }
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        for name, array in arrays.items():
            row = {"stage_name": "units", **save_array(directory, name, array)}
            connection.execute(insert(Artifact), row)
    engine.dispose()
