"""A finding decided by people: what holds, the buttons, the history."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.parts.people import author
from dashboard.text import md, plain
from db.human.reviews import review_finding
from db.human.writing import LONGEST_COMMENT
from db.queries import reviews
from db.queries.findings import FindingInfo
from db.schema import DECISIONS

# Words, signs and colours of a decision: the sign says it without the colour.
LOOKS = {
    "confirmed": ("green", "check_circle", "✓"),
    "rejected": ("red", "cancel", "✗"),
    "needs data": ("orange", "pending", "?"),
}
_BUTTONS = {
    "confirmed": ("Confirm", "y", "It is what the classifier does, and it should be known."),
    "rejected": ("Reject", "n", "The evidence does not convince, or it is no shortcut."),
    "needs data": ("Needs data", "d", "It cannot be told from what is here."),
}


def verdict(finding: FindingInfo) -> None:
    """What people decided, and the buttons to decide."""
    held = data.ask(reviews.decisions, (finding.finding_id,))
    st.markdown("**What people decided**")
    if held.empty:
        st.caption("Nobody has decided about it yet.")
    for row in held.to_dict("records"):
        said = f": {md(row['comment'], 400)}" if row["comment"] else ""
        st.markdown(f"{badge(row['decision'])} **{md(row['author'], 60)}**{said}")
    if len(set(held["decision"])) > 1:
        st.markdown(":orange-badge[:material/call_split: the reviewers disagree]")
    if not data.read_only():
        _buttons(finding, held)
    _history(finding)


def badge(decision: str) -> str:
    """A decision as a badge, in Markdown."""
    color, icon, _ = LOOKS[decision]
    return f":{color}-badge[:material/{icon}: {md(decision)}]"


def in_short(held: pd.DataFrame) -> dict[int, str]:
    """Findings' decisions as a table shows them: ``ann ✓, bob ✗``."""
    told: dict[int, list[str]] = {}
    for row in held.to_dict("records"):
        sign = LOOKS[row["decision"]][2]
        told.setdefault(row["finding_id"], []).append(f"{plain(row['author'], 20)} {sign}")
    return {finding_id: ", ".join(parts) for finding_id, parts in told.items()}


def _buttons(finding: FindingInfo, held: pd.DataFrame) -> None:
    me, own = author.author(), f"verdict_{finding.finding_id}"
    mine = [d for who, d in zip(held["author"], held["decision"], strict=True) if who == me]
    st.text_input(
        "Why",
        key=f"{own}_comment",
        max_chars=LONGEST_COMMENT,
        placeholder="why, for those who read the history and the report",
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, gap="small"):
        for decision in DECISIONS:
            label, key, help = _BUTTONS[decision]
            st.button(
                label,
                key=f"{own}_{decision}",
                icon=f":material/{LOOKS[decision][1]}:",
                type="primary" if mine == [decision] else "secondary",
                help=help,
                shortcut=key,
                disabled=not author.may_write(),
                on_click=_decide,
                args=(finding, decision),
            )
        if mine:
            st.button(
                "Take back",
                key=f"{own}_back",
                type="tertiary",
                icon=":material/undo:",
                on_click=_decide,
                args=(finding, None),
            )
    if not author.may_write():
        st.caption(author.NOBODY)


def _decide(finding: FindingInfo, decision: str | None) -> None:
    field = f"verdict_{finding.finding_id}_comment"
    act = partial(
        review_finding,
        data.store().directory,
        finding.finding_id,
        decision,
        author=author.author(),
        comment=str(st.session_state.get(field) or ""),
    )
    what = "taken back" if decision is None else decision
    about = f"{md(finding.class_name, 40)} · “{md(finding.concept, 40)}”"
    if author.write(act, f"{about}: {md(what)}."):
        st.session_state[field] = ""


def _history(finding: FindingInfo) -> None:
    frame = data.ask(reviews.review_history, finding.class_id, finding.concept)
    if len(frame) < 2:
        return
    with st.expander(f"History ({len(frame)})", icon=":material/history:"):
        st.dataframe(
            {
                "when (UTC)": [f"{at:%Y-%m-%d %H:%M}" for at in frame["at"]],
                "who": [plain(who, 60) for who in frame["author"]],
                "decision": ["(taken back)" if d is None else d for d in frame["decision"]],
                "comment": [plain(said, 300) if said else "" for said in frame["comment"]],
            },
            hide_index=True,
            key="verdict_history",
            alt="Decisions about the finding, newest first",
            height="content",
        )
