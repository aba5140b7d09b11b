"""One explanation: the text with its claims marked, what came of testing them, how it was made."""

import pandas as pd
import streamlit as st

from analysis.explanation_wording import judged, told_of_claims
from dashboard import data
from dashboard.parts import numbers
from dashboard.parts.explanation import claims, ledger, made
from dashboard.parts.explanation.sentence import marked
from dashboard.text import md
from db.queries import explanations
from db.queries.explanations import ExplanationInfo


def card(one: ExplanationInfo) -> None:
    """Everything stored about one explanation."""
    frame = data.ask(explanations.claims, one.explanation_id)
    with st.container(border=True):
        _heading(one, frame)
        _numbers(one)
        if not frame.empty:
            claims.table(judged(frame.to_dict("records"), one.ledger))
            claims.units(one.explanation_id, frame)
        if one.ledger:
            ledger.shown(one.ledger, key=f"ledger_{one.explanation_id}")
        made.shown(one)


def _heading(one: ExplanationInfo, frame: pd.DataFrame) -> None:
    st.subheader(f"“{marked(one.text, frame.to_dict('records'))}”", anchor=False)
    of = "of the class as a whole:" if one.subject == "class" else "why it was taken for"
    st.markdown(f"{_above(one)} {_holding(one)} {of} **{md(one.class_name)}**")


def _above(one: ExplanationInfo) -> str:
    if one.score is None:
        return ":gray-badge[:material/remove: not scored]"
    if one.floor is None:
        return ":gray-badge[:material/remove: without a floor: nothing else was explained]"
    if one.score > one.floor:
        return ":green-badge[:material/check: above its floor]"
    return ":gray-badge[:material/remove: not above its floor]"


def _holding(one: ExplanationInfo) -> str:
    color = "gray" if one.claims == 0 else "orange" if one.struck else "green"
    return f":{color}-badge[{told_of_claims(one.claims, one.struck)}]"


def _numbers(one: ExplanationInfo) -> None:
    """The scores with their floors, and what the ledger says of the decision."""
    found = _metrics(one)
    if found:
        with st.grid(len(found)):
            for label, value, beside in found:
                numbers.metric(label, value, floor=beside)


def _metrics(one: ExplanationInfo) -> list[tuple[str, str, str]]:
    found = []
    if one.score is not None:
        found.append(("score", numbers.number(one.score), _floor(one.floor)))
    if one.judge_score is not None:
        beside = f"{_floor(one.judge_floor)}, {md(one.judge, 40)}"
        found.append(("second judge", numbers.number(one.judge_score), beside))
    told = one.ledger or {}
    if "probability" in told:
        found.append(("probability", numbers.percent(told["probability"], 1), "of the class"))
    if "logit" in told:
        lead = numbers.signed(told["logit"], 2)
        found.append(("lead in logits", lead, "over the mean of all classes"))
    if "share" in told:
        found.append(("cited share", numbers.percent(told["share"]), "of that lead"))
    return found


def _floor(floor: float | None) -> str:
    return "no floor" if floor is None else f"floor {numbers.number(floor)}"
