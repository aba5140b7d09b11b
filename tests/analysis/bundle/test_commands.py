"""``bundle`` and ``serve`` as they are typed, and the commands that read a bundle."""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analysis.cli import main
from db.store import AuditStore
from tests import stores

Run = Callable[..., "Done"]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in this process; what it unpacks goes below ``tmp_path``."""
    (tmp_path / "unpacked").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "unpacked"))
    monkeypatch.setattr("analysis.commands.share._end_on_termination", lambda: None)

    def typed(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["glowworm", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        code = stop.value.code
        assert list((tmp_path / "unpacked").iterdir()) == []
        return Done(code if isinstance(code, int) else 0, out, err)

    return typed


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines of the desks that were started, none of which was; it ends with 7."""
    lines: list[list[str]] = []

    def call(line: list[str]) -> int:
        assert (Path(line[4]) / "audit.db").is_file()  # it is there while the desk is open
        lines.append(line)
        return 7

    monkeypatch.setattr(subprocess, "call", call)
    return lines


@pytest.fixture
def port() -> int:
    """One that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def refused(done: Done, *said: str, code: int) -> None:
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("glowworm: ")
    assert done.err.count("\n") == 1
    assert [text for text in said if text not in done.err] == []


def test_a_bundle_is_made_and_its_size_is_said(run: Run, whole: Path, tmp_path: Path) -> None:
    target = tmp_path / "b.glowworm"
    done = run("bundle", whole, "--out", target)
    assert (done.code, done.out) == (0, "")
    assert f"Bundle: {target} (" in done.err
    assert "that only an audit needs" not in done.err
    assert "Left out: the pictures themselves; --images puts them in" in done.err
    refused(run("bundle", whole, "--out", target), "--force", code=2)
    done = run("bundle", whole, "--out", target, "--force", "--images")
    assert done.code == 0
    assert "the pictures themselves" not in done.err


def test_what_was_left_out_is_said(run: Run, tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    with AuditStore.open(directory) as store:
        made = store.begin_run("glowworm audit", {}, {}, 0)
        fold = {"text_map.mlp.fold0": np.zeros(1000, np.float32)}
        store.finish_stage(made, "folds", 30, "hash", seconds=0.0, arrays=fold)
    done = run("bundle", directory, "--out", tmp_path / "b")
    assert "Left out: 1 file (4.1 kB) that only an audit needs" in done.err


def test_commands_read_a_bundle_as_they_read_an_audit(
    run: Run, whole: Path, bundle: Path, tmp_path: Path
) -> None:
    for words in (("findings", "--json"), ("labels", "--json")):
        assert run(words[0], bundle, *words[1:]).out == run(words[0], whole, *words[1:]).out
    out = tmp_path / "images.csv"
    assert run("export", bundle, "--what", "images", "--out", out).code == 0
    assert len(out.read_text().splitlines()) == 13


def test_a_report_of_a_bundle(run: Run, bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "b.glowworm"
    copy.write_bytes(bundle.read_bytes())
    done = run("report", copy, "--json", tmp_path / "r.json")
    assert f"Report: {tmp_path / 'b.html'} (" in done.err
    assert f"Report: {tmp_path / 'r.json'} (" in done.err
    assert json.loads((tmp_path / "r.json").read_text())["sha256"] in (
        tmp_path / "b.html"
    ).read_text("utf-8")


def test_a_report_of_an_audit_that_lost_a_file_is_no_quiet_one(run: Run, tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    [array] = (directory / "arrays").glob("class_embeddings.*.npy")
    assert "missing" not in run("report", directory).err
    array.unlink()
    done = run("report", directory)
    assert done.code == 0
    assert "1 of the audit's files is missing or cut short" in done.err and array.name in done.err
    assert "1 of the audit's files is missing" in (directory / "report.html").read_text("utf-8")


def test_a_directory_is_served_where_it_lies(
    run: Run, whole: Path, started: list[list[str]], port: int
) -> None:
    assert run("serve", whole, "--port", port, "--reviewer", "ann").code == 7
    [line] = started
    module = [sys.executable, "-P", "-m", "dashboard.serve"]
    assert line == [*module, str(whole), "--port", str(port), "--reviewer", "ann"]


def test_a_bundle_is_served_read_only_beside_another(
    run: Run, whole: Path, bundle: Path, started: list[list[str]], port: int
) -> None:
    assert run("serve", bundle, "--port", port, "--against", whole).code == 7
    [line] = started
    assert line[7:] == ["--read-only", "--against", str(whole)]
    assert run("serve", whole, "--port", port, "--against", bundle).code == 7
    assert "--read-only" not in started[1]
    assert Path(started[1][-1]).name == "small"


def test_what_cannot_be_served_is_said_in_a_line(
    run: Run, bundle: Path, whole: Path, tmp_path: Path, started: list[list[str]], port: int
) -> None:
    done = run("serve", bundle, "--port", port, "--reviewer", "ann")
    refused(done, "leave --reviewer out", code=2)
    refused(run("serve", tmp_path / "nowhere", "--port", port), "nowhere is not there", code=1)
    refused(run("serve", tmp_path, "--port", port), "holds no audit", code=1)
    (tmp_path / "x").write_text("x")
    refused(run("serve", tmp_path / "x", "--port", port), "no bundle", code=1)
    done = run("serve", whole, "--port", port, "--against", tmp_path)
    refused(done, "holds no audit", code=1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        refused(run("serve", whole, "--port", port), f"port {port}", "--port", code=2)
    assert started == []
