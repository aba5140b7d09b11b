"""What people decided about findings, and how far they agree."""

from typing import Any

import streamlit as st

from analysis.agreement import FEWEST
from analysis.report.people import people
from dashboard import data
from dashboard.parts import numbers
from dashboard.parts.downloads import downloads
from dashboard.parts.people import verdict
from dashboard.text import md, plain, said
from db.queries import reviews


def show() -> None:
    """Agreement of each two reviewers, and all that holds."""
    told = data.ask(people)
    if not told["verdicts"]:
        st.info(
            "Nobody has decided about a finding yet: the buttons stand on each finding's card.",
            icon=":material/inbox:",
        )
        return
    for pair in told["agreement"]:
        _pair(pair)
    if not told["agreement"]:
        st.caption("No two reviewers decided about the same finding, so agreement is not known.")
    frame = data.ask(reviews.current_reviews)
    rows = frame.to_dict("records")
    st.dataframe(
        {
            "class": [plain(row["class_name"], 60) for row in rows],
            "concept": [plain(row["concept"], 80) for row in rows],
            "who": [plain(row["author"], 60) for row in rows],
            "decision": [f"{verdict.LOOKS[row['decision']][2]} {row['decision']}" for row in rows],
            "comment": [said(row["comment"], 300) for row in rows],
            "when (UTC)": [f"{row['at']:%Y-%m-%d %H:%M}" for row in rows],
        },
        hide_index=True,
        key="g_decisions",
        alt="Decisions that hold, newest first",
        height=min(38 + 35 * len(rows), 560),
    )
    downloads("decisions", reviews.current_reviews)


def _pair(pair: dict[str, Any]) -> None:
    first, second = (md(name, 60) for name in pair["reviewers"])
    st.markdown(f"**{first}** and **{second}** decided {numbers.many(pair['n'], 'finding')} both")
    with st.grid(3):
        numbers.metric(
            "same decision",
            numbers.percent(pair["observed"]),
            floor=f"chance {numbers.percent(pair['chance'])}",
        )
        if pair["kappa"] is None:
            numbers.metric("Cohen's κ", "–", floor="both always said the same word")
        elif pair["low"] is None:
            few = f"chance 0; of fewer than {FEWEST} no interval"
            numbers.metric("Cohen's κ", numbers.number(pair["kappa"]), floor=few)
        else:
            numbers.metric(
                "Cohen's κ",
                numbers.number(pair["kappa"]),
                floor=f"95 % [{pair['low']:.2f}, {pair['high']:.2f}], chance 0",
            )
