"""What is read is kept until the store is written again."""

from pathlib import Path

from db.store import AuditStore
from tests import stores
from tests.dashboard.conftest import Open, words


def test_a_stage_written_meanwhile_is_seen_at_the_next_run(open_page: Open, tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    app = open_page(directory, "overview")
    assert "a new warning" not in words(app)
    with AuditStore.open(directory) as store:
        store.note("findings", "a new warning")
    app.run()
    assert not app.exception
    assert "a new warning" in words(app)


def test_an_audit_made_anew_in_the_same_place_is_another_one(
    open_page: Open, tmp_path: Path
) -> None:
    app = open_page(stores.build_store(tmp_path / "audit"), "overview")
    assert app.title[0].value == "What tiny looks at"
    (tmp_path / "audit").rename(tmp_path / "old")
    stores.build_empty_store(tmp_path / "audit")
    app.run()
    assert app.title[0].value == "Overview"


def test_a_store_that_goes_away_gets_a_plain_message(open_page: Open, tmp_path: Path) -> None:
    app = open_page(stores.build_store(tmp_path / "audit"), "overview")
    (tmp_path / "audit").rename(tmp_path / "elsewhere")
    app.run()
    assert not app.exception
    assert "no audit here" in app.title[0].value
