"""A walk through the dashboard in a real browser."""

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect

from db.human.labels import label_unit
from tests import stores
from tests.dashboard.asked_rows import add_atlas
from tests.dashboard.changeable import make_changeable
from tests.dashboard.dossier import build_dossier_store, fill
from tests.evidence_rows import add_evidence
from tests.hostile import HOSTILE_NAMES, build_hostile_store
from tests.ui.conftest import Served

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

# Streamlit's page looks for its server under the page's own path first.
_PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")


class Watched:
    """A page in the browser, and all that went wrong on it."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page = page
        self.served = served
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("dialog", lambda dialog: self._dialog(dialog))
        page.on("request", self._request)
        page.on("response", self._response)

    def open(self, address: str) -> None:
        self.page.goto(f"{self.served.url}/{address}")
        self.settled()

    def settled(self) -> None:
        """Until the page stands still and shows no exception."""
        expect(self.page.locator("h1").first).to_be_visible(timeout=30_000)
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
        expect(self.page.get_by_test_id("stException")).to_have_count(0)
        assert self.problems == []

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.problems.append(f"console: {text}")

    def _dialog(self, dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        inside = address.hostname == "127.0.0.1" or address.scheme in ("data", "blob")
        if not inside:
            self.problems.append(f"asks another host: {request.url[:200]}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not _PROBE.search(urlsplit(response.url).path):
            self.problems.append(f"{response.status} {response.url[:200]}")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _served(stores.build_store(tmp_path_factory.mktemp("small") / "audit"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = fill(build_hostile_store(tmp_path_factory.mktemp("hostile") / "audit"))
    add_evidence(directory)
    for number, name in enumerate(HOSTILE_NAMES[:3]):
        said = {"text": name, "author": name, "comment": name, "direction": np.eye(4)[number]}
        label_unit(directory, kind="neuron", number=number, **said)
    yield from _served(directory)


def _served(directory: Path) -> Iterator[Served]:
    served = Served(directory, directory.parent / "server.log")
    try:
        served.wait()
        yield served
    finally:
        served.close()


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _served(build_dossier_store(tmp_path_factory.mktemp("dossier") / "audit"))


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _served(add_evidence(stores.build_store(tmp_path_factory.mktemp("told") / "audit")))


@pytest.fixture(scope="module")
def changeable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """With a map, and with units that can be changed."""
    directory = stores.build_store(tmp_path_factory.mktemp("changeable") / "audit")
    yield from _served(add_atlas(make_changeable(directory)))


@pytest.fixture
def watched(browser: Browser, small: Served) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Watched(context.new_page(), small)
    context.close()


def test_every_page_opens(watched: Watched) -> None:
    for address, title in (
        ("", "What tiny looks at"),
        ("findings", "Findings"),
        ("classes", "Classes"),
        ("classes?class=1", "shark"),
        ("latents", "Latents"),
        ("latents?latent=1", "Latent 1: “sharp teeth”"),
        ("neurons", "Neurons"),
        ("neurons?neuron=0", "Neuron 0: “50% <b>off</b>_'now'”"),
        ("images", "Images"),
        ("images?image=1", "shark"),
    ):
        watched.open(address)
        expect(watched.page.locator("h1").first).to_have_text(title)


def test_from_a_finding_over_its_class_to_an_image_and_back(watched: Watched) -> None:
    page = watched.page
    watched.open("findings")
    _click_row(page, 2)  # jellyfish leads the candidates, then comes shark and sharp teeth
    page.wait_for_url("**/findings?finding=4")
    page.get_by_role("link", name="All about shark").click()
    page.wait_for_url("**/classes?class=1")
    watched.settled()
    expect(page.locator("h1").first).to_have_text("shark")
    page.locator('a[href*="image"]', has_text="shark").first.click()
    page.wait_for_url("**/images?image=1")
    watched.settled()
    expect(page.get_by_text("its folder says")).to_be_visible()
    page.get_by_role("button", name="next").click()
    page.wait_for_url("**/images?image=2")
    watched.settled()
    page.go_back()
    page.wait_for_url("**/images?image=1")
    expect(page.get_by_text("its folder says")).to_be_visible()


def test_a_row_of_a_list_leads_to_its_page(watched: Watched) -> None:
    watched.open("classes?c_order=in the classifier's order")
    _click_row(watched.page, 2)
    watched.page.wait_for_url("**/classes?*class=2*")
    expect(watched.page.locator("h1").first).to_have_text("red crab")


def _click_row(page: Page, row: int) -> None:
    """Tables are painted on a canvas: rows and their header are 35 pixels high."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    page.wait_for_timeout(1000)  # the canvas takes clicks a moment after it is there
    table.click(position={"x": 60, "y": 35 * (row + 1) + 17})


