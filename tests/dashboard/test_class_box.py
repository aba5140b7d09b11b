"""The box of classes: names that several share are told apart, in the box and in the address."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.dashboard.conftest import Open, words

PAGES = pytest.mark.parametrize(
    ("page", "key"), [("findings", "f_class"), ("images", "i_class"), ("explanations", "e_of")]
)


@pytest.fixture
def twins(tested: Path, tmp_path: Path) -> Path:
    """The small store, of which the first classes have one name."""
    directory = Path(shutil.copytree(tested, tmp_path / "audit"))
    with sqlite3.connect(directory / "audit.db") as connection:
        connection.execute("update class set name = 'crane' where id < 2")
    connection.close()
    return directory


@PAGES
def test_classes_of_one_name_have_two_addresses(
    open_page: Open, twins: Path, page: str, key: str
) -> None:
    app = open_page(twins, page)
    assert app.selectbox(key=key).options == [
        "all classes",
        "crane (0)",
        "crane (1)",
        "red crab",
        "octopus in a cave",
    ]
    for class_id in (0, 1):
        linked = open_page(twins, page, **{key: f"crane ({class_id})"})
        assert linked.selectbox(key=key).value == class_id


@PAGES
def test_a_number_names_the_class_itself(open_page: Open, twins: Path, page: str, key: str) -> None:
    app = open_page(twins, page, **{key: "2"})
    assert app.selectbox(key=key).value == 2 and not app.warning


@PAGES
@pytest.mark.parametrize("name", ["", "<b>", "all classes", "99", "x" * 9_999, "\x00"])
def test_an_address_that_names_no_class_is_told(
    open_page: Open, twins: Path, page: str, key: str, name: str
) -> None:
    app = open_page(twins, page, **{key: name})
    assert app.selectbox(key=key).value is None
    assert "This audit has no class" in app.warning[0].value
    assert "<b>" not in words(app) and "begin so" not in words(app)


@PAGES
def test_classes_that_begin_so_are_offered(
    open_page: Open, twins: Path, page: str, key: str
) -> None:
    app = open_page(twins, page, **{key: " Cran"})
    assert "Classes whose names begin so:" in words(app)
    app.button(key=f"{key}_near_1").click().run()
    assert app.query_params[key] == "crane (1)" and app.selectbox(key=key).value == 1
    assert not app.warning


@PAGES
def test_the_address_follows_the_box(open_page: Open, twins: Path, page: str, key: str) -> None:
    app = open_page(twins, page, **{key: "crane"})
    assert app.warning
    app.selectbox(key=key).set_value(2).run()
    assert app.query_params[key] == "red crab" and not app.warning
    app.selectbox(key=key).set_value(None).run()
    assert key not in app.query_params
