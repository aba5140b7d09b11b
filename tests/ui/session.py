"""A whole session at the desk in a real browser: finding, class, latent, image, what-if, verdict,
report.

``python -m tests.ui.session DIR FOLDER`` walks it on the demo's audit, copied, and writes the
screenshots of README and docs into FOLDER (``make screenshots``).
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.ui.conftest import Served, chromium, quiet

REVIEWER, WHY = "Ann", "It glows in every picture; without the glow it is not found."
_SIZE = {"width": 1440, "height": 900}
_WITHOUT = re.compile("^Without latent [0-9]+ “")


class Session:
    """A page in the browser and where its screenshots go."""

    def __init__(self, page: Page, url: str, shots: Path) -> None:
        self.page, self.url, self.shots = page, url, shots

    def open(self, address: str) -> None:
        self.page.goto(f"{self.url}/{address}")
        self.settled()

    def settled(self) -> None:
        """Until the page stands still and shows no exception."""
        expect(self.page.locator("h1").first).to_be_visible(timeout=60_000)
        self.page.wait_for_timeout(300)  # a click is on its way to the server
        for moving in ("stStatusWidget", "stSkeleton"):
            expect(self.page.get_by_test_id(moving)).to_have_count(0, timeout=60_000)
        expect(self.page.get_by_test_id("stException")).to_have_count(0)

    def shoot(self, name: str) -> None:
        self.page.wait_for_timeout(700)  # charts fade in
        self.page.screenshot(path=self.shots / f"{name}.png")

    def title(self) -> str:
        return self.page.locator("h1").first.inner_text()


def walk(page: Page, url: str, shots: Path, *, concept: str) -> str:
    """Walk the session about the finding with ``concept``; returns the report's HTML."""
    session = Session(page, url, shots)
    session.open("")
    session.shoot("overview")
    finding = _to_the_finding(session, concept)
    _to_its_class_and_latent(session)
    _to_an_image_and_what_if(session)
    _decide(session, finding, concept)
    return _report(session)


def _to_the_finding(session: Session, concept: str) -> str:
    page = session.page
    link = page.get_by_role("link", name="Look at the evidence")
    tile = page.locator("div").filter(has_text=f"“{concept}”").filter(has=link).last
    tile.get_by_role("link", name="Look at the evidence").click()
    page.wait_for_url("**/findings?finding=*")
    session.settled()
    expect(page.get_by_role("heading", name=f"“{concept}”")).to_be_visible()
    session.shoot("findings")
    return page.url.removeprefix(f"{session.url}/")


def _to_its_class_and_latent(session: Session) -> None:
    page = session.page
    page.get_by_role("link", name=re.compile("^All about ")).click()
    page.wait_for_url("**/classes?class=*")
    session.settled()
    session.shoot("class")
    strongest = page.get_by_test_id("stDataFrame").first
    strongest.scroll_into_view_if_needed()
    strongest.click(position={"x": 120, "y": 52})  # painted on a canvas: the first row
    page.wait_for_url("**/latents?latent=*")
    session.settled()
    assert session.title().startswith("Latent ")
    session.shoot("latent")


def _to_an_image_and_what_if(session: Session) -> None:
    page = session.page
    page.locator('a[href*="images?image="]').first.click()
    page.wait_for_url("**/images?image=*")
    session.settled()
    session.shoot("image")
    switch = page.get_by_test_id("stCheckbox").filter(has_text=re.compile("latent .* is on")).first
    switch.scroll_into_view_if_needed()
    switch.locator("label").click()
    expect(page.get_by_text(_WITHOUT)).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile("w=l[0-9]+(:|%3A)0"))
    session.settled()
    page.get_by_role("heading", name="What if").scroll_into_view_if_needed()
    session.shoot("what-if")
    session.open(page.url.removeprefix(f"{session.url}/"))  # the link shares it
    expect(page.get_by_text(_WITHOUT)).to_be_visible(timeout=30_000)


def _decide(session: Session, finding: str, concept: str) -> None:
    page = session.page
    session.open(finding)
    page.get_by_placeholder("why, for those who read").fill(WHY)
    page.get_by_placeholder("why, for those who read").press("Enter")
    session.settled()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(WHY).first).to_be_visible(timeout=30_000)
    session.settled()
    expect(page.get_by_role("heading", name=f"“{concept}”")).to_be_visible()
    session.shoot("verdict")


def _report(session: Session) -> str:
    page = session.page
    session.open("log")
    session.shoot("report-and-log")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report as HTML").click()
    file = session.shots / "report.html"
    download.value.save_as(file)
    told = file.read_text("utf-8")
    file.unlink()
    page.set_content(told)
    session.shoot("report")
    return told


def more(page: Page, url: str, shots: Path) -> None:
    """Pages beside the session's way, for the docs; some in the dark."""
    session = Session(page, url, shots)
    for name, address in (
        ("ask", "ask?a_text=glowing+sea+creature"),
        ("map", "map"),
        ("explanations", "explanations"),
    ):
        session.open(address)
        page.wait_for_timeout(2000)
        session.shoot(name)
    page.emulate_media(color_scheme="dark")
    session.open("")
    session.shoot("overview-dark")


def main(audit: Path, folder: Path) -> None:
    """The walk with its screenshots, on a copy: the session writes a verdict."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        copy = Path(shutil.copytree(audit, Path(temporary) / "reef"))
        served = Served(copy, Path(temporary) / "server.log", reviewer=REVIEWER)
        browser = playwright.chromium.launch(executable_path=chromium(), args=quiet())
        try:
            served.wait()
            page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]
            assert WHY in walk(page, served.url, folder, concept="glowing")
            more(page, served.url, folder)
        finally:
            browser.close()
            served.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
