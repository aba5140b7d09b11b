"""How the dashboard is started."""

import os
import sys
from pathlib import Path

import pytest

from dashboard import data, serve


def test_it_listens_on_the_loopback_address_only() -> None:
    line = serve.command(8599)
    assert line[:5] == [sys.executable, "-P", "-m", "streamlit", "run"]
    assert Path(line[5]) == serve.APP
    assert serve.APP.is_file()
    for flag in (
        "--server.address=127.0.0.1",
        "--server.port=8599",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--server.enableCORS=true",
        "--server.enableXsrfProtection=true",
        "--server.enableStaticServing=false",
        "--server.enableAgentApi=false",
        "--server.allowedHosts=localhost",
        "--server.allowedHosts=127.0.0.1",
        "--browser.gatherUsageStats=false",
    ):
        assert flag in line


def test_every_option_exists_in_the_installed_streamlit() -> None:
    from streamlit import config

    known = config.get_config_options()
    for flag in serve.command(1)[6:]:
        assert flag.removeprefix("--").split("=")[0] in known


def test_the_audit_is_handed_over_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda *given: called.append(given))
    serve.main([str(tmp_path), "--port", "8600"])
    [(program, line, environment)] = called
    assert program == sys.executable
    assert line == serve.command(8600)
    assert environment[serve.STORE_VARIABLE] == str(tmp_path.resolve())
    assert environment["PATH"] == os.environ["PATH"]


def environment_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, str]:
    """What Streamlit is started with."""
    called: list[dict[str, str]] = []
    monkeypatch.setattr(os, "execve", lambda _program, _line, told: called.append(told))
    serve.main(arguments)
    return called[0]


def test_what_is_asked_is_handed_over_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (serve.REVIEWER_VARIABLE, serve.AGAINST_VARIABLE, serve.READ_ONLY_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    plain = environment_of(monkeypatch, str(tmp_path))
    assert serve.REVIEWER_VARIABLE not in plain
    assert serve.AGAINST_VARIABLE not in plain
    assert serve.READ_ONLY_VARIABLE not in plain
    other = str(tmp_path / "other")
    asked = environment_of(
        monkeypatch, str(tmp_path), "--reviewer", "ann", "--against", other, "--read-only"
    )
    assert asked["GLOWWORM_REVIEWER"] == "ann"
    assert asked["GLOWWORM_AGAINST"] == other
    assert asked["GLOWWORM_READ_ONLY"] == "1"


@pytest.mark.parametrize("more", [(), ("--read-only",)])
def test_the_desk_fetches_nothing_from_a_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    told = environment_of(monkeypatch, str(tmp_path), *more)
    assert (told["HF_HUB_OFFLINE"], told["TRANSFORMERS_OFFLINE"]) == ("1", "1")


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("", False), ("0", False)])
def test_pages_know_whether_they_may_write(
    value: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(serve.READ_ONLY_VARIABLE, value)
    assert data.read_only() is expected