def test_a_claim_that_does_not_hold_is_struck_out(watched: Watched) -> None:
    watched.open("images?image=0")
    page = watched.page
    struck = page.locator("h3 del:visible")
    expect(struck).to_have_text("in the water")
    page.get_by_role("tab", name="texter").click()
    expect(page.locator("h3 del:visible")).to_have_text("glowing")
    watched.open("classes?class=0")
    expect(page.get_by_text("of the class as a whole")).to_be_visible()
    expect(page.locator("h3 del")).to_have_count(0)


def test_a_wrong_address_is_answered_plainly(watched: Watched) -> None:
    watched.open("latents?latent=999")
    expect(watched.page.get_by_text("This audit has no latent “999”")).to_be_visible()


def test_pictures_have_words_for_those_who_do_not_see_them(watched: Watched) -> None:
    watched.open("images")
    pictures = watched.page.get_by_test_id("stImage").locator("img")
    expect(pictures).to_have_count(12)
    for i in range(12):
        assert pictures.nth(i).get_attribute("alt")


def test_a_person_labels_a_unit_and_takes_it_back(browser: Browser, dossier: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page(), dossier)
    page = watched.page
    watched.open("neurons?neuron=1")
    _speak_as(watched, "Ann")
    page.get_by_role("button", name="Label it yourself").click()
    page.get_by_label("What it responds to").fill("a lamp")
    page.get_by_role("button", name="Keep this label").click()
    expect(page.locator("h1").first).to_have_text("Neuron 1: “a lamp”")
    expect(page.get_by_text("by Ann")).to_be_visible()
    expect(page.get_by_label("What it responds to")).to_have_count(0)  # the form has closed
    watched.open("neurons?neuron=1")
    expect(page.locator("h1").first).to_have_text("Neuron 1: “a lamp”")
    _speak_as(watched, "Bob")
    page.get_by_role("button", name="Label it yourself").click()
    page.get_by_role("button", name="Take the label back").click()
    expect(page.locator("h1").first).to_have_text("Neuron 1: “tentacles”")
    watched.settled()
    context.close()


def _speak_as(watched: Watched, name: str) -> None:
    """Give a name in the sidebar."""
    box = watched.page.get_by_role("textbox", name="Reviewer")
    box.fill(name)
    box.press("Enter")
    watched.settled()


def test_a_new_list_is_made_by_its_name(browser: Browser, dossier: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page(), dossier)
    page = watched.page
    watched.open("classes?class=1")
    _speak_as(watched, "Ann")
    page.get_by_role("button", name="Keep in a list").click()
    page.get_by_role("combobox", name="List").fill("to retrain")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Put it in").click()
    expect(page.get_by_role("button", name="In 1 list")).to_be_visible()
    watched.open("log?g_show=Lists")
    expect(page.get_by_text("class shark")).to_be_visible()
    watched.open("log?g_show=Log&g_deed=listed")
    expect(page.get_by_text("1 line", exact=True)).to_be_visible()
    context.close()


def test_a_table_comes_as_a_file(watched: Watched, tmp_path: Path) -> None:
    for address, name, column in (
        ("classes", "classes", "class_name"),
        ("findings", "findings", "concept"),
        ("latents", "latents", "number"),
        ("images", "images", "path"),
        ("log?g_show=Log", "log", "deed"),
    ):
        watched.open(address)
        for form in ("CSV", "JSON"):
            with watched.page.expect_download() as download:
                watched.page.get_by_role("button", name=form, exact=True).click()
            assert download.value.suggested_filename == f"{name}.{form.lower()}"
            download.value.save_as(tmp_path / "file")
            assert column in (tmp_path / "file").read_text("utf-8")


def test_a_unit_leads_to_others_with_its_label(browser: Browser, dossier: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page(), dossier)
    page = watched.page
    watched.open("latents?latent=1")
    page.get_by_role("button", name="1 other latent carries the same label").click()
    page.wait_for_url("**/latents?latent_label=1")
    expect(page.get_by_text("Only latents with the label “sharp teeth”.")).to_be_visible()
    page.go_back()
    expect(page.locator("h1").first).to_have_text("Latent 1: “sharp teeth”")
    watched.open("")
    page.get_by_role("link", name="Channels", exact=True).click()
    page.wait_for_url("**/channels")
    watched.settled()
    context.close()


