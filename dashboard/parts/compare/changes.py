"""Findings gone, new, changed and the same, in this audit against the other."""

from typing import Any

import pandas as pd
import streamlit as st

from analysis.guard.budget import Claim
from analysis.guard.diff import Change, Counts, Kind, is_held
from dashboard import route
from dashboard.data import Store
from dashboard.parts import downloads, numbers, tables
from dashboard.parts.compare.matched import Matched, matched
from dashboard.parts.compare.other import called
from dashboard.text import md, plain
from db.queries.findings import VERDICTS

_MEANS: dict[Kind, str] = {
    "new": "held here, not in the other",
    "gone": "held in the other, not here",
    "changed": "held in both, with another verdict or reliance whose intervals lie apart",
    "same": "held in both alike",
}
_RELIANCE = {"accuracy": "accuracy lost, masked", "masking": "logit lost, masked"}


def cautions(audits: tuple[Store, Store]) -> None:
    """What may set the audits apart besides the classifiers, or why findings are not compared."""
    found = matched(audits)
    told = [found] if isinstance(found, str) else found.difference.warnings
    if told:
        st.warning("\n".join(f"- {md(words, 600)}." for words in told), icon=":material/warning:")
    else:
        st.caption(
            ":material/check: One version of Glowworm searched both, with the same words and by "
            "text maps of the same kind."
        )


def shown(audits: tuple[Store, Store], class_name: str | None) -> None:
    """The findings of one class, or of all that both know."""
    st.subheader("Findings", anchor=False)
    found = matched(audits)
    if isinstance(found, str):
        st.caption("They cannot be compared; the reason stands above.")
        return
    st.caption(
        "A finding is held where it is unexpected at q ≤ .05 and was not refuted. Classes are "
        "matched by name, concepts by their words, or by what either audit says is the same."
    )
    _out_of(found)
    changes = found.difference.changes
    of_class = [c for c in changes if class_name is None or c.class_name == class_name]
    if not of_class:
        about = "a class" if class_name is None else md(class_name)
        st.info(
            f"**Nothing to compare**: neither audit holds a finding about {about} and a concept "
            "that both know. That nothing is new or gone says nothing here.",
            icon=":material/inbox:",
        )
        return
    about = "" if class_name is None else f" about {md(class_name)}"
    kind = _kind(Counts.of(of_class).said("in the other", "here", about))
    rows = [change for change in of_class if change.kind == kind]
    st.caption(f"**{kind}**: {_MEANS[kind]}.")
    if rows:
        _table(sorted(rows, key=_order), audits)


def _out_of(found: Matched) -> None:
    """What could be compared at all: few classes in common make few changes."""
    counts = Counts.of(found.difference.changes)
    here = numbers.of(counts.after, found.held[0])
    other = numbers.of(counts.before, found.held[1])
    st.markdown(
        f"By name, {found.classes.said('classes')}; by words, {found.concepts.said('concepts')}. "
        f"Only findings about these are compared: in all **{here}** held here and "
        f"**{other}** held in the other."
    )


def _kind(counted: str) -> Kind:
    """The kind that is asked for; how many there are of each."""
    picked = st.segmented_control(
        "Which",
        list(_MEANS),
        default="new",
        required=True,
        key="x_kind",
        bind="query-params",
        format_func=str,
        label_visibility="collapsed",
    )
    st.caption(
        counted,
        help="A finding may say the same as several of the other audit: what both hold is told "
        "in pairs, a row each.",
    )
    by_name: dict[str, Kind] = {str(kind): kind for kind in _MEANS}
    return by_name.get(str(picked), "new")


def _order(change: Change) -> tuple[int, float]:
    """Supported ones first, then the smallest q."""
    either = [claim for claim in (change.after, change.before) if claim is not None]
    places = [VERDICTS.index(claim["verdict"]) for claim in either if claim["verdict"] in VERDICTS]
    return min(places, default=len(VERDICTS)), min((claim["q"] for claim in either), default=1.0)


def _table(rows: list[Change], audits: tuple[Store, Store]) -> None:
    """A page of them; a row leads to the finding of this audit, where it holds one."""
    offset = tables.pager(len(rows), key="x_page")
    page = rows[offset : offset + tables.PER_PAGE]
    names = [plain(name, 20) for name in called(audits)]
    frame = pd.DataFrame([_row(change) for change in page])
    columns = {
        "class": tables.text("class", width=130),
        "concept": tables.text("concept", width=150),
        "matched": tables.text(f"matched to, in {names[1]}", width=150),
        "here": tables.text(f"verdict, {names[0]}", width=170),
        "there": tables.text(f"verdict, {names[1]}", width=200),
        "why": tables.text("what changed", width=210),
    }
    for name, words in _RELIANCE.items():
        columns[f"{name} here"] = tables.text(f"{words}, {names[0]}", width=130)
        columns[f"{name} there"] = tables.text(f"{words}, {names[1]}", width=130)
    columns = {name: column for name, column in columns.items() if {*frame[name]} - {"–", ""}}
    event = st.dataframe(
        frame,
        key="x_changes",
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        on_select="rerun",
        selection_mode="single-cell",
        height="content" if len(frame) < 12 else 460,
        alt="Findings of both audits",
    )
    chosen = tables.chosen_row(event["selection"], len(page))
    here = None if chosen is None else page[chosen].after
    if here is not None:
        route.open_page("finding", int(here["finding_id"]))
    downloads.buttons("findings-of-both", lambda: pd.DataFrame([_row(one) for one in rows]))
    st.caption(
        "Click a row to see its evidence here; – stands for a pair that is not among the findings."
    )


def _row(change: Change) -> dict[str, Any]:
    found = {
        "class": plain(change.class_name),
        "concept": plain(change.other_words or change.concept),
        "matched": plain(change.concept) if change.other_words else "",
        "here": _verdict(change.after),
        "there": _verdict(change.before),
        "why": plain(change.why, 200) if change.why else "–",
    }
    for name in _RELIANCE:
        found[f"{name} here"] = _reliance(change.after, name)
        found[f"{name} there"] = _reliance(change.before, name)
    return found


def _verdict(claim: Claim | None) -> str:
    """The verdict where the pair is held, else why it is not."""
    if claim is None:
        return "–"
    q = f"q {numbers.small(claim['q'])}"
    if is_held(claim):
        return f"{claim['verdict']}, {q}"
    if claim["name_implied"]:
        return f"not held: the name implies it, {q}"
    if claim["duplicate_of"] is not None:
        return f"not held: told under another, {q}"
    return f"not held: {'refuted' if claim['verdict'] == 'refuted' else q}"


def _reliance(claim: Claim | None, name: str) -> str:
    if claim is None or claim[name] is None:
        return "–"
    low, high = claim[f"{name}_low"], claim[f"{name}_high"]
    interval = "" if low is None or high is None else f" [{low:.2f}, {high:.2f}]"
    return f"{claim[name]:.2f}{interval}"
