"""What a finding hangs together with: its latents, its duplicates, the other text maps."""

from collections.abc import Mapping

import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import concepts, unit_links
from dashboard.text import md, plain
from db.queries import findings, unit_dossier
from db.queries.evidence import EvidenceLine
from db.queries.findings import FindingFilter, FindingInfo


def latents(found: Mapping[str, EvidenceLine]) -> None:
    """The latents that are called by the concept, as links to their dossiers."""
    detail = found["named"].detail if "named" in found else {}
    chosen = [number for number in detail.get("latents", []) if isinstance(number, int)]
    if not chosen:
        return
    goes_with = dict(zip(chosen, detail.get("correlations", []), strict=False))
    st.markdown(
        "**Latents it rests on**",
        help="They carry the class's logit, and on the images of other classes their activation "
        "goes with this concept more than with any other. Their own labels come from all images.",
    )
    for row in data.ask(unit_dossier.unit_names, "latent", tuple(chosen)).to_dict("records"):
        number = int(row["number"])
        label = unit_links.label(row["label"], row["abstained"], row["human"])
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            route.link("latent", number, f"Latent {number}: {label}", icon=":material/grain:")
            if number in goes_with:
                st.caption(f"correlation {goes_with[number]:.2f}", width="content")


def duplicates(finding: FindingInfo) -> None:
    """What says the same: the findings folded under this one, or the one it is folded under."""
    if finding.duplicate_of is not None:
        leader = data.ask(findings.finding, finding.duplicate_of)
        if leader is not None:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown("Told under", width="content", help=MEANING["duplicates"])
                route.link("finding", leader.finding_id, f"“{plain(leader.concept, 60)}”")
        return
    frame = data.ask(findings.duplicates, (finding.finding_id,))
    if frame.empty:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Says the same:", width="content", help=MEANING["duplicates"])
        for row in frame.to_dict("records"):
            route.link("finding", row["finding_id"], f"“{plain(row['concept'], 60)}”")


def other_maps(finding: FindingInfo) -> None:
    """Whether the other text maps keep the same pair: agreement is worth knowing."""
    pair = FindingFilter(class_id=finding.class_id, concept_id=finding.concept_id)
    kept = {row["text_map"]: row for row in data.ask(findings.findings, pair).to_dict("records")}
    for name in concepts.maps():
        if name == finding.text_map:
            continue
        if name in kept:
            row = kept[name]
            what = "name-implied" if row["name_implied"] else f"unexpected, {md(row['verdict'])}"
            st.markdown(f"The text map {md(name)} finds it too: score {row['score']:.1f}, {what}.")
        else:
            st.markdown(f"The text map {md(name)} does not keep it among the class's best.")
