"""What two audits are compared by, read from each of them alone."""

import pandas as pd
from sqlalchemy import Engine, func, select

from db.queries.frame import read_frame
from db.queries.images import Best, best_label_of, is_best
from db.schema import Concept, Image, Label, Unit


def decisions(engine: Engine) -> pd.DataFrame:
    """All decided images: sha256 (of the file), image_id, class_id (its folder's; <NA> without),
    predicted_id, probability.
    """
    statement = (
        select(
            Image.sha256,
            Image.id.label("image_id"),
            Image.class_id,
            Best.class_id.label("predicted_id"),
            Best.probability,
        )
        .join(Best, is_best())
        .order_by(Image.id)
    )
    return read_frame(engine, statement, optional=("class_id",))


def latent_labels(engine: Engine) -> pd.DataFrame:
    """What living latents are called, where the label clears its floor: label, latents (how many
    are called so), number (of the one whose label is surest), pearson (of that one's label); the
    surest first.
    """
    statement = (
        select(Concept.text.label("label"), Unit.number, Label.pearson)
        .select_from(Unit)
        .join(Label, best_label_of(Unit.id))
        .join(Concept, Concept.id == Label.concept_id)
        .where(Unit.kind == "latent", Unit.alive, Label.abstained.is_(False))
        .order_by(func.coalesce(Label.pearson, -1).desc(), Unit.number)
    )
    frame = read_frame(engine, statement)
    frame["latents"] = frame.groupby("label")["number"].transform("count")
    return frame.drop_duplicates("label").reset_index(drop=True)
