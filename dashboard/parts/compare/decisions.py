"""Images that both audits looked at, and those on which the classifiers decide differently."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.data import Store
from dashboard.parts import downloads, numbers, pictures, tables
from dashboard.parts.compare.other import Key, key
from dashboard.parts.compare.shared import Shared
from dashboard.parts.pictures import Picture
from dashboard.text import md
from db.queries import classes
from db.queries.compare import decisions

_PER_PAGE = 24
_ALL = "all of them"
_FILTERS = {"only here right": (True, False), "only the other right": (False, True)}


@dataclass(frozen=True)
class Common:
    """Images in both audits, by the bytes of the file.

    ``frame`` has image_id (here), truth, here, there (names of classes), sure_here, sure_there;
    truth is missing where the image has no label here.
    """

    frame: pd.DataFrame
    shared: Shared

    @property
    def labelled(self) -> pd.DataFrame:
        """Those with a label."""
        return self.frame.loc[self.frame["truth"].notna().to_numpy()]

    @property
    def apart(self) -> pd.DataFrame:
        """Those that are decided differently."""
        return self.frame.loc[(self.frame["here"] != self.frame["there"]).to_numpy()]


def shown(audits: tuple[Store, Store], class_name: str | None) -> None:
    """How often both are right on the images they share, and where they part."""
    st.subheader("Decisions on the same images", anchor=False)
    found = common(audits)
    st.caption(f"Byte for byte, {found.shared.said('image files')}.")
    if found.frame.empty:
        return
    _accuracy(found)
    _wall(found, class_name)


def _accuracy(found: Common) -> None:
    labelled = found.labelled
    if labelled.empty:
        return
    here = (labelled["here"] == labelled["truth"]).to_numpy(bool)
    there = (labelled["there"] == labelled["truth"]).to_numpy(bool)
    n = len(labelled)
    difference, low, high = paired(here, there)
    own, others = (numbers.of(int(right.sum()), n) for right in (here, there))
    st.markdown(
        f"On all {numbers.many(n, 'labelled image')} in both: here **{own}** right, in the other "
        f"**{others}**; difference {numbers.signed(100 * difference)} points "
        f"[{numbers.signed(100 * low)}, {numbers.signed(100 * high)}]. "
        f"Only here right: {int((here & ~there).sum()):,}; "
        f"only the other: {int((there & ~here).sum()):,}; "
        f"neither: {int((~here & ~there).sum()):,}.",
        help="The 95 % interval is of the paired difference over these images; it says nothing of "
        "other images.",
    )


def paired(here: np.ndarray, there: np.ndarray) -> tuple[float, float, float]:
    """Difference of two shares over the same images, with its normal 95 % interval."""
    apart = here.astype(float) - there.astype(float)
    mean, half = float(apart.mean()), 1.96 * float(apart.std()) / np.sqrt(len(apart))
    return mean, mean - half, mean + half


def _wall(found: Common, class_name: str | None) -> None:
    asked = st.segmented_control(
        "Which",
        [_ALL, *_FILTERS],
        default=_ALL,
        required=True,
        key="x_images",
        bind="query-params",
        label_visibility="collapsed",
    )
    # Asked for again when a file is made: what a button holds is kept as long as its session.
    chosen = partial(_chosen, found, class_name, asked)
    apart = chosen()
    whole = _about(found.frame, class_name)
    of = "" if class_name is None else f" with {md(class_name)} as label or decision"
    only = f", {asked}" if asked in _FILTERS else ""
    st.caption(
        f"{numbers.of(len(apart), len(whole))} images{of} are decided differently{only}; the "
        "surest here come first."
    )
    place = st.container()
    offset = tables.pager(len(apart), key="x_images_page", per_page=_PER_PAGE)
    with place:
        pictures.wall(_pictures(apart.iloc[offset : offset + _PER_PAGE]))
    downloads.buttons("images-of-both", chosen)


def _chosen(found: Common, class_name: str | None, asked: str | None) -> pd.DataFrame:
    """Of the images that are decided differently those that the page asks for."""
    apart = _about(found.apart, class_name)
    if asked in _FILTERS:
        here, there = _FILTERS[asked]
        right = [(apart[side] == apart["truth"]).to_numpy(bool) for side in ("here", "there")]
        apart = apart.loc[(right[0] == here) & (right[1] == there)]
    return apart


def _about(frame: pd.DataFrame, class_name: str | None) -> pd.DataFrame:
    """The images with a class as label or decision; all of them without one."""
    if class_name is None:
        return frame
    sides = [(frame[name] == class_name).to_numpy() for name in ("truth", "here", "there")]
    return frame.loc[np.any(sides, axis=0)]


def _pictures(rows: pd.DataFrame) -> list[Picture]:
    shown = []
    for row in rows.to_dict("records"):
        truth = row["truth"]
        label = truth if isinstance(truth, str) else f"image {row['image_id']}"
        sides = (("here", row["sure_here"]), ("there", row["sure_there"]))
        note = "  \n".join(
            f"{'✓' if row[side] == truth else '✗' if isinstance(truth, str) else '·'} "
            f"{word}: {md(row[side], 30)}, {100 * sure:.0f} %"
            for (side, sure), word in zip(sides, ("here", "other"), strict=True)
        )
        shown.append(Picture(row["image_id"], label, note, label))
    return shown


def common(audits: tuple[Store, Store]) -> Common:
    """The images of both, the surest here first."""
    here, other = audits
    return _common((key(here), key(other)), audits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _common(
    key: tuple[Key, Key],  # noqa: ARG001  (what the cache goes by)
    _audits: tuple[Store, Store],
) -> Common:
    """Each file once in either: the first of equal ones."""
    here, there = (decisions(audit.engine).drop_duplicates("sha256") for audit in _audits)
    own, others = (data.ask_of(audit, classes.class_names) for audit in _audits)
    both = here.merge(there, on="sha256", suffixes=("", "_other"))
    frame = pd.DataFrame(
        {
            "image_id": both["image_id"],
            "truth": both["class_id"].map(own.get),
            "here": both["predicted_id"].map(own.get),
            "there": both["predicted_id_other"].map(others.get),
            "sure_here": both["probability"],
            "sure_there": both["probability_other"],
        }
    )
    order = frame.sort_values("sure_here", ascending=False, kind="stable")
    return Common(order.reset_index(drop=True), Shared(len(both), len(here), len(there)))
