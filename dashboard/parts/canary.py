"""The canary certificate: what this audit would have found, had it been there."""

import shlex
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from analysis.canary_wording import (
    CANARY,
    MAPS,
    Strength,
    by_chance,
    by_cue,
    strengths,
    would_have_found,
)
from dashboard import data
from dashboard.parts import numbers
from dashboard.text import md, plain
from db.queries import canary, overview

_NAMED = 12  # false alarms that are called by name


def certificate() -> None:
    """Recall and false alarms by text map, strength and cue; or how to get them."""
    st.subheader("What this audit would have found", anchor=False)
    planted, clean = _records(canary.planted_cues), _records(canary.clean_twins)
    if not planted:
        if data.read_only():
            st.caption("Not tried.")
            return
        st.caption(
            "Not tried. To plant cues into a copy of your images and see whether this audit finds "
            "them:"
        )
        command = ["glowworm", "canary", str(data.store().directory)]
        st.code(shlex.join(command), language="bash", wrap_lines=True)
        return
    st.caption(CANARY)
    found = strengths(planted, clean)
    measures = _records(canary.certificate)
    for name, rows in groupby(found, key=lambda row: row.text_map):
        _by_strength(name, list(rows))
        st.caption(by_chance(measures, name))
    _by_cue(found, planted)
    _alarms(clean)
    _notes()


def in_short() -> None:
    """A line to stand beside the findings, by the first map at every strength."""
    found = strengths(_records(canary.planted_cues), _records(canary.clean_twins))
    if found:
        first = [row for row in found if row.text_map == found[0].text_map]
        st.caption(f":material/verified: {would_have_found(first)}", help=CANARY)


def _records(query: Any) -> list[dict[Any, Any]]:
    """Rows of a query; what is missing is None."""
    frame: pd.DataFrame = data.ask(query)
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _by_strength(name: str, rows: list[Strength]) -> None:
    st.markdown(f"**By the {md(MAPS.get(name, name))}**")
    st.table(
        {
            "cue on": [f"{numbers.percent(row.correlation)} of images" for row in rows],
            "found at rank 1": [numbers.of(row.at_1, row.planted) for row in rows],
            "among the first five": [numbers.of(row.at_5, row.planted) for row in rows],
            "supported": [numbers.of(row.supported, row.planted) for row in rows],
            "false alarms": [numbers.of(row.alarms, row.clean) for row in rows],
            "accuracy with → without the cue": [
                f"{numbers.percent(row.accuracy_with)} → {numbers.percent(row.accuracy_without)}"
                for row in rows
            ],
        },
        border="horizontal",
        hide_index=True,
    )


def _by_cue(found: list[Strength], planted: list[dict[Any, Any]]) -> None:
    """A row for each cue, a column for each map and strength."""
    of_cue = by_cue(planted)
    columns = {
        f"{plain(row.text_map)}, {numbers.percent(row.correlation)}": (
            row.text_map,
            row.correlation,
        )
        for row in found
    }
    with st.expander("Found at rank 1, cue by cue", icon=":material/format_list_bulleted:"):
        st.table(
            {"cue": [plain(cue) for cue in of_cue]}
            | {
                title: [_hits(counts.get(key)) for counts in of_cue.values()]
                for title, key in columns.items()
            },
            border="horizontal",
            hide_index=True,
        )


def _hits(counts: tuple[int, int] | None) -> str:
    return "–" if counts is None else f"{counts[0]:,} of {counts[1]:,}"


def _alarms(clean: list[dict[Any, Any]]) -> None:
    """Which clean classes have a supported finding, and what comes first there."""
    found = [row for row in clean if row["verdict"] == "supported"]
    names = list(dict.fromkeys((row["class_name"], row["top"]) for row in found))
    if names:
        told = "; ".join(f"{md(name, 40)} (“{md(top, 40)}” first)" for name, top in names[:_NAMED])
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        st.caption(f"Clean classes with a supported finding: {told}{more}.")


def _notes() -> None:
    """What the audit itself says of it, classes with too few images among it."""
    stages = data.ask(overview.stages)
    notes = [note for said in stages.loc[stages["name"] == "canary", "notes"] for note in said]
    for note in notes:
        if note.startswith("Insufficient"):
            st.caption(f":material/hourglass_empty: {md(note, 1000)}")
    if notes:
        with st.expander("In the audit's own words", icon=":material/notes:"):
            st.markdown("\n".join(f"- {md(note, 1000)}" for note in notes))
