"""Findings: a ranked table with filters, and the card of the one chosen."""

import streamlit as st

from dashboard import data, route
from dashboard.parts import concepts, numbers, shell, tables
from dashboard.parts import findings as parts
from dashboard.text import plain
from db.queries import classes, findings, overview

_VERDICTS = ("candidate", "supported", "correlational", "refuted", "insufficient")
_LEVELS = (0.01, 0.05, 0.1, 0.25, 1.0)


def main() -> None:
    """Filters and table on the left, the evidence of one finding on the right."""
    st.title("Findings", anchor=False)
    st.caption(
        "Concepts that the classifier holds of a class. **Unexpected** ones are not implied by "
        "the class's name: a suspected shortcut, or something true that the name does not say. "
        "Only you can tell."
    )
    if data.ask(overview.counts).findings == 0:
        shell.nothing("findings")
        return
    chosen = _filters()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        first = _table(chosen)
    with right:
        _detail(first)


def _filters() -> findings.FindingFilter:
    names = data.ask(classes.class_names)
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
        class_id = st.selectbox(
            "Class",
            [None, *names],
            key="f_class",
            width=190,
            bind="query-params",
            format_func=lambda i: "all classes" if i is None else plain(names.get(i, i)),
        )
        verdict = st.selectbox(
            "Verdict",
            [None, *_VERDICTS],
            key="f_verdict",
            width=135,
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
        unexpected = st.toggle(
            "Only unexpected", value=True, key="f_unexpected", bind="query-params"
        )
    return findings.FindingFilter(
        class_id=class_id,
        verdict=verdict,
        name_implied=False if unexpected else None,
        text_map=text_map,
        largest_q=None if largest_q is None or largest_q >= 1.0 else largest_q,
        search=search or "",
    )


def _table(chosen: findings.FindingFilter) -> int | None:
    """The findings that pass; returns the best of this page of them."""
    total = data.ask(findings.count_findings, chosen)
    whole = data.ask(findings.count_findings, findings.FindingFilter(text_map=chosen.text_map))
    st.caption(f"{total:,} of {whole:,} findings, best first. Click a row to see its evidence.")
    if total == 0:
        st.info("No finding passes these filters.", icon=":material/filter_alt_off:")
        return None
    place = st.container()
    offset = tables.pager(total, key="f_page")
    frame = data.ask(findings.findings, chosen, limit=tables.PER_PAGE, offset=offset)
    ids = [int(i) for i in frame["finding_id"]]
    shown = tables.names(frame, ["class_name", "concept"])
    shown["z_name"] = shown["z_name"].round(1) + 0.0  # no negative zero
    shown["kind"] = ["name-implied" if i else "unexpected" for i in frame["name_implied"]]
    kind = {"kind": tables.text("kind", width=96)} if chosen.name_implied is None else {}
    with place:
        tables.select(
            shown,
            ids,
            "finding",
            {
                "class_name": tables.text("class", width=108),
                "concept": tables.text("concept", width=200),
                **kind,
                "score": tables.figure("score", meaning="finding_score", form="%.1f", width=52),
                "q": tables.figure("q", meaning="q", form="%.1e", width=66),
                "z_name": tables.figure("name", meaning="z_name", form="%+.1f", width=56),
                "verdict": tables.text("verdict", width=86),
            },
            key="findings_table",
            alt="Findings, best first",
            height=640,
        )
        numbers.explain([("score", "finding_score"), ("q", "q"), ("name", "z_name")])
    return ids[0]


def _detail(first: int | None) -> None:
    words, finding_id = route.asked("finding")
    if words is not None:
        found = None if finding_id is None else data.ask(findings.finding, finding_id)
        if found is not None:
            parts.card(found)
            return
        route.unknown("finding", words)
    if first is not None:
        found = data.ask(findings.finding, first)
        if found is not None:
            parts.card(found)


main()
