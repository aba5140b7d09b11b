"""Overview: what was audited, what stands out, how well it was read, what it could not see."""

from dataclasses import replace

import streamlit as st

from analysis.wording import LIMITS
from dashboard import data, route
from dashboard.parts import canary, concepts, health, numbers, provenance, shell
from dashboard.parts import findings as finding_parts
from dashboard.text import md
from db.queries import findings, overview
from db.queries.overview import Counts, ModelInfo

_STRIKING = 6


def main() -> None:
    """The page, or why there is nothing on it yet."""
    model = data.ask(overview.model)
    counts = data.ask(overview.counts)
    if model is None:
        st.title("Overview", anchor=False)
        shell.nothing("classifier yet")
        provenance.runs()
        return
    _title(model, counts)
    provenance.notes()
    _striking()
    left, right = st.columns([11, 9], gap="large")
    with left:
        health.text_maps()
    with right:
        health.autoencoder()
    canary.certificate()
    provenance.measures()
    _blind_spots(counts)
    provenance.everything(model)


def _title(model: ModelInfo, counts: Counts) -> None:
    st.title(f"What {md(model.name)} looks at", anchor=False)
    images = (
        f"{counts.images:,} images, {counts.labelled_images:,} of them labelled"
        if counts.images
        else "no images: read from the weights alone"
    )
    st.caption(
        f"{counts.classes:,} classes · {model.feature_dim:,} features · {images} · "
        f"{counts.concepts:,} concepts in the vocabulary"
    )


def _striking() -> None:
    st.subheader("Strongest unexpected findings", anchor=False)
    kept = findings.FindingFilter(text_map=concepts.first_map())
    chosen = replace(kept, name_implied=False, folded=True)
    frame = data.ask(findings.findings, chosen, order="verdict", limit=_STRIKING)
    unexpected = data.ask(findings.count_findings, chosen)
    whole = data.ask(findings.count_findings, kept)
    if frame.empty:
        st.caption(f"None: {numbers.many(whole, 'finding')}, all implied by the names.")
        return
    st.caption(
        "Concepts that a class holds though its name does not imply them, the supported "
        "ones first. Whether the classifier should rely on them, only you can tell."
    )
    finding_parts.tiles(frame)
    route.list_link(
        "finding",
        f"All {unexpected:,} unexpected of {whole:,} findings",
        icon=":material/arrow_forward:",
    )


def _blind_spots(counts: Counts) -> None:
    st.subheader("What this audit could not see", anchor=False)
    points = []
    without = data.ask(overview.classes_without_images)
    if counts.classes and without:
        points.append(
            f"**{numbers.of(without, counts.classes)} classes have no image here**: for them "
            "there is no accuracy and no evidence from features."
        )
    if counts.images > counts.labelled_images:
        points.append(
            f"{numbers.of(counts.images - counts.labelled_images, counts.images)} images have no "
            "label, so errors among them are not known."
        )
    if counts.skipped_images:
        points.append(
            f"{numbers.many(counts.skipped_images, 'file')} could not be read and left out."
        )
    dead = counts.latents - counts.alive_latents
    if dead:
        points.append(f"{numbers.of(dead, counts.latents)} latents are dead.")
    st.markdown("\n".join(f"- {point}" for point in [*points, *LIMITS]))
    shell.skipped_stages()
    provenance.unreadable(counts.skipped_images)


main()
