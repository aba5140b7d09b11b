"""The schema and its migrations are one, and every released store can be brought up to date."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, text

from db import version
from db.engine import make_engine, reader_engine
from db.errors import SchemaMismatch, StoreDamaged, StoreError
from db.migrate import SCRIPTS, create_database, schema_state, upgrade
from db.queries import classes, explanations, findings, human, images, overview
from db.queries.concepts import concepts_frame
from db.schema import Base
from db.store import AuditStore
from tests.db.dossiers import MAP
from tests.db.dump import restore
from tests.stores import CONCEPTS, N_IMAGES, thumbnail

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("release-*.sql"))
NOW, NEXT = version.HEAD, f"{int(version.HEAD) + 1:04d}"
MIGRATIONS = Path(version.__file__).parent / "migrations"


def statements(path: Path) -> dict[str, str]:
    """Name and SQL of everything in a database but Alembic's own table."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(
            connection.execute(
                "select name, sql from sqlite_master where tbl_name != 'alembic_version'"
            )
        )


def test_the_migrations_make_what_the_schema_says_to_the_letter(tmp_path: Path) -> None:
    create_database(tmp_path)
    engine = create_engine(URL.create("sqlite", database=str(tmp_path / "schema.db")))
    Base.metadata.create_all(engine)
    engine.dispose()
    assert statements(tmp_path / "audit.db") == statements(tmp_path / "schema.db")


def test_alembic_finds_nothing_left_to_migrate(tmp_path: Path) -> None:
    create_database(tmp_path)
    engine = make_engine(tmp_path, "ro")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_the_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == version.HEAD


@pytest.mark.parametrize("dump", FIXTURES, ids=lambda path: path.stem)
def test_a_released_store_comes_up_to_date_with_all_it_holds(tmp_path: Path, dump: Path) -> None:
    directory = tmp_path / "audit"
    restore(dump, directory)
    old = schema_state(directory)
    backup = upgrade(directory)
    assert (backup is None) == (old == "current")
    assert schema_state(directory) == "current"
    engine = reader_engine(directory)
    assert overview.counts(engine).images == N_IMAGES
    assert set(findings.findings(engine)["concept"]) <= set(CONCEPTS)
    assert images.thumbnails(engine, [3])[3].startswith(thumbnail(3)[:2])
    engine.dispose()


def test_the_first_release_keeps_its_maps_and_its_ranks(tmp_path: Path) -> None:
    """What was measured stays, what was not is missing, and no number is made up."""
    directory = tmp_path / "audit"
    restore(FIXTURES[0], directory)
    upgrade(directory)
    engine = reader_engine(directory)
    maps = overview.text_maps(engine)
    assert maps["kept"].tolist() == (~maps["is_floor"]).tolist()
    best = classes.class_concepts(engine, 0, "kernel")
    assert best["z"].notna().all() and len(best) > 0
    assert best["standout"].isna().all()
    frame = concepts_frame(engine)
    assert frame["concept"].tolist() == list(CONCEPTS)
    assert frame["out_of_hull"].isna().all()
    engine.dispose()


def rows_of(path: Path, table: str, columns: str = "*") -> set[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(f"select {columns} from {table}").fetchall())


def columns_of(path: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[1] for row in connection.execute(f"pragma table_info({table})")]


@pytest.mark.parametrize("dump", FIXTURES[:2], ids=lambda path: path.stem)
def test_units_of_the_first_releases_stay_as_they_were(tmp_path: Path, dump: Path) -> None:
    directory = tmp_path / "audit"
    restore(dump, directory)
    backup = upgrade(directory)
    assert backup is not None
    now = directory / "audit.db"
    for table in ("sae", "unit", "unit_class", "label", "activation"):
        old, new = columns_of(backup, table), columns_of(now, table)
        before = rows_of(backup, table)
        assert rows_of(now, table, ", ".join(old)) == before != set()
        added = set(new) - set(old)
        assert bool(added) == (table in ("sae", "unit", "label"))
        for column in added:
            assert rows_of(now, table, column) == {(None,)}
    for table in ("unit_fires", "unit_neighbour", "unit_map", "human_label"):
        assert rows_of(now, table) == set()


def test_the_third_release_keeps_its_dossiers_and_what_people_said(tmp_path: Path) -> None:
    directory = tmp_path / "audit"
    restore(FIXTURES[2], directory)
    upgrade(directory)
    now = directory / "audit.db"
    assert rows_of(now, "unit_fires", "unit_id, rank, class_id, share, active, decided") == {
        (0, 1, 0, 0.75, 2, 3),
        (0, 2, 1, 0.25, 1, 2),
    }
    assert rows_of(now, "unit_neighbour", "relation, other_id, value") == {
        ("cofiring", 1, 0.5),
        ("nearest", 2, -0.25),
    }
    assert rows_of(now, "unit_map", '"rows", columns, "values"') == {(2, 3, MAP)}
    engine = reader_engine(directory)
    assert list(human.current_labels(engine)["text"]) == ["glow"]
    assert list(human.label_history(engine, "latent", 1)["text"]) == [None, "teeth"]
    engine.dispose()


