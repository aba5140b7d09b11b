"""What a result was made from: files, hashes, and the code that made them."""

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import read_frame
from db.schema import Artifact, Run, Stage


def artifacts(engine: Engine) -> pd.DataFrame:
    """Files beside the store, by name: name, path, size (bytes), sha256, dtype, shape (list),
    stage; dtype and shape are None where a file is no array.
    """
    statement = select(
        Artifact.name,
        Artifact.path,
        Artifact.size,
        Artifact.sha256,
        Artifact.dtype,
        Artifact.shape,
        Artifact.stage_name.label("stage"),
    )
    return read_frame(engine, statement.order_by(Artifact.name))


def stage_origins(engine: Engine) -> pd.DataFrame:
    """What each stage was made from, in their order: name, input_hash, run_id, versions (of
    Glowworm and the libraries, as a dictionary), seed.
    """
    statement = (
        select(Stage.name, Stage.input_hash, Stage.run_id, Run.versions, Run.seed)
        .join(Run, Run.id == Stage.run_id)
        .order_by(Stage.position)
    )
    return read_frame(engine, statement)
