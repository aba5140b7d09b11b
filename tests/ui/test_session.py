"""The whole session at the desk: on a small store, and on the demo's real audit."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from db.engine import reader_engine
from db.queries.log import DEEDS, LogFilter, count_log
from tests import stores
from tests.dashboard.changeable import make_changeable
from tests.ui.conftest import Served
from tests.ui.session import REVIEWER, WHY, walk

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``make demo``'s audit."""
    directory = tmp_path_factory.mktemp("demo") / "reef-audit"
    command = [str(Path(sys.executable).with_name("glowworm")), "demo", "--out", str(directory)]
    subprocess.run(command, check=True, capture_output=True, timeout=1500)
    return directory


def test_a_small_store_is_walked_to_its_report(browser: Browser, tmp_path: Path) -> None:
    _walked(browser, make_changeable(stores.build_store(tmp_path / "audit")), tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_from_a_finding_to_a_signed_report(browser: Browser, demo: Path, tmp_path: Path) -> None:
    _walked(browser, demo, tmp_path)


def _walked(browser: Browser, audit: Path, tmp_path: Path) -> None:
    served = Served(audit, tmp_path / "server.log", reviewer=REVIEWER)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        served.wait()
        told = walk(context.new_page(), served.url, tmp_path, concept="glowing")
    finally:
        context.close()
        served.close()
    assert WHY in told
    assert "<script" not in told
    engine = reader_engine(audit)
    done = {deed: count_log(engine, LogFilter(author=REVIEWER, deed=deed)) for deed in DEEDS}
    engine.dispose()
    # A finding, its class, a latent and an image were looked at; image and finding were opened
    # once more by their links, which is another session. One verdict was given.
    assert done == {"looked": 6, "decided": 1, "labelled": 0, "listed": 0, "ran": 0}
