"""Files and stages with their hashes."""

from pathlib import Path

from db.engine import reader_engine
from db.files import sha256_of
from db.queries.provenance import artifacts, stage_origins
from tests import stores


def test_files_are_told_with_their_hashes(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    engine = reader_engine(directory)
    [row] = artifacts(engine).to_dict("records")
    engine.dispose()
    assert (row["name"], row["stage"]) == ("class_embeddings", "classifier")
    assert (row["dtype"], row["shape"]) == ("<f4", [4, 4])
    assert row["sha256"] == sha256_of(directory / row["path"])
    assert row["size"] == (directory / row["path"]).stat().st_size


def test_stages_are_told_with_what_they_were_made_from(tmp_path: Path) -> None:
    engine = reader_engine(stores.build_store(tmp_path / "audit"))
    rows = stage_origins(engine).to_dict("records")
    engine.dispose()
    assert [row["name"] for row in rows] == list(stores.STAGES)
    assert rows[0]["input_hash"] == "hash of classifier"
    assert rows[0]["versions"] == {"glowworm": "0.1.0"}
    assert {row["seed"] for row in rows} == {0}
