"""The three sides from which a finding comes, beside what the name alone implies."""

import streamlit as st

from analysis.wording import finding_sentences
from dashboard.parts import charts, numbers
from dashboard.text import md, quoted
from db.queries.findings import FindingInfo


def sides(finding: FindingInfo) -> None:
    """Drawn, and read out."""
    bars = [
        ("weights", finding.z_weights, charts.BLUE),
        ("images' features", finding.z_features, charts.GREEN),
        ("latents", finding.z_latents, charts.ORANGE),
        ("the name alone", finding.z_name, charts.GREY),
    ]
    known = [(name, value, color) for name, value, color in bars if value is not None]
    charts.show(
        charts.bars(
            [name for name, _, _ in known],
            [value for _, value, _ in known],
            colors=[color for _, _, color in known],
            x_title="standard deviations above average",
            form="+.1f",
        ),
        key=f"sides_{finding.finding_id}",
        alt="The sides of the finding beside what the name alone implies",
    )
    said = finding_sentences(
        class_name=f"**{md(finding.class_name, 60)}**",
        concept=quoted(finding.concept),
        z_weights=finding.z_weights,
        z_features=finding.z_features,
        z_latents=finding.z_latents,
        z_name=finding.z_name,
        q=finding.q,
        name_implied=finding.name_implied,
    )
    st.markdown(" ".join(said))


def scores(finding: FindingInfo) -> None:
    """Every number of the finding with its meaning."""
    rank = "–" if finding.rank is None else str(finding.rank)
    share = numbers.percent(finding.named_share)
    rows = [
        ("Score", numbers.number(finding.score), "finding_score"),
        ("Rank among the class's unexpected concepts", rank, "unexpected"),
        ("q", numbers.small(finding.q), "q"),
        ("p", numbers.small(finding.p), "p"),
        ("z from the weights", numbers.number(finding.z_weights), "z_weights"),
        ("cosine with the weights", numbers.number(finding.score_weights, 3), "score_weights"),
        ("z from the features", numbers.number(finding.z_features), "z_features"),
        ("cosine with the features", numbers.number(finding.score_features, 3), "score_features"),
        ("z from the latents", numbers.number(finding.z_latents), "z_latents"),
        ("score by the latents", numbers.number(finding.score_latents, 3), "score_latents"),
        ("share of latents called so", share, "named_share"),
        ("z from the name alone", numbers.number(finding.z_name), "z_name"),
    ]
    with st.expander("All scores, and what each is", icon=":material/help:"):
        numbers.table(rows)
