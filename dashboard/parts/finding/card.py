"""A finding's card: the claim, the verdict and its rule, the evidence, and what is around it."""

from collections.abc import Mapping

import streamlit as st

from analysis.evidence_wording import claim, missing
from analysis.wording import MEANING, VERDICT
from dashboard import data, route
from dashboard.parts import repairs
from dashboard.parts.finding import badges, images, lines, related, sides
from dashboard.parts.people import verdict
from dashboard.text import md, plain, quoted
from db.queries.evidence import EvidenceLine, evidence
from db.queries.findings import FindingInfo


def card(finding: FindingInfo) -> None:
    """Everything known about one finding, in words, numbers and pictures."""
    found = data.ask(evidence, finding.finding_id)
    with st.container(border=True):
        _heading(finding, found)
        verdict.verdict(finding)
        related.duplicates(finding)
        if found:
            lines.plot(finding, found)
            lines.sentences(finding, found)
        images.evidence_images(finding)
        related.latents(found)
        st.markdown("**Where it comes from**")
        sides.sides(finding)
        related.other_maps(finding)
        repairs.repairs(finding, tested=bool(found))
        sides.scores(finding)
        name = plain(finding.class_name, 40)
        route.link("class", finding.class_id, f"All about {name}", icon=":material/category:")


def _heading(finding: FindingInfo, found: Mapping[str, EvidenceLine]) -> None:
    """What is claimed, and what it is called by which rule."""
    st.subheader(f"{md(finding.class_name, 60)} · {quoted(finding.concept)}", anchor=False)
    st.markdown(
        f"{badges.verdict(finding.verdict)} {badges.kind(finding.name_implied)} "
        f":gray-badge[text map: {md(finding.text_map)}]{badges.hull(finding.out_of_hull)}",
        help=MEANING["out_of_hull"] if finding.out_of_hull else None,
    )
    st.markdown(
        ":gray[The claim:] "
        + claim(
            class_name=f"**{md(finding.class_name, 60)}**",
            concept=f"**{quoted(finding.concept)}**",
            name_implied=finding.name_implied,
        )
    )
    said = f"**{md(finding.verdict).capitalize()}.** {VERDICT[finding.verdict]}"
    lacking = missing(found) if finding.verdict != "supported" else ""
    st.caption(f"{said} {lacking}")
