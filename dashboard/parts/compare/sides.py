"""Both audits in numbers, side by side, each beside its floor."""

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.data import Store
from dashboard.parts import numbers
from dashboard.parts.compare.other import called
from dashboard.text import md
from db.queries import findings, overview, units
from db.queries.findings import FindingFilter
from db.queries.units import UnitFilter


def table(audits: tuple[Store, Store]) -> None:
    """A line for each number, a column for each audit."""
    columns = [_column(audit) for audit in audits]
    names = list(dict.fromkeys(name for column in columns for name in column))
    st.table(
        {
            "": names,
            **{
                f"{place}: **{md(title, 40)}**": [column.get(name, "–") for name in names]
                for place, title, column in zip(
                    ("this audit", "the other"), called(audits), columns, strict=True
                )
            },
        },
        border="horizontal",
        hide_index=True,
    )


def _column(audit: Store) -> dict[str, str]:
    model, run = data.ask_of(audit, overview.model), data.ask_of(audit, overview.last_run)
    counts = data.ask_of(audit, overview.counts)
    found: dict[str, str] = {}
    if model is not None:
        found["model"] = f"{md(model.name)} · weights {model.weights_sha256[:8]}"
        found["classes · features"] = f"{model.num_classes:,} · {model.feature_dim:,}"
    found["images, labelled"] = f"{counts.images:,}, {counts.labelled_images:,}"
    found["concepts"] = f"{counts.concepts:,}"
    measured = data.ask_of(audit, overview.measures)
    for row in measured.loc[measured["name"] == "accuracy"].to_dict("records"):
        floor = numbers.percent(row["floor"], 1)
        found["accuracy"] = (
            f"{numbers.percent(row['value'], 1)} of {row['n']:,} images (chance {floor})"
        )
    return found | _maps(audit) | _autoencoder(audit) | _searched(audit) | _version(run)


def _maps(audit: Store) -> dict[str, str]:
    frame = data.ask_of(audit, overview.text_maps)
    if frame.empty:
        return {}
    first = frame.iloc[0]
    floors = frame.loc[frame["is_floor"], "held_out_top1"]
    floor = f" (floor {numbers.percent(float(floors.max()), 1)})" if len(floors) else ""
    share = numbers.percent(float(first["held_out_top1"]), 1)
    return {"text map, unseen classes at rank 1": f"{md(first['name'])}: {share}{floor}"}


def _autoencoder(audit: Store) -> dict[str, str]:
    sae, found = data.ask_of(audit, overview.sae), {}
    if sae is not None:
        for name, value, floor in (
            ("latents: variance explained", sae.explained_variance, sae.floor_explained_variance),
            ("latents: decisions kept", sae.top1_agreement, sae.floor_top1_agreement),
        ):
            found[name] = f"{numbers.percent(value)} (floor {numbers.percent(floor)})"
        alive = data.ask_of(audit, units.count_units, "latent", UnitFilter(alive=True))
        clears = UnitFilter(alive=True, abstained=False)
        labelled = data.ask_of(audit, units.count_units, "latent", clears)
        found["latents whose label clears its floor"] = numbers.of(labelled, alive)
    return found


def _searched(audit: Store) -> dict[str, str]:
    maps: pd.DataFrame = data.ask_of(audit, overview.text_maps)
    if maps.empty:
        return {}
    chosen = FindingFilter(text_map=str(maps.iloc[0]["name"]), name_implied=False, folded=True)
    verdicts = data.ask_of(audit, findings.count_verdicts, chosen)
    said = ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.items() if count)
    return {"unexpected findings": said or "none"}


def _version(run: overview.RunInfo | None) -> dict[str, str]:
    return {} if run is None else {"Glowworm": md(run.versions.get("glowworm", "not stored"), 40)}
