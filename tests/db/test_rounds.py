"""What goes into a stage comes out of it, whatever it was and whatever was there before."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sqlalchemy import select

from db.queries.classes import classes
from db.schema import Class, Stage
from db.store import AuditStore

# Lone surrogates are no text: no UTF-8 can hold them.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HOSTILE = st.sampled_from(
    ["'; drop table class; --", "<script>", "%", "_", "\x00", "🪼", "\\", "/"]
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuditStore]:
    with AuditStore.create(tmp_path_factory.mktemp("rounds") / "audit") as new:
        yield new


@settings(max_examples=30, deadline=None)
@given(first=st.lists(TEXT | HOSTILE), second=st.lists(TEXT | HOSTILE))
def test_the_second_rows_replace_the_first(
    store: AuditStore, first: list[str], second: list[str]
) -> None:
    run = store.begin_run("test", {}, {}, 0)
    for names in (first, second):
        rows = ({"id": i, "name": name, "folder": name} for i, name in enumerate(names))
        store.finish_stage(run, "classes", 0, "h", seconds=0.0, rows={Class: rows}, notes=names)
    with store.engine.connect() as connection:
        back = connection.execute(select(Class.id, Class.name, Class.folder).order_by(Class.id))
        assert back.all() == [(i, name, name) for i, name in enumerate(second)]
        assert connection.scalar(select(Stage.notes)) == second


@settings(max_examples=20, deadline=None)
@given(
    array=arrays(
        st.sampled_from([np.float32, np.float16, np.int64, np.uint8, np.bool_]),
        array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9),
    )
)
def test_arrays_come_back(store: AuditStore, array: np.ndarray) -> None:
    run = store.begin_run("test", {}, {}, 0)
    store.finish_stage(run, "arrays", 1, "h", seconds=0.0, arrays={"x": array})
    back = store.array("x")
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)
    assert len(list((Path(store.directory) / "arrays").iterdir())) == 1


@settings(max_examples=30, deadline=None)
@given(names=st.lists(TEXT | HOSTILE, min_size=1, max_size=5, unique=True), data=st.data())
def test_search_finds_exactly_the_names_that_hold_the_text(
    store: AuditStore, names: list[str], data: st.DataObject
) -> None:
    # SQLite ends a text at NUL when it compares, and folds the case of ASCII letters only.
    names = [name.replace("\x00", "") for name in names]
    rows = [{"id": i, "name": name, "folder": None} for i, name in enumerate(names)]
    run = store.begin_run("test", {}, {}, 0)
    store.finish_stage(run, "classes", 0, "h", seconds=0.0, rows={Class: rows})
    wanted = data.draw(st.sampled_from([*names, "%", "_", "/", "a"])).strip()
    expected = [name for name in names if _ascii_lower(wanted) in _ascii_lower(name)]
    assert list(classes(store.engine, search=wanted, limit=None)["class_name"]) == expected


def _ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)
