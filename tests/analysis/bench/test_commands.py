"""``glowworm bench`` as it is typed: what is printed, kept, and refused."""

import json
from pathlib import Path
from typing import get_type_hints

import pytest
from typer.testing import CliRunner

import analysis.commands.bench as commands
from analysis.bench.data import BenchData
from analysis.bench.zero_shot import methods
from analysis.cli import app
from analysis.errors import UsageError


@pytest.fixture
def painted(data: BenchData, monkeypatch: pytest.MonkeyPatch) -> BenchData:
    """Every bench that classifies images is run on the painted animals."""
    monkeypatch.setattr(commands, "_data", lambda *_: data)
    return data


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["bench", *words], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_zero_shot_prints_json_and_keeps_both_files(painted: BenchData, tmp_path: Path) -> None:
    words = ("zero-shot", "--splits", "1", "--method", "kernel", "--method", "mlp, soft dropout")
    said = run(*words, "--epochs", "3", "--json", "--out", str(tmp_path))
    absolute, relative = json.loads(said)
    assert [row["method"] for row in absolute["rows"]][1:] == ["mlp, soft dropout", "kernel"]
    assert absolute["settings"]["model"] == "painted animals"
    assert relative["rows"][0]["method"] == "kernel"
    kept = json.loads((tmp_path / "zero-shot-painted-animals.json").read_text())
    assert kept == [absolute, relative]
    assert "paper Tables 1, 8, 9" in (tmp_path / "zero-shot-painted-animals.md").read_text()


def test_the_help_names_every_method() -> None:
    (option,) = get_type_hints(commands.zero_shot, include_extras=True)["only"].__metadata__
    for method in methods():
        assert method.name in option.help


def test_an_unknown_method_is_refused(painted: BenchData, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--method knows .*'stacked'"):
        run("zero-shot", "--method", "magic", "--out", str(tmp_path))


def test_a_model_needs_images() -> None:
    with pytest.raises(UsageError, match="give --images"):
        run("prompts", "--model", "resnet50")


def test_prompts_are_printed_for_people(painted: BenchData, tmp_path: Path) -> None:
    said = run("prompts", "--splits", "1", "--out", str(tmp_path))
    assert "paper Table 7" in said
    assert "Kept as" in said


def test_what_belongs_to_a_model_is_refused_without_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="belong to a --model"):
        run("prompts", "--checkpoint", "x.safetensors", "--out", str(tmp_path))


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="give another directory to --out"):
        run("prompts", "--out", str(tmp_path / "file"))
