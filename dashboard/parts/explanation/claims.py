"""The claims of an explanation one by one: whether each holds, what masking showed, its units."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from analysis.explanation_wording import CLAIMS, TERM
from dashboard import data
from dashboard.parts import numbers, tables, unit_links
from dashboard.text import md, plain
from db.queries import explanations

Row = Mapping[str, Any]


def table(rows: Sequence[Row]) -> None:
    """A line for each claim: the verdict, what was measured beside its floors."""
    measured = {
        title: cells for title, cell in _CELLS.items() if any(cells := [cell(row) for row in rows])
    }
    st.caption(CLAIMS)
    st.table(
        {
            "": [str(row["number"]) for row in rows],
            "claim": [f"“{md(row['text'], 120)}”" for row in rows],
            "holds": [_verdict(row) for row in rows],
            **{title: [cell or "–" for cell in cells] for title, cells in measured.items()},
        },
        border="horizontal",
        hide_index=True,
    )
    with st.expander("What these numbers mean", icon=":material/help:"):
        st.markdown("\n".join(f"- **{name}**: {words}" for name, words in TERM.items()))


def units(explanation_id: int, frame: pd.DataFrame) -> None:
    """The units that the claims are tied to; choosing one opens its page."""
    found = data.ask(explanations.claim_units, explanation_id)
    said = dict(zip(frame["number"], frame["text"], strict=True))
    for kind, of_kind in found.groupby("kind"):
        st.markdown(f"**{md(str(kind).capitalize())}s behind the claims**")
        tables.choose(
            of_kind.assign(
                label=unit_links.labels(of_kind),
                claim=[f"{n} · {plain(said.get(n, ''), 60)}" for n in of_kind["claim"]],
            ),
            "neuron" if kind == "neuron" else "latent",
            "number",
            {
                "claim": tables.text("claim", width=220),
                "number": tables.figure(str(kind), form="%d", width=64),
                "label": tables.text("label", width=220),
                "activation": tables.figure("activation", width=80),
                "contribution": tables.figure("to the logit", form="%+.2f"),
            },
            key=f"claim_units_{explanation_id}_{kind}",
            alt=f"{str(kind).capitalize()}s behind the claims",
            height="content",
        )


def _verdict(row: Row) -> str:
    if row["supported"]:
        return ":green[:material/check:] holds"
    return f":orange[:material/close:] {md(row['reason'] or 'no reason is stored', 200)}"


def _odds(row: Row) -> str:
    own, random = _signed(row["odds_drop"]), _signed(row["odds_random"])
    return f"{own} · {random}" if own and random else ""


def _fall(row: Row) -> str:
    return _signed(row["logit_drop"])


def _beside(of: str) -> Callable[[Row], str]:
    """A floor: the mean over draws, and what 95 % of them stay below."""

    def cell(row: Row) -> str:
        mean, high = _signed(row[f"logit_{of}"]), _signed(row[f"logit_{of}_high"])
        return f"{mean} · {high or '–'}" if mean else ""

    return cell


def _probability(row: Row) -> str:
    drop = row["probability_drop"]
    return "" if numbers.missing(drop) else numbers.percent(drop, 1)


def _probability_floors(row: Row) -> str:
    floors = row["probability_random"], row["probability_mass"]
    if all(map(numbers.missing, floors)):
        return ""
    return " · ".join(numbers.percent(floor, 1) for floor in floors)


def _signed(value: float | None) -> str:
    return "" if numbers.missing(value) else numbers.signed(value, 2)


_CELLS: dict[str, Callable[[Row], str]] = {
    "log-odds lost · random: decide": _odds,
    "logit lost": _fall,
    "random: mean · 95 %": _beside("random"),
    "equal mass: mean · 95 %": _beside("mass"),
    "probability lost": _probability,
    "random · equal mass": _probability_floors,
    "presence": lambda row: _signed(row["presence"]),
    "slope": lambda row: _signed(row["slope"]),
}
