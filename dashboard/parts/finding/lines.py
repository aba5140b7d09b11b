"""The lines of evidence: drawn together, then one by one in words."""

from collections.abc import Mapping

import streamlit as st

from analysis.evidence_wording import EVIDENCE, evidence_sentence
from analysis.shortcuts.verdict import NEEDED
from dashboard.parts import charts
from dashboard.parts.finding.forest import Row, forest
from dashboard.text import md, plain
from db.queries.evidence import EvidenceLine
from db.queries.findings import FindingInfo

_LONGEST = 700  # characters of a sentence with two names in it


def plot(finding: FindingInfo, found: Mapping[str, EvidenceLine]) -> None:
    """What was measured, beside its controls; nothing where nothing was."""
    rows = [
        Row(
            words.name,
            words.unit,
            line.value,
            line.low,
            line.high,
            line.control,
            line.control_low,
            line.control_high,
            line.holds,
        )
        for name, words in EVIDENCE.items()
        if (line := found.get(name)) is not None and line.value is not None
    ]
    if rows:
        charts.show(
            forest(rows),
            key=f"forest_{finding.finding_id}",
            alt="Evidence with 95 % intervals beside matched random controls",
        )


def sentences(finding: FindingInfo, found: Mapping[str, EvidenceLine]) -> None:
    """Every line with its numbers, those that the verdict asks for first."""
    parts = (
        ("What a supported finding must show", NEEDED),
        ("What was measured besides", [name for name in EVIDENCE if name not in NEEDED]),
    )
    for title, names in parts:
        st.markdown(f"**{title}**")
        for name in names:
            if name in found:
                _line(finding, found[name])


def _line(finding: FindingInfo, line: EvidenceLine) -> None:
    words = EVIDENCE[line.line]
    class_name, concept = plain(finding.class_name, 60), f"“{plain(finding.concept, 60)}”"
    said = evidence_sentence(line, class_name=class_name, concept=concept)
    st.markdown(
        f"{_sign(line.holds)} **{words.name}**  \n:small[{md(said, _LONGEST)}]", help=words.meaning
    )


def _sign(holds: bool | None) -> str:
    """Whether a line holds: a sign, a colour and a word."""
    if holds is None:
        return ":gray-badge[:material/question_mark: not tested]"
    if holds:
        return ":blue-badge[:material/check: holds]"
    return ":orange-badge[:material/close: does not hold]"
