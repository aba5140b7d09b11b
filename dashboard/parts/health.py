"""How well the classifier was read: text maps, autoencoder, labels, each beside its floor."""

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import charts, numbers, sae_health, shell, units_list
from dashboard.text import md
from db.queries import overview

_SCORES = (
    ("cosine with the class embedding", "held_out_cosine"),
    ("class found at rank 1", "held_out_top1"),
    ("class found among the best 5", "held_out_top5"),
    ("mean reciprocal rank", "held_out_mrr"),
    ("images recognised at rank 1", "image_top1"),
    ("images recognised among the best 5", "image_top5"),
)


def text_maps() -> None:
    """Held-out scores of all text maps, floors among them, and which is shown first and why."""
    st.subheader("Text maps", anchor=False)
    frame = data.ask(overview.text_maps)
    if frame.empty:
        st.caption("No text map was fitted.")
        return
    first = frame[frame["shown_first"]]
    if not first.empty:
        best = first.iloc[0]
        st.markdown(
            f"**{md(best['name'])}** is shown first: of classes it never saw, it finds "
            f"**{numbers.percent(best['held_out_top1'], 1)}** at rank 1 among all classes' names."
            f"{_losers(frame, best)}",
            help="The map that held-out classes favour comes first, unless the audit was told "
            "otherwise. The mlp's labels and those of the best other map are in the store.",
        )
    with_scores = [(words, key) for words, key in _SCORES if bool(frame[key].notna().any())]
    charts.show(
        charts.dots(
            [words for words, _ in with_scores],
            [
                (
                    f"{row['name']}, a floor" if row["is_floor"] else row["name"],
                    [_or_none(row[key]) for _, key in with_scores],
                    row["is_floor"],
                )
                for row in frame.to_dict("records")
            ],
            x_title="on classes that the map never saw",
        ),
        key="text_maps",
        alt="Held-out scores of the text maps and of their floors",
    )
    with st.expander("What these numbers mean", icon=":material/help:"):
        st.markdown("\n".join(f"- **{words}**: {MEANING[key]}" for words, key in with_scores))
        st.markdown(
            "- **floors**: *mean* gives every text the mean class embedding; *random* "
            "gives it a random direction."
        )


def _losers(frame: pd.DataFrame, best: pd.Series) -> str:
    others = frame.loc[~frame["is_floor"] & (frame["name"] != best["name"])]
    said = ""
    for other in others.to_dict("records"):
        share = numbers.percent(other["held_out_top1"], 1)
        beside = ", and its labels stand beside" if other["kept"] else ""
        said += f" {md(other['name'])} finds {share}{beside}."
    return said


def _or_none(value: float) -> float | None:
    return None if numbers.missing(value) else float(value)


def autoencoder() -> None:
    """Scores of the sparse autoencoder on held-out images, and of its labels."""
    st.subheader("Sparse autoencoder and labels", anchor=False)
    sae = data.ask(overview.sae)
    counts = data.ask(overview.counts)
    if sae is None:
        st.caption("No autoencoder was trained.")
        lines = []
    else:
        sae_health.scores(sae, counts)
        lines = [units_list.counts_line("latent"), *sae_health.lines(sae)]
    if counts.neurons:
        lines.append(units_list.counts_line("neuron"))
    if shell.has_channels():
        lines.append(units_list.counts_line("channel"))
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))
    if sae is not None:
        sae_health.seeds(sae)
    with st.container(horizontal=True):
        route.list_link("latent", "All latents", icon=":material/grain:")
        route.list_link("neuron", "All neurons", icon=":material/blur_on:")
        if shell.has_channels():
            route.list_link("channel", "All channels", icon=":material/layers:")
