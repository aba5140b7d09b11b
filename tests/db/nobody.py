"""``python -m tests.db.nobody DIR``: read a store as a user who may not write there."""

import os
import sys
from pathlib import Path

import sqlalchemy.dialects.sqlite  # noqa: F401  (later, as nobody, it might not be readable)

from db.engine import reader_engine
from db.errors import StoreError
from db.queries.overview import counts

if os.getuid() == 0:  # root may write anywhere
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    engine = reader_engine(Path(sys.argv[1]))
    print(counts(engine).classes)  # noqa: T201
    engine.dispose()
except StoreError as error:
    print(type(error).__name__, error)  # noqa: T201
