"""The box of classes: names that several share are told apart, in the box and in the address."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.dashboard.conftest import Open, words


@pytest.fixture
def twins(tested: Path, tmp_path: Path) -> Path:
    """The small store, of which the first classes have one name."""
    directory = Path(shutil.copytree(tested, tmp_path / "audit"))
    with sqlite3.connect(directory / "audit.db") as connection:
        connection.execute("update class set name = 'crane' where id < 2")
    connection.close()
    return directory


@pytest.mark.parametrize(("page", "key"), [("findings", "f_class"), ("images", "i_class")])
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


@pytest.mark.parametrize(("page", "key"), [("findings", "f_class"), ("images", "i_class")])
@pytest.mark.parametrize("name", ["crane", "", "<b>", "all classes"])
def test_an_address_that_names_no_class_shows_all(
    open_page: Open, twins: Path, page: str, key: str, name: str
) -> None:
    app = open_page(twins, page, **{key: name})
    assert app.selectbox(key=key).value is None
    assert "<b>" not in words(app)
