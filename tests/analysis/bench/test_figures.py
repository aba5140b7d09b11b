"""Tables as text, JSON and markdown."""

import json
from pathlib import Path

from analysis.bench.figures import Figures, Interval, Ratio, save

TABLE = Figures(
    "A title",
    {"what": "what", "share": "share", "times": "times", "seconds": "seconds"},
    [
        {
            "what": "a|b\nc",
            "share": Interval(1.0, 0.55, 2.25),
            "times": Ratio(2.0, 1.5, 3.0),
            "seconds": 0.12345,
        },
        {"what": "floor", "share": None, "times": None, "seconds": 3},
    ],
    {"seed": 7},
    ("A note.",),
)


def test_cells_are_text_or_plain_numbers() -> None:
    first, second = TABLE.cells()
    assert first["share"] == "1.0 [0.6, 2.2]"  # halves round to even
    assert first["times"] == "2.00 [1.50, 3.00]"
    assert second == {"what": "floor", "share": None, "times": None, "seconds": 3}


def test_markdown_holds_settings_notes_and_no_broken_row() -> None:
    text = TABLE.as_markdown()
    assert "- seed: 7" in text
    assert text.endswith("A note.\n")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == "| what | share | times | seconds |"
    assert rows[2] == r"| a\|b c | 1.0 [0.6, 2.2] | 2.00 [1.50, 3.00] | 0.123 |"
    assert rows[3] == "| floor | – | – | 3 |"
    assert len(rows) == 4


def test_files_hold_every_table(tmp_path: Path) -> None:
    document = save([TABLE, TABLE], tmp_path / "new", "zero-shot-hf:org/name")
    assert document.name == "zero-shot-hf-org-name.md"
    assert document.read_text().count("# A title") == 2
    first, second = json.loads(document.with_suffix(".json").read_text())
    assert first == second
    assert first["rows"][0]["share"] == {"value": 1, "low": 0.55, "high": 2.25}
    assert first["settings"] == {"seed": 7}
