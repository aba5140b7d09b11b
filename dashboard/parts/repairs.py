"""Repairs of a finding: every edit of the head, before and after, and how to make them."""

import shlex
from typing import Any

import streamlit as st

from dashboard import data
from dashboard.parts import numbers
from dashboard.text import md, plain
from db.queries import overview
from db.queries.findings import FindingInfo
from db.queries.repairs import repairs as tried_on

METHODS = {
    "both": "direction and latents taken out of the class's row",
    "mask": "latents taken out of the class's row",
    "project": "direction taken out of the class's row",
    "refit": "the class's row fitted again on balanced images",
}


def repairs(finding: FindingInfo, *, tested: bool) -> None:
    """The edits that were tried; where none was, how to try them on a finding that was tested."""
    frame = data.ask(tried_on, finding.finding_id)
    if frame.empty:
        if tested and not data.read_only():
            st.markdown("**Repairs**")
            st.caption("No repair was tried. To edit the head against this finding and measure it:")
            command = ["glowworm", "repair", str(data.store().directory), str(finding.finding_id)]
            st.code(shlex.join(command), language="bash", wrap_lines=True)
        return
    rows = frame.to_dict("records")
    first = rows[0]
    st.markdown("**Repairs**")
    st.caption(
        f"The head edited, accuracy before → after on {numbers.many(first['n_images'], 'image')} "
        f"that no edit was fitted on: over all classes, and of {md(finding.class_name, 40)} on "
        f"{first['n_with']:,} with the concept and {first['n_without']:,} without."
    )
    st.table(
        {
            "edit": [METHODS.get(row["method"], plain(row["method"])) for row in rows],
            "all classes": [_change(row, "accuracy") for row in rows],
            "with it": [_change(row, "with") for row in rows],
            "without it": [_change(row, "without") for row in rows],
            "": ["exported" if row["chosen"] else "" for row in rows],
        },
        border="horizontal",
        hide_index=True,
    )
    for row in rows:
        if row["chosen"]:
            _exported(row)
    stages = data.ask(overview.stages)
    for notes in stages.loc[stages["name"] == f"repair {finding.finding_id}", "notes"]:
        st.caption(" ".join(md(note, 1000) for note in notes))


def _exported(row: dict[Any, Any]) -> None:
    """Where the edited head is, and which classes pay for it."""
    if row["path"]:
        st.markdown(f"The edited head: `{plain(row['path'], 160).replace('`', '')}`")
    losing = [
        f"{md(lost['class'], 40)} {numbers.percent(lost['before'])} → "
        f"{numbers.percent(lost['after'])} of {lost['n']:,}"
        for lost in row["worst"]
    ]
    st.caption(f"Classes that lose most: {'; '.join(losing)}." if losing else "No class loses.")


def _change(row: dict[Any, Any], what: str) -> str:
    before, after = row[f"{what}_before"], row[f"{what}_after"]
    return f"{numbers.percent(before, 1)} → {numbers.percent(after, 1)}"
