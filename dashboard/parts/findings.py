"""A finding on the page: its card, and the short rows in which other pages list findings."""

import pandas as pd
import streamlit as st

from analysis.wording import MEANING, VERDICT, finding_sentences
from dashboard import data, route
from dashboard.parts import charts, concepts, numbers, pictures
from dashboard.text import md, plain, quoted
from db.queries import images
from db.queries.findings import FindingFilter, FindingInfo, findings

_VERDICT_COLOR = {
    "candidate": "blue",
    "supported": "green",
    "correlational": "yellow",
    "refuted": "gray",
    "insufficient": "gray",
}


def kind_badge(name_implied: bool) -> str:
    """Whether the name implies the concept, as Markdown."""
    if name_implied:
        return ":gray-badge[:material/label: name-implied]"
    return ":orange-badge[:material/priority_high: unexpected]"


def hull_badge(out_of_hull: bool | None) -> str:
    """A warning as Markdown, for a concept far from every class name."""
    return " :red-badge[:material/explore_off: far from every class name]" if out_of_hull else ""


def verdict_badge(verdict: str) -> str:
    """A verdict as Markdown."""
    color = _VERDICT_COLOR.get(verdict, "gray")
    return f":{color}-badge[{md(verdict)}]"


def card(finding: FindingInfo) -> None:
    """Everything known about one finding, in words and in numbers."""
    with st.container(border=True):
        st.subheader(f"{md(finding.class_name, 60)} · {quoted(finding.concept)}", anchor=False)
        st.markdown(
            f"{kind_badge(finding.name_implied)} {verdict_badge(finding.verdict)} "
            f":gray-badge[text map: {md(finding.text_map)}]{hull_badge(finding.out_of_hull)}",
            help=VERDICT[finding.verdict]
            + (f" {MEANING['out_of_hull']}" if finding.out_of_hull else ""),
        )
        _examples(finding)
        for sentence in finding_sentences(
            class_name=f"**{md(finding.class_name, 60)}**",
            concept=quoted(finding.concept),
            z_weights=finding.z_weights,
            z_features=finding.z_features,
            z_name=finding.z_name,
            q=finding.q,
            name_implied=finding.name_implied,
        ):
            st.markdown(sentence)
        _other_maps(finding)
        _evidence(finding)
        _scores(finding)
        route.link(
            "class",
            finding.class_id,
            f"All about {plain(finding.class_name, 40)}",
            icon=":material/category:",
        )


def _examples(finding: FindingInfo) -> None:
    rows = data.ask(images.images, images.ImageFilter(class_id=finding.class_id), limit=6)
    if rows.empty:
        st.caption("The audit holds no image of this class: this is read from the weights alone.")
        return
    st.caption(
        "Images of the class. Do you see the concept where the class itself does not need it?"
    )
    pictures.wall(pictures.decided(rows), columns=3)


def _other_maps(finding: FindingInfo) -> None:
    """Whether the other text maps keep the same pair: agreement is worth knowing."""
    pair = FindingFilter(class_id=finding.class_id, concept_id=finding.concept_id)
    kept = {row["text_map"]: row for row in data.ask(findings, pair).to_dict("records")}
    for name in concepts.maps():
        if name == finding.text_map:
            continue
        if name in kept:
            row = kept[name]
            kind = "name-implied" if row["name_implied"] else "unexpected"
            st.markdown(f"The text map {md(name)} finds it too: score {row['score']:.1f}, {kind}.")
        else:
            st.markdown(f"The text map {md(name)} does not keep it among the class's best.")


def _evidence(finding: FindingInfo) -> None:
    """The two pieces of evidence beside what the name alone implies."""
    bars = [("from the weights", finding.z_weights, charts.BLUE)]
    if finding.z_features is not None:
        bars.append(("from the images' features", finding.z_features, charts.GREEN))
    bars.append(("from the name alone (floor)", finding.z_name, charts.GREY))
    charts.show(
        charts.bars(
            [name for name, _, _ in bars],
            [value for _, value, _ in bars],
            colors=[color for _, _, color in bars],
            x_title="standard deviations above average",
            form="+.1f",
        ),
        key=f"evidence_{finding.finding_id}",
        alt="Evidence for the finding beside what the name alone implies",
    )


def _scores(finding: FindingInfo) -> None:
    rank = "–" if finding.rank is None else str(finding.rank)
    rows = [
        ("Score", numbers.number(finding.score), "finding_score"),
        ("Rank among the class's unexpected concepts", rank, "unexpected"),
        ("q", numbers.small(finding.q), "q"),
        ("p", numbers.small(finding.p), "p"),
        ("z from the weights", numbers.number(finding.z_weights), "z_weights"),
        ("cosine with the weights", numbers.number(finding.score_weights, 3), "score_weights"),
        ("z from the features", numbers.number(finding.z_features), "z_features"),
        ("cosine with the features", numbers.number(finding.score_features, 3), "score_features"),
        ("z from the name alone", numbers.number(finding.z_name), "z_name"),
    ]
    with st.expander("All scores, and what each is", icon=":material/help:"):
        numbers.table(rows)


def tiles(frame: pd.DataFrame) -> None:
    """Findings as tiles: two images of the class, the pair, and a link to the card."""
    with st.grid(3, min_column_width=220):
        for row in frame.to_dict("records"):
            with st.container(border=True, gap="small", height="stretch"):
                of_class = images.ImageFilter(class_id=row["class_id"])
                found = data.ask(images.images, of_class, limit=3)
                jpegs = list(data.thumbnails(list(found["image_id"])).values())
                if jpegs:
                    name = plain(row["class_name"])
                    for place, jpeg in zip(st.columns(3, gap="xsmall"), jpegs, strict=False):
                        place.image(jpeg, width="stretch", alt=f"{name}, an image of the class")
                st.markdown(f"{md(row['class_name'], 40)}  \n**{quoted(row['concept'], 60)}**")
                st.caption(
                    f"score {row['score']:.1f} · q {numbers.small(row['q'])} · name alone "
                    f"{numbers.signed(row['z_name'])}",
                    help=MEANING["finding_score"],
                )
                route.link(
                    "finding",
                    row["finding_id"],
                    "Look at the evidence",
                    icon=":material/arrow_forward:",
                )


def rows(frame: pd.DataFrame) -> None:
    """Findings of one class, one line each, with links to their cards."""
    for row in frame.to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            route.link("finding", row["finding_id"], f"“{plain(row['concept'], 60)}”")
            st.markdown(
                f"{kind_badge(row['name_implied'])} {verdict_badge(row['verdict'])} "
                f":small[score {row['score']:.1f} · q {numbers.small(row['q'])} · "
                f"name alone {numbers.signed(row['z_name'])}]",
                width="content",
            )