def test_the_fourth_release_keeps_its_explanations(tmp_path: Path) -> None:
    """Each is of an image, and what was not measured then is missing."""
    directory = tmp_path / "audit"
    restore(FIXTURES[3], directory)
    backup = upgrade(directory)
    assert backup is not None
    now = directory / "audit.db"
    old, new = columns_of(backup, "explanation"), columns_of(now, "explanation")
    before = rows_of(backup, "explanation", ", ".join(old))
    assert rows_of(now, "explanation", ", ".join(old)) == before != set()
    for column in set(new) - set(old):
        given = {"subject": "image", "details": "{}"}.get(column)
        assert rows_of(now, "explanation", column) == {(given,)}
    assert rows_of(now, "claim") == rows_of(now, "claim_unit") == set()
    engine = reader_engine(directory)
    one = explanations.explanation(engine, 2)
    assert one is not None
    assert (one.subject, one.image_id, one.claims, one.details) == ("image", 1, 0, {})
    assert one.ledger is None
    engine.dispose()


def test_a_claim_goes_with_its_explanation_and_a_unit_with_its_claim(audit: Path) -> None:
    engine = make_engine(audit, "rw")
    with engine.begin() as connection:
        connection.execute(text("delete from claim where explanation_id = 1 and number = 1"))
        connection.execute(text("delete from explanation where id = 4"))
    engine.dispose()
    claims = rows_of(audit / "audit.db", "claim", "explanation_id, number")
    units = rows_of(audit / "audit.db", "claim_unit", "explanation_id, number, unit_id")
    assert claims == {(1, 2), (5, 1)}
    assert units == {(1, 2, 4), (5, 1, 1)}


@pytest.mark.parametrize("column", ["subject", "method", "unit_kind"])
def test_an_explanation_is_of_a_known_kind(audit: Path, column: str) -> None:
    refused = pytest.raises(sqlite3.IntegrityError, match=f"ck_explanation_{column}")
    with closing(sqlite3.connect(audit / "audit.db")) as connection, refused:
        connection.execute(f"update explanation set {column} = 'other'")


def test_every_release_has_its_fixture() -> None:
    scripts = (MIGRATIONS / "versions").glob("[0-9]*.py")
    assert [f"release-{s.name[:4]}" for s in sorted(scripts)] == [f.stem for f in FIXTURES]


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The script of a release to come, which this Glowworm then takes for its own."""
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    script = scripts / "versions" / f"{NEXT}_next.py"
    script.write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision = '{NEXT}', '{version.HEAD}'\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('unit', recreate='always') as unit:\n"
        "        unit.add_column(sa.Column('colour', sa.String(), server_default='blue'))\n"
    )
    monkeypatch.setattr("db.migrate.SCRIPTS", str(scripts))
    monkeypatch.setattr(version, "HEAD", NEXT)
    return script


def count(directory: Path, table: str) -> int:
    with closing(sqlite3.connect(directory / "audit.db")) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]


def test_an_upgrade_keeps_a_backup_and_the_children_of_a_table_it_rebuilds(
    audit: Path, next_release: Path
) -> None:
    before = count(audit, "activation")
    assert schema_state(audit) == "older"
    with pytest.raises(SchemaMismatch, match="glowworm upgrade"):
        AuditStore.open(audit)
    backup = upgrade(audit)
    assert schema_state(audit) == "current"
    assert count(audit, "activation") == before > 0
    with closing(sqlite3.connect(audit / "audit.db")) as connection:
        assert connection.execute("select distinct colour from unit").fetchall() == [("blue",)]
    assert backup is not None
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("select version_num from alembic_version").fetchone() == (NOW,)
        assert connection.execute("select count(*) from activation").fetchone()[0] == before
    assert upgrade(audit) is None


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(audit: Path, next_release: Path) -> None:
    before = statements(audit / "audit.db")
    with next_release.open("a") as script:
        script.write("    op.execute('insert into no_such_table values (1)')\n")
    with pytest.raises(Exception, match="no_such_table"):
        upgrade(audit)
    assert statements(audit / "audit.db") == before
    assert schema_state(audit) == "older"


def test_an_upgrade_that_tears_rows_apart_is_taken_back(audit: Path, next_release: Path) -> None:
    with next_release.open("a") as script:
        script.write("    op.execute('delete from image where id = 0')\n")
    with pytest.raises(StoreDamaged, match="hang on nothing"):
        upgrade(audit)
    assert count(audit, "image") == N_IMAGES


def test_a_newer_store_is_not_touched(audit: Path) -> None:
    with closing(sqlite3.connect(audit / "audit.db")) as connection, connection:
        connection.execute("update alembic_version set version_num = '0999'")
    assert schema_state(audit) == "newer"
    with pytest.raises(SchemaMismatch, match="newer Glowworm"):
        upgrade(audit)
    assert not list(audit.glob("*.backup"))


def test_no_upgrade_while_another_writes(tmp_path: Path, next_release: Path) -> None:
    with AuditStore.create(tmp_path / "audit") as store:
        engine = make_engine(store.directory, "rw")
        with engine.begin() as connection:
            connection.execute(text(f"update alembic_version set version_num = '{NOW}'"))
        engine.dispose()
        with pytest.raises(StoreError, match="being written by another"):
            upgrade(store.directory)
