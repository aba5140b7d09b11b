"""What goes into a stage comes out of it, whatever it was and whatever was there before."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sqlalchemy import select

from db.human.labels import label_unit
from db.queries.classes import classes
from db.queries.human import label_history
from db.schema import Class, HumanLabel, Image, Stage, Unit, UnitMap
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


UNIT = {"id": 0, "kind": "latent", "number": 0, "alive": True, "density": 0.5, "histogram": {}} | {
    "mean_activation": 1.0,
    "max_activation": 2.0,
}


@settings(max_examples=20, deadline=None)
@given(grid=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)))
def test_maps_come_back_to_the_last_byte(store: AuditStore, grid: np.ndarray) -> None:
    run = store.begin_run("test", {}, {}, 0)
    image = {"id": 0, "path": "x", "sha256": "0", "width": 1, "height": 1, "class_id": None}
    rows, columns = grid.shape
    place = {"unit_id": 0, "image_id": 0, "rows": rows, "columns": columns, "peak": 1.0}
    results = {Image: [image], Unit: [UNIT], UnitMap: [{**place, "values": grid.tobytes()}]}
    store.finish_stage(run, "units", 2, "h", seconds=0.0, rows=results)
    with store.engine.connect() as connection:
        back = connection.execute(select(UnitMap.rows, UnitMap.columns, UnitMap.values)).one()
    np.testing.assert_array_equal(np.frombuffer(back[2], np.uint8).reshape(back[:2]), grid)


@settings(max_examples=20, deadline=None)
@given(
    text=(TEXT | HOSTILE).filter(str.strip),
    comment=TEXT | HOSTILE,
    direction=arrays(np.float32, 5, elements=st.floats(-8, 8, width=16)).filter(np.any),
)
def test_what_people_say_comes_back(
    store: AuditStore, text: str, comment: str, direction: np.ndarray
) -> None:
    run = store.begin_run("test", {}, {}, 0)
    store.finish_stage(run, "units", 2, "h", seconds=0.0, rows={Unit: [UNIT]})
    said = {"text": text, "author": text, "comment": comment, "direction": direction}
    label_unit(store.directory, kind="latent", number=0, **said)
    newest = label_history(store.engine, "latent", 0).iloc[0]
    assert (newest["text"], newest["author"]) == (text.strip(), text.strip())
    assert newest["comment"] == comment.strip()
    with store.engine.connect() as connection:
        kept = connection.scalar(select(HumanLabel.direction).order_by(HumanLabel.id.desc()))
    assert kept is not None
    back = np.frombuffer(kept, np.float32)
    np.testing.assert_allclose(back * np.linalg.norm(direction), direction, rtol=1e-5, atol=1e-6)


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
