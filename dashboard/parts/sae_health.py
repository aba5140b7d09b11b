"""How well the sparse autoencoder reads the features: scores, other seeds, how it was trained."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data
from dashboard.parts import numbers, tables
from db.queries import unit_dossier
from db.queries.overview import Counts, SaeInfo

_SEED_COLUMNS = {
    "explained_variance": "explained variance",
    "top1_agreement": "decisions kept",
    "logit_kl": "KL",
    "l0": "L0",
    "alive_share": "alive",
    "stability": "stability",
}


def scores(sae: SaeInfo, counts: Counts) -> None:
    """Its scores on held-out images, with floors where there is one."""
    st.caption(
        f"{counts.latents:,} latents, trained on {sae.n_train:,} images, measured on "
        f"{sae.n_held_out:,} others; the floors are an autoencoder of random directions."
    )
    stability = data.ask(unit_dossier.mean_stability, "latent")
    with st.grid(3, min_column_width=140):
        numbers.metric(
            "explained variance",
            numbers.percent(sae.explained_variance),
            floor=f"floor {numbers.percent(sae.floor_explained_variance)}",
            meaning="explained_variance",
        )
        numbers.metric(
            "decisions kept",
            numbers.percent(sae.top1_agreement),
            floor=f"floor {numbers.percent(sae.floor_top1_agreement)}",
            meaning="top1_agreement",
        )
        numbers.metric(
            "KL",
            numbers.number(sae.logit_kl, 3),
            floor="0 is best",
            meaning="logit_kl",
        )
        numbers.metric("L0", numbers.number(sae.l0, 1), floor="latents per image", meaning="l0")
        numbers.metric(
            "alive",
            numbers.percent(sae.alive_share),
            floor=f"{counts.alive_latents:,} of {counts.latents:,} latents",
            meaning="alive_share",
        )
        if stability is not None:
            mean, count = stability
            numbers.metric(
                "stability",
                numbers.number(mean),
                floor=f"mean of {count:,} latents",
                meaning="stability",
            )


def lines(sae: SaeInfo) -> list[str]:
    """What else is to be said of the latents and of the training, a sentence each."""
    said = []
    spread = data.ask(unit_dossier.spread_counts, "latent")
    if spread:
        whole = sum(spread.values())
        said.append(
            f"{numbers.of(spread.get('shared', 0), whole)} living latents hold a **shared "
            f"attribute**, {spread.get('single class', 0):,} stand for a **single class**"
        )
    repeated, labelled = data.ask(unit_dossier.duplicated_labels, "latent")
    if labelled:
        said.append(f"{numbers.of(repeated, labelled)} labelled latents share their label")
    frame = _seeds(sae)
    if frame is not None and len(frame) > 1:
        said.append(_over_seeds(frame))
    if sae.steps_taken is not None:
        said.append(f"trained for {sae.steps_taken:,} steps")
    if sae.threshold is not None:
        before = "not kept" if sae.threshold_trained is None else f"{sae.threshold_trained:.4g}"
        said.append(
            f"one threshold for all latents: {before} as trained, {sae.threshold:.4g} as set "
            "anew on validation images"
        )
    return said


def seeds(sae: SaeInfo) -> None:
    """The same training with other seeds: each, their mean and their range."""
    frame = _seeds(sae)
    if frame is None:
        return
    several = len(frame) > 1
    with st.expander(
        f"The same training with {numbers.many(len(frame), 'seed')}", icon=":material/casino:"
    ):
        st.dataframe(
            _summary(frame) if several else frame,
            hide_index=True,
            key="seeds",
            placeholder="–",
            alt="Scores of the autoencoder by seed",
            height="content",
            column_config={"seed": tables.text("seed", width=64)}
            | {
                key: tables.figure(
                    words, meaning=key, form="%.3f" if key != "l0" else "%.1f", width=76
                )
                for key, words in _SEED_COLUMNS.items()
            },
        )
        st.caption(f"The first one is stored. Stability: {MEANING['stability']}")


def _over_seeds(frame: pd.DataFrame) -> str:
    """Mean and range of each score over the seeds, those that were measured."""
    said = []
    for key, words in _SEED_COLUMNS.items():
        values = [float(value) for value in frame[key] if not numbers.missing(value)]
        if values:
            digits = 1 if key == "l0" else 3
            mean, low, high = (
                numbers.number(value, digits)
                for value in (sum(values) / len(values), min(values), max(values))
            )
            said.append(f"{words} {mean} ({low} to {high})")
    return f"over {len(frame)} seeds, mean and range: {', '.join(said)}"


def _seeds(sae: SaeInfo) -> pd.DataFrame | None:
    """The seeds as a frame, or None where the store does not hold any in the form agreed."""
    rows = [row for row in sae.seeds or [] if isinstance(row, dict) and "seed" in row]
    if not rows:
        return None
    frame = pd.DataFrame({key: [_figure(row.get(key)) for row in rows] for key in _SEED_COLUMNS})
    frame.insert(0, "seed", [str(row["seed"])[:20] for row in rows])
    return frame


def _figure(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _summary(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with mean, smallest and largest below."""
    figures = frame[list(_SEED_COLUMNS)]
    rows = {"mean": figures.mean(), "least": figures.min(), "most": figures.max()}
    below = pd.DataFrame([{"seed": name, **values.to_dict()} for name, values in rows.items()])
    return pd.concat([frame, below], ignore_index=True)
