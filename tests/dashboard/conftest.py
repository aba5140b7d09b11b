"""Stores of every condition, and the dashboard driven without a browser."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.serve import APP, STORE_VARIABLE
from tests import stores
from tests.dashboard.dossier import fill
from tests.evidence_rows import add_evidence
from tests.hostile import build_hostile_store

PAGES = (
    "overview",
    "findings",
    "classes",
    "latents",
    "neurons",
    "channels",
    "images",
    "explanations",
    "ask",
    "map",
    "compare",
    "log",
)
PARAMETERS = ("finding", "class", "latent", "neuron", "channel", "image")

Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores.build_store(tmp_path_factory.mktemp("small") / "audit")


@pytest.fixture(scope="session")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small store with evidence, canaries and repairs."""
    return add_evidence(stores.build_store(tmp_path_factory.mktemp("tested") / "audit"))


@pytest.fixture(scope="session")
def weights_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("weights") / "audit"
    return stores.build_store(directory, weights_only=True)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores.build_empty_store(tmp_path_factory.mktemp("empty") / "audit")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = build_hostile_store(tmp_path_factory.mktemp("hostile") / "audit")
    return add_evidence(fill(directory))


@pytest.fixture(scope="session")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that another, newer Glowworm wrote."""
    directory = stores.build_store(tmp_path_factory.mktemp("newer") / "audit")
    with sqlite3.connect(directory / "audit.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    return directory


@pytest.fixture(scope="session")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("damaged")
    (directory / "audit.db").write_bytes(b"no database at all, but long enough" * 100)
    return directory


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Open:
    """``open_page(store, page, **parameters)``: the page as it stands after one run."""

    def opened(store: Path | None, page: str, **parameters: str) -> AppTest:
        if store is None:
            monkeypatch.delenv(STORE_VARIABLE, raising=False)
        else:
            monkeypatch.setenv(STORE_VARIABLE, str(store))
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.switch_page(f"app_pages/{page}.py")
        for name, value in parameters.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, [e.message for e in app.exception]
        return app

    return opened


def words(app: AppTest) -> str:
    """Everything a page says in Markdown, one text after another."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "warning", "info", "error")
    found = [str(element.value) for kind in kinds for element in app.get(kind)]
    links = [element.label for element in (*app.get("page_link"), *app.get("button"))]
    return "\n".join([*found, *links])


def click(app: AppTest, table: str, row: int) -> None:
    """Click a cell of a table; it is seen at the next run."""
    app.session_state[table] = {"selection": {"rows": [], "columns": [], "cells": [(row, "x")]}}
