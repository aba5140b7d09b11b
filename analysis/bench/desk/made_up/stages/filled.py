"""What a stage of the made-up audit holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.bench.desk.made_up.records import Records
from db.schema import Base


@dataclass(frozen=True)
class Filled:
    """As ``AuditStore.finish_stage`` takes it."""

    rows: Mapping[type[Base], Records]
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