def test_a_finding_with_evidence_leads_to_its_latents_and_duplicates(
    browser: Browser, tested: Served
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page(), tested)
    page = watched.page
    watched.open("findings")
    expect(page.get_by_text("lowers the logit of jellyfish by 2.50")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    page.get_by_role("button", name="“red”").click()
    page.wait_for_url("**/findings?*finding=3*")
    expect(page.get_by_text("Told under", exact=True)).to_be_visible()
    page.get_by_role("button", name="“glowing”").click()
    page.wait_for_url("**/findings?*finding=1*")
    page.get_by_role("link", name="Latent 4: striped").click()
    page.wait_for_url("**/latents?latent=4")
    watched.settled()
    watched.open("")
    expect(page.get_by_text("By the text map fitted on the refitted head")).to_be_visible()
    context.close()


def test_what_is_drawn_on_the_map_stands_in_the_link(browser: Browser, changeable: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    watched = Watched(context.new_page(), changeable)
    page = watched.page
    watched.open("map")
    _draw(page, [(0.1, 0.02), (0.9, 0.02), (0.9, 0.6), (0.5, 0.4), (0.1, 0.6)])
    page.wait_for_url("**/map?m_in=*")
    watched.settled()
    listed = page.locator("strong", has_text=re.compile("[0-9] texts"))
    held = listed.inner_text()
    watched.open(page.url.removeprefix(f"{changeable.url}/"))
    expect(listed).to_have_text(held)
    expect(page.locator(".selectionlayer path").first).to_be_attached()
    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_url("**/map")
    expect(page.locator(".selectionlayer path")).to_have_count(0)
    context.close()


def _draw(page: Page, corners: list[tuple[float, float]]) -> None:
    """A lasso; corners are shares of the map's width and height."""
    page.wait_for_timeout(1000)  # the map takes the mouse a moment after it is there
    place = page.locator(".stPlotlyChart .nsewdrag").bounding_box()
    assert place is not None
    for number, (across, down) in enumerate(corners):
        x, y = place["x"] + across * place["width"], place["y"] + down * place["height"]
        page.mouse.move(x, y, steps=5)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def test_no_step_of_a_quick_hand_is_lost(browser: Browser, changeable: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page(), changeable)
    watched.open("images?image=0")
    slider = watched.page.get_by_role("slider").first
    before, step = float(slider.input_value()), float(slider.get_attribute("step") or 0)
    slider.focus()
    for _ in range(20):
        watched.page.keyboard.press("ArrowLeft")
        watched.page.wait_for_timeout(30)
    watched.page.wait_for_timeout(1000)
    watched.settled()
    assert float(slider.input_value()) == pytest.approx(before - 20 * step)
    context.close()


def test_hostile_names_stay_words(browser: Browser, hostile: Served) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    watched = Watched(context.new_page(), hostile)
    for address in (
        "",
        "findings?finding=1",
        "findings?finding=4",
        "classes?class=0",
        "classes?class=1",
        "latents?latent=1",
        "latents?latent_label=1",
        "neurons",
        "neurons?neuron=0",
        "neurons?neuron=1",
        "neurons?neuron=2",
        "images?image=0",
        "images?image=1",
        "images",
    ):
        watched.open(address)
        main = watched.page.get_by_test_id("stMain")
        assert main.locator("script, .katex").count() == 0
        assert main.locator('a[href*="example"], a[href^="javascript"]').count() == 0
        assert main.locator('img[src="x"], img[src*="example"]').count() == 0
        assert main.locator("strong", has_text=re.compile("^bold$")).count() == 0
    expect(watched.page.get_by_text("**bold**").first).to_be_visible()
    context.close()


def test_a_page_of_another_site_is_refused(small: Served) -> None:
    """DNS rebinding: a foreign name that points to the loopback address gets no connection."""
    assert _knock(small.port, host="evil.example", origin="http://evil.example") == 403
    assert _knock(small.port, host=f"127.0.0.1:{small.port}", origin="http://evil.example") == 403
    own = f"127.0.0.1:{small.port}"
    assert _knock(small.port, host=own, origin=f"http://{own}") == 101


def _knock(port: int, *, host: str, origin: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("GET", "/_stcore/stream", skip_host=True)
    for name, value in (
        ("Host", host),
        ("Origin", origin),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("Sec-WebSocket-Protocol", "streamlit"),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status
