"""What heat-maps are drawn for: the example images of all units at once."""

from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Engine, case, or_, select

from db.queries.frame import read_frame
from db.schema import Activation, Image, Unit


def example_images(engine: Engine, per_stratum: Mapping[str, int]) -> pd.DataFrame:
    """The first so many images of each stratum of every alive unit: the strata in the order given,
    within a stratum the first images of all units first.

    Columns: unit_id, kind, number, image_id.
    """
    position = case({stratum: i for i, stratum in enumerate(per_stratum)}, value=Activation.stratum)
    wanted = (
        (Activation.stratum == stratum) & (Activation.rank <= most)
        for stratum, most in per_stratum.items()
    )
    statement = (
        select(Activation.unit_id, Unit.kind, Unit.number, Activation.image_id)
        .join(Unit, Unit.id == Activation.unit_id)
        .where(Unit.alive, or_(*wanted))
        .order_by(position, Activation.rank, Activation.unit_id)
    )
    return read_frame(engine, statement)


def image_files(engine: Engine) -> list[tuple[str, str]]:
    """Path below the images' directory and sha256 of every image's file, in the order of ids."""
    with engine.connect() as connection:
        rows = connection.execute(select(Image.path, Image.sha256).order_by(Image.id)).all()
    return [(row.path, row.sha256) for row in rows]
