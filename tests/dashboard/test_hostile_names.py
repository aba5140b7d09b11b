"""Names of classes and concepts that try to be something else."""

import re
from pathlib import Path

import pytest

from db.engine import reader_engine
from db.queries.classes import class_names
from tests.dashboard.conftest import PAGES, PARAMETERS, Open, words
from tests.hostile import HOSTILE_NAMES

DETAILS = [("findings", "finding", str(i)) for i in (1, 3, 4, 7, 10)]
DETAILS += [("classes", "class", str(i)) for i in range(4)]
DETAILS += [("latents", "latent", "0"), ("latents", "latent", "1"), ("neurons", "neuron", "1")]
DETAILS += [("channels", "channel", "0"), ("latents", "latent_label", "1")]
DETAILS += [("images", "image", str(i)) for i in range(4)]

# Any of these unescaped would be formatted, linked, loaded or replaced.
ALIVE = re.compile(
    # Links within a page, ](#…), are the desk's own.
    r"(?<!\\)<(?:script|img)|(?<!\\)\]\((?!#)|!\[p|:red\[x|:tada:|\$x\^|x{500}|[\x00\x1b\u202e]"
)


def test_the_store_is_hostile_and_the_pattern_sees_it(hostile: Path) -> None:
    engine = reader_engine(hostile)
    assert tuple(class_names(engine).values()) == HOSTILE_NAMES
    engine.dispose()
    assert all(ALIVE.search(name) for name in HOSTILE_NAMES)


@pytest.mark.parametrize("page", PAGES)
def test_lists_are_safe(open_page: Open, hostile: Path, page: str) -> None:
    assert not ALIVE.search(words(open_page(hostile, page)))


@pytest.mark.parametrize(("page", "name", "value"), DETAILS)
def test_details_are_safe(open_page: Open, hostile: Path, page: str, name: str, value: str) -> None:
    assert name.removesuffix("_label") in PARAMETERS
    app = open_page(hostile, page, **{name: value})
    assert not app.warning
    said = words(app)
    assert not ALIVE.search(said)
    for table in app.table:
        assert not ALIVE.search("\n".join(table.value.astype(str).to_numpy().ravel()))
    for chart in app.get("plotly_chart"):
        assert not re.search(r"<script|<img|x{500}", chart.proto.spec)
    for image in app.get("imgs"):
        for shown in image.proto.imgs:
            assert len(shown.caption) <= 300
