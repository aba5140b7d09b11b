"""The neurons that made an image's decision: what each adds to the predicted class's logit."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import charts, numbers, unit_links
from dashboard.text import md
from db.queries import overview, unit_dossier
from db.queries.images import ImageInfo

_EACH_WAY = 8
_BLOCK = 8192  # images whose features are held at once


def contributions(
    embeddings: np.ndarray, feature: np.ndarray, mean: np.ndarray, of: int
) -> np.ndarray:
    """What each neuron adds to the logit of class ``of``: (features,), float64.

    Embeddings are centred over the classes, which the softmax does not see, and the feature over
    the images: the sum is how far the class's logit is from its mean, against the other classes'.
    """
    whole = np.asarray(embeddings, dtype=np.float64)
    return (whole[of] - whole.mean(axis=0)) * (np.asarray(feature, dtype=np.float64) - mean)


def shown(info: ImageInfo) -> None:
    """The neurons that spoke most for the decision and against it."""
    st.subheader("Neurons that decided", anchor=False)
    found = _of_image(info)
    if found is None:
        st.caption("The audit holds no features of this image, or no decision.")
        return
    order = np.argsort(-found, kind="stable")
    up = [int(i) for i in order[:_EACH_WAY] if found[i] > 0]
    down = [int(i) for i in order[::-1][:_EACH_WAY] if found[i] < 0]
    st.caption(
        f"What each of the {len(found):,} neurons adds to the logit of "
        f"**{md(info.predicted)}**, all together {numbers.signed(found.sum(), 2)}; these "
        f"{len(up)} for it {numbers.signed(found[up].sum(), 2)}, these {len(down)} against it "
        f"{numbers.signed(found[down].sum(), 2)}.",
        help=MEANING["contribution"],
    )
    for place, chosen, words in zip(
        st.columns(2, gap="medium"), (up, down), ("for it", "against it"), strict=True
    ):
        with place:
            _bars(chosen, found, words)


def _bars(chosen: list[int], found: np.ndarray, words: str) -> None:
    st.markdown(f"**{words}**")
    if not chosen:
        st.caption("none")
        return
    frame = data.ask(unit_dossier.unit_names, "neuron", tuple(chosen))
    labels = dict(zip(frame["number"], unit_links.labels(frame), strict=True))
    charts.show(
        charts.signed(
            [f"{n} · {labels[n]}" for n in chosen],
            [float(found[n]) for n in chosen],
            x_title="contribution to the logit",
        ),
        key=f"contributions_{words.split()[0]}",
        alt=f"Neurons that speak {words}",
    )
    with st.container(horizontal=True, gap="small"):
        for n in chosen:
            route.link("neuron", n, f"neuron {n}")


def _of_image(info: ImageInfo) -> np.ndarray | None:
    model = data.ask(overview.model)
    if model is None or info.predicted_id is None or pd.isna(info.predicted_id):
        return None
    embeddings = data.array("class_embeddings", (model.num_classes, model.feature_dim))
    features = data.array("features", (None, model.feature_dim))
    if embeddings is None or features is None or not info.image_id < len(features):
        return None
    key = (str(data.store().directory), data.store().version)
    found = contributions(
        embeddings, features[info.image_id], _mean(key, features), int(info.predicted_id)
    )
    return found if bool(np.isfinite(found).all()) else None


@st.cache_data(max_entries=4, show_spinner=False)
def _mean(
    key: Any,  # noqa: ARG001  (what the cache goes by)
    _features: np.ndarray,
) -> np.ndarray:
    """The mean feature, block by block: the array stays on the disk."""
    starts = range(0, len(_features), _BLOCK)
    sums = [_features[s : s + _BLOCK].sum(axis=0, dtype=np.float64) for s in starts]
    return np.sum(sums, axis=0) / len(_features)
