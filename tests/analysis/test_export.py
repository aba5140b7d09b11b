"""Tables as files: the same rows in every format, the full matrix, nothing half-written."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import UsageError
from analysis.export import TABLES, Format, _write, export_table
from analysis.reef.truth import class_names
from db.errors import StoreError, StoreMissing
from db.reader import AuditReader
from tests import stores
from tests.analysis import small
from tests.analysis.conftest import SmallAudit

FORMATS: tuple[Format, ...] = ("csv", "json", "parquet")
ROWS = {
    "images": small.N_IMAGES,
    "classes": 192,
    "concepts": len(small.CONCEPTS),
    "class-concepts": 192 * len(small.CONCEPTS),
    "latents": 8,
    "neurons": 192,
    "channels": 0,
    "labels": 8 + 192,
    "findings": 192 * len(small.CONCEPTS),
    "explanations": 3,  # one decision by three methods
    "claims": None,  # as many as the sentences make
    "reviews": 0,  # nobody has looked at it yet
    "lists": 0,
    "log": 1,  # the audit itself
}


def read(path: Path, format: Format) -> pd.DataFrame:
    if format == "csv":
        return pd.read_csv(path)
    if format == "json":
        return pd.DataFrame(json.loads(path.read_text("utf-8")))
    return pd.read_parquet(path)


@pytest.mark.parametrize("what", TABLES)
def test_every_table_is_the_same_in_every_format(
    what: str, small_audit: SmallAudit, tmp_path: Path
) -> None:
    frames = {}
    for format in FORMATS:
        out = tmp_path / f"table.{format}"
        rows = export_table(small_audit.directory, what, out, format)
        assert rows == ROWS[what] if ROWS[what] is not None else rows > 0
        frames[format] = read(out, format)
    for format, frame in frames.items():
        assert len(frame) == rows
        if format != "json" or rows > 0:  # a JSON list of no records has no columns
            assert list(frame.columns) == list(frames["parquet"].columns)
        for column in frame.select_dtypes("number"):
            np.testing.assert_allclose(
                pd.to_numeric(frame[column]).to_numpy(float, na_value=np.nan),
                frames["parquet"][column].to_numpy(float, na_value=np.nan),
                rtol=1e-6,
                atol=1e-9,
            )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "table.csv",
        "table.json",
        "table.parquet",
    ]


def test_all_tables_are_tried() -> None:
    assert set(TABLES) == set(ROWS)


def test_class_concepts_hold_the_full_matrix_by_the_map_shown_first(
    small_audit: SmallAudit, tmp_path: Path
) -> None:
    out = tmp_path / "matrix.parquet"
    export_table(small_audit.directory, "class-concepts", out, "parquet")
    table = pd.read_parquet(out)
    assert list(table.columns) == [
        "class",
        "concept",
        "score_weights",
        "z_weights",
        "score_features",
        "z_features",
        "name_implied",
    ]
    with AuditReader(small_audit.directory) as audit:
        scores = np.asarray(audit.array("class_concepts.weights.kernel"), np.float64)
        seen = np.asarray(audit.array("class_concepts.features.kernel"), np.float64)
        implied = np.asarray(audit.array("name_implied.kernel"))
    c, u = class_names().index("shark"), small.CONCEPTS.index("murky water")
    row = table[(table["class"] == "shark") & (table["concept"] == "murky water")].iloc[0]
    assert row["score_weights"] == pytest.approx(scores[c, u])
    by_hand = (scores[c, u] - scores[:, u].mean()) / scores[:, u].std()
    assert row["z_weights"] == pytest.approx(by_hand, abs=1e-4)
    shown = seen[~np.isnan(seen[:, u]), u]
    assert len(shown) == len(small.SHOWN)
    assert row["z_features"] == pytest.approx((seen[c, u] - shown.mean()) / shown.std(), abs=1e-4)
    assert row["name_implied"] == implied[c, u]
    assert table[table["class"] == "walrus"]["score_features"].isna().all()


def test_findings_are_those_of_the_command_line(synthetic: Path, tmp_path: Path) -> None:
    out = tmp_path / "findings.json"
    assert export_table(synthetic, "findings", out, "json") == 12
    first: dict[str, Any] = json.loads(out.read_text("utf-8"))[0]
    assert (first["class"], first["concept"], first["rank"]) == ("jellyfish", "glowing", 1)
    assert first["name_implied"] is False
    assert first["q"] == pytest.approx(0.02)


def test_what_is_missing_stays_missing(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit", weights_only=True)
    out = tmp_path / "findings.csv"
    export_table(directory, "findings", out, "csv")
    table = pd.read_csv(out)
    assert table["z_features"].isna().all()
    assert (table["rank"].isna() == table["name_implied"]).all()


@pytest.mark.parametrize(
    "what", ["images", "labels", "findings", "latents", "explanations", "claims"]
)
@pytest.mark.parametrize("format", FORMATS)
def test_a_table_without_rows_has_its_columns(what: str, format: Format, tmp_path: Path) -> None:
    directory = stores.build_empty_store(tmp_path / "empty")
    full = stores.build_store(tmp_path / "full")
    out, filled = tmp_path / f"t.{format}", tmp_path / f"f.{format}"
    assert export_table(directory, what, out, format) == 0
    assert export_table(full, what, filled, format) > 0
    if format == "json":
        assert json.loads(out.read_text("utf-8")) == []
    else:
        assert list(read(out, format).columns) == list(read(filled, format).columns)


def test_an_unknown_table_is_refused_with_those_there_are(synthetic: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'pictures': give one of images, classes, concepts"):
        export_table(synthetic, "pictures", tmp_path / "x.csv", "csv")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_audit_or_stage_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        export_table(tmp_path / "nowhere", "images", tmp_path / "x.csv", "csv")
    empty = stores.build_empty_store(tmp_path / "empty")
    with pytest.raises(StoreError, match="--resume"):
        export_table(empty, "class-concepts", tmp_path / "x.csv", "csv")
    assert not (tmp_path / "x.csv").exists()


def test_a_file_that_cannot_be_written_is_said(synthetic: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        export_table(synthetic, "images", tmp_path / "no" / "such" / "folder.csv", "csv")
    with pytest.raises(UsageError, match="cannot be written"):
        export_table(synthetic, "images", tmp_path, "csv")


def test_a_failed_export_leaves_the_old_file(
    synthetic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "images.csv"
    out.write_text("old", "utf-8")

    def half(self: pd.DataFrame, file: Any, **_: Any) -> None:
        file.write(b"half")
        raise ValueError("a bug")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    with pytest.raises(ValueError, match="a bug"):
        export_table(synthetic, "images", out, "csv")
    assert out.read_text("utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["images.csv"]


def test_the_weights_alone_export_their_matrix(weights_only: SmallAudit, tmp_path: Path) -> None:
    out = tmp_path / "matrix.csv"
    rows = export_table(weights_only.directory, "class-concepts", out, "csv")
    table = pd.read_csv(out)
    assert rows == len(table) == 192 * len(small.CONCEPTS)
    assert table["score_weights"].notna().all()
    assert table[["score_features", "z_features"]].isna().all(axis=None)


def test_json_keeps_the_smallest_numbers(tmp_path: Path) -> None:
    table = pd.DataFrame({"q": [9.7e-27, float("nan"), float("inf")], "n": [1, 2, 3]})
    out = tmp_path / "table.json"
    with out.open("wb") as file:
        _write(table, file, "json")
    told = [{"q": 9.7e-27, "n": 1}, {"q": None, "n": 2}, {"q": None, "n": 3}]
    assert json.loads(out.read_text()) == told
