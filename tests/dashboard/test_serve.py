"""How the dashboard is started."""

import os
import sys
from pathlib import Path

import pytest

from dashboard import serve


def test_it_listens_on_the_loopback_address_only() -> None:
    line = serve.command(8599)
    assert line[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(line[4]) == serve.APP
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
    for flag in serve.command(1)[5:]:
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
