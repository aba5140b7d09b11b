"""Findings: a ranked table with filters, and the card of the one chosen."""

import pandas as pd
import streamlit as st

from analysis.wording import MEANING, VERDICT
from dashboard import data, route
from dashboard.parts import canary, class_box, concepts, numbers, shell, tables
from dashboard.parts.downloads import downloads
from dashboard.parts.finding.card import card
from dashboard.parts.people import author, verdict, visits
from dashboard.parts.people import lists as people_lists
from dashboard.text import plain
from db.queries import findings, overview, reviews

_DECIDED: dict[findings.Decided | None, str] = {
    None: "any",
    "nobody": "by nobody yet",
    "not by": "not by me",
    "disputed": "reviewers disagree",
    "anybody": "by anybody",
    "confirmed": "confirmed",
    "rejected": "rejected",
    "needs data": "needs data",
}
_LEVELS = (0.01, 0.05, 0.1, 0.25, 1.0)


def main() -> None:
    """Filters and table on the left, the evidence of one finding on the right."""
    st.title("Findings", anchor=False)
    st.caption(
        "Concepts that the classifier holds of a class. **Unexpected** ones are not implied by "
        "the class's name: a shortcut, or something true that the name does not say. The verdict "
        "says what the tests show; whether the classifier should do so, only you can tell."
    )
    if data.ask(overview.counts).findings == 0:
        shell.nothing("findings")
        return
    canary.in_short()
    chosen = _filters()
    left, right = st.columns([9, 10], gap="medium")
    with left:
        ids = _table(chosen)
    with right:
        _detail(ids)


def _filters() -> findings.FindingFilter:
    maps = concepts.maps()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key="f_search",
            placeholder="class or concept",
            bind="query-params",
            max_chars=200,
            width=170,
        )
        class_id = class_box.choose("Class", key="f_class", width=190)
        verdict = st.selectbox(
            "Verdict",
            [None, *findings.VERDICTS],
            key="f_verdict",
            width=150,
            bind="query-params",
            format_func=lambda v: "any" if v is None else v,
        )
        text_map = st.selectbox(
            "Text map",
            maps,
            key="f_map",
            width=110,
            bind="query-params",
            format_func=plain,
        )
        largest_q = st.selectbox(
            "q at most",
            _LEVELS,
            index=len(_LEVELS) - 1,
            key="f_q",
            width=90,
            format_func=lambda q: "any" if q == 1.0 else f"{q:g}",
            bind="query-params",
        )
        decided = st.selectbox(
            "Decided",
            list(_DECIDED),
            key="f_decided",
            width=150,
            bind="query-params",
            format_func=lambda d: _DECIDED[d],
        )
        unexpected = st.toggle(
            "Only unexpected", value=True, key="f_unexpected", bind="query-params"
        )
    return findings.FindingFilter(
        class_id=class_id,
        verdict=verdict,
        name_implied=False if unexpected else None,
        text_map=text_map,
        largest_q=None if largest_q is None or largest_q >= 1.0 else largest_q,
        folded=True,
        decided=decided,
        reviewer=author.author(),
        search=search or "",
    )


def _table(chosen: findings.FindingFilter) -> list[int]:
    """The findings that pass; returns this page of them."""
    counts = data.ask(findings.count_verdicts, chosen)
    total = sum(counts.values())
    whole = data.ask(findings.count_findings, findings.FindingFilter(text_map=chosen.text_map))
    of_each = " · ".join(f"{count:,} {verdict}" for verdict, count in counts.items() if count)
    st.caption(
        f"{total:,} of {whole:,} findings, supported ones first. Click a row to see its "
        f"evidence.  \n{of_each}"
    )
    if total == 0:
        st.info("No finding passes these filters.", icon=":material/filter_alt_off:")
        return []
    place = st.container()
    offset = tables.pager(total, key="f_page")
    frame = data.ask(
        findings.findings, chosen, order="verdict", limit=tables.PER_PAGE, offset=offset
    )
    ids = [int(i) for i in frame["finding_id"]]
    with place:
        _rows(frame, ids, name_implied_too=chosen.name_implied is None)
    downloads("findings", findings.findings, chosen, order="verdict", limit=None)
    with st.expander("What the verdicts mean", icon=":material/gavel:"):
        st.markdown("\n".join(f"- **{name}**: {VERDICT[name]}" for name in findings.VERDICTS))
    numbers.explain([("score", "finding_score"), ("q", "q"), ("a = b", "duplicates")])
    return ids


def _rows(frame: pd.DataFrame, ids: list[int], *, name_implied_too: bool) -> None:
    """One page of the table; duplicates stand beside the finding they are folded under."""
    shown = tables.names(frame, ["class_name", "concept"])
    shown["kind"] = ["name-implied" if i else "unexpected" for i in frame["name_implied"]]
    same = data.ask(findings.duplicates, tuple(ids))
    for leader, concept in zip(same["leader"], same["concept"], strict=True):
        shown.loc[shown["finding_id"] == leader, "concept"] += f" = {plain(concept, 40)}"
    told = verdict.in_short(data.ask(reviews.decisions, tuple(ids)))
    shown["decided"] = [told.get(finding_id, "") for finding_id in ids]
    columns = {
        "class_name": tables.text("class", width=98),
        "concept": tables.text("concept", help=MEANING["duplicates"], width=124),
        "verdict": tables.text("verdict", width=92),
        "q": tables.figure("q", meaning="q", form="%.0e", width=54),
        "score": tables.figure("score", meaning="finding_score", form="%.1f", width=50),
    }
    if told:
        columns["decided"] = tables.text("decided", width=96)
    if name_implied_too:
        columns["kind"] = tables.text("kind", width=96)
    tables.select(
        shown,
        ids,
        "finding",
        columns,
        key="findings_table",
        alt="Findings, supported ones first",
        height=640,
    )


def _detail(ids: list[int]) -> None:
    """The card of the finding that the address asks for, else of the first in the table."""
    words, finding_id = route.asked("finding")
    found = None if finding_id is None else data.ask(findings.finding, finding_id)
    if words is not None and found is None:
        route.unknown("finding", words)
    if found is None and ids:
        found = data.ask(findings.finding, ids[0])
    if found is None:
        return
    author.outcome()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _steps(found.finding_id, ids)
        people_lists.keep("finding", found.finding_id)
    card(found)
    visits.looked("finding", found.finding_id)


def _steps(at: int, ids: list[int]) -> None:
    """To the finding before and after in the table, by mouse or by key."""
    place = ids.index(at) if at in ids else -1
    for step, words, icon, key in (
        (-1, "previous", "arrow_upward", "k"),
        (1, "next", "arrow_downward", "j"),
    ):
        there = place + step
        st.button(
            words,
            key=f"f_{words}",
            icon=f":material/{icon}:",
            shortcut=key,
            disabled=not 0 <= there < len(ids),
            on_click=route.ask_for,
            args=("finding", ids[there] if 0 <= there < len(ids) else None),
        )


main()
