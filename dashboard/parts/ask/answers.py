"""What answers to a text: classes as bars, units as tables, images as a wall."""

from typing import Literal

import pandas as pd
import streamlit as st

from analysis.asking.answers import Ranking, Reading
from analysis.asking.floors import Floor
from dashboard import data, route
from dashboard.parts import charts, numbers, pictures, tables, unit_links
from dashboard.parts.ask import subject
from dashboard.text import plain
from db.queries import classes, images, units
from db.queries.images import ImageFilter
from db.queries.units import UnitFilter

PERCENTILE = (
    "Share of the vocabulary that the very same class, unit or image answers less: 100 means that "
    "no other word says it better."
)
FLOOR = (
    "The 95th percentile, over 200 random embeddings that are spread as the vocabulary's are, of "
    "the largest cosine with any class (latent, neuron, image)."
)
_UNITS: tuple[Literal["latent", "neuron"], ...] = ("latent", "neuron")
COSINE = "Cosine with the text's direction, after the mean class, or the mean image, is taken off."


def answers(told: Reading, against: Reading | None) -> None:
    """All kinds that the audit has, each beside its floor."""
    found = {kind: subject.ranking(kind, told, against) for kind in subject.kinds()}
    floors = subject.floors() if against is None else {}
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.subheader("Classes", anchor=False, help=COSINE)
        _floor(found["class"], floors.get("class"))
        _classes(found["class"], floors.get("class"))
    with right:
        if "image" in found:
            st.subheader("Images", anchor=False, help=COSINE)
            _floor(found["image"], floors.get("image"))
            _images(found["image"], floors.get("image"))
        else:
            st.caption("The audit has no images, and so no latents: its weights alone answer.")
    for place, kind in zip(st.columns(len(_UNITS), gap="large"), _UNITS, strict=True):
        if kind in found:
            with place:
                st.subheader(f"{kind.capitalize()}s", anchor=False, help=COSINE)
                _floor(found[kind], floors.get(kind))
                _units(kind, found[kind], floors.get(kind))


def _floor(found: Ranking, floor: Floor | None) -> None:
    """What the best of a kind is worth: any text has a best one."""
    if floor is None or not len(found.scores):
        return
    best, digits = float(found.scores[0]), _digits(found, floor)
    less = numbers.percentile(100 * floor.share_below(best))
    stays = ""
    if best <= floor.value:
        stays = f" This text's best, {numbers.number(best, digits)}, is **not above** it."
    st.caption(
        f"Floor {numbers.number(floor.value, digits)}: what a text without meaning reaches at its "
        f"best.{stays} Of the vocabulary's words {less} have a lesser best {found.kind}.",
        help=FLOOR,
    )


def _digits(found: Ranking, floor: Floor | None) -> int:
    """By which no cosine looks like the floor."""
    return 2 if floor is None else numbers.apart(found.scores.tolist(), floor.value)


def _classes(found: Ranking, floor: Floor | None) -> None:
    names = data.ask(classes.class_names)
    called = [plain(names.get(i, i)) for i in found.ids.tolist()]
    told = zip(found.scores.tolist(), found.percentiles.tolist(), strict=True)
    digits = _digits(found, floor)
    charts.show(
        charts.bars(
            called,
            found.scores.tolist(),
            x_title="cosine · percentile among the vocabulary",
            floor=None if floor is None else floor.value,
            text=[f"{numbers.number(s, digits)} · {numbers.percentile(p, 1)}" for s, p in told],
            form=f".{digits}f",
            x_range=_range([*found.scores.tolist(), floor.value if floor else 0.0]),
        ),
        key="ask_classes",
        alt="Classes that answer the text most, with cosines and percentiles",
    )
    with st.container(horizontal=True, gap="small"):
        for class_id, name in zip(found.ids.tolist(), called, strict=True):
            route.link("class", class_id, plain(name, 40))


def _range(values: list[float]) -> tuple[float, float]:
    """With room for two numbers at the ends of the bars."""
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low) or 1.0
    return low - 0.1 * span * (low < 0), high + 0.45 * span


def _images(found: Ranking, floor: Floor | None) -> None:
    ids, digits = found.ids.tolist(), _digits(found, floor)
    rows = data.ask(images.images, ImageFilter(ids=tuple(ids)), limit=None)
    shown = {picture.image_id: picture for picture in pictures.decided(rows)}
    wall = []
    for image_id, score, percentile in zip(
        ids, found.scores.tolist(), found.percentiles.tolist(), strict=True
    ):
        if image_id in shown:
            picture = shown[image_id]
            cosine = numbers.number(score, digits)
            alt = f"{picture.alt}, cosine {cosine}"
            note = f"{cosine} · {numbers.percentile(percentile)}"
            wall.append(pictures.Picture(image_id, picture.label, note, alt))
    pictures.wall(wall)


def _units(kind: units.Kind, found: Ranking, floor: Floor | None) -> None:
    ids = found.ids.tolist()
    cosine = f"%.{_digits(found, floor)}f"
    percentile = f"%.{numbers.apart(found.percentiles.tolist(), 100, least=1)}f %%"
    known = data.ask(units.units, kind, UnitFilter(numbers=tuple(ids)), limit=None)
    frame = pd.DataFrame(
        {"number": ids, "cosine": found.scores, "percentile": found.percentiles}
    ).merge(known[["number", "alive", "label", "abstained", "human"]], on="number")
    if frame.empty:
        st.caption("none")
        return
    called = [
        label if alive else "dead"
        for label, alive in zip(unit_links.labels(frame), frame["alive"], strict=True)
    ]
    tables.choose(
        frame.assign(label=called),
        kind,
        "number",
        {
            "number": tables.figure(kind, form="%d", width=64),
            "label": tables.text("label", width=180),
            "cosine": tables.bar("cosine", float(found.scores.max()), form=cosine, width=110),
            "percentile": tables.figure("percentile", form=percentile, width=92),
        },
        key=f"ask_{kind}s",
        alt=f"{kind.capitalize()}s that answer the text most",
        height="content",
    )
