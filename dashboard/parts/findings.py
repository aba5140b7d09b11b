"""Findings in short: the tiles and rows in which other pages list them."""

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import numbers
from dashboard.parts.finding import badges
from dashboard.text import md, plain, quoted
from db.queries import evidence, images

_PICTURES = 3


def tiles(frame: pd.DataFrame) -> None:
    """Findings as tiles: images of the class, the pair, the verdict, and a link to the card."""
    with st.grid(3, min_column_width=220):
        for row in frame.to_dict("records"):
            with st.container(border=True, gap="small", height="stretch"):
                jpegs = list(data.thumbnails(_images(row["finding_id"], row["class_id"])).values())
                if jpegs:
                    name = plain(row["class_name"])
                    columns = st.columns(_PICTURES, gap="xsmall")
                    for place, jpeg in zip(columns, jpegs, strict=False):
                        place.image(jpeg, width="stretch", alt=f"{name}, an image of the class")
                st.markdown(
                    f"{md(row['class_name'], 40)}  \n**{quoted(row['concept'], 60)}**  \n"
                    f"{badges.verdict(row['verdict'])}"
                )
                st.caption(
                    f"score {numbers.number(row['score'], 1)} · q {numbers.small(row['q'])} · "
                    f"name alone {numbers.signed(row['z_name'])}",
                    help=MEANING["finding_score"],
                )
                route.link(
                    "finding",
                    row["finding_id"],
                    "Look at the evidence",
                    icon=":material/arrow_forward:",
                )


def _images(finding_id: int, class_id: int) -> list[int]:
    """Those of the class that show the concept most; where none was chosen, the first."""
    chosen = data.ask(evidence.evidence_images, finding_id)
    shown = chosen.loc[chosen["role"] == "with", "image_id"]
    if shown.empty:
        of_class = images.ImageFilter(class_id=class_id)
        shown = data.ask(images.images, of_class, limit=_PICTURES)["image_id"]
    return [int(i) for i in shown[:_PICTURES]]


def rows(frame: pd.DataFrame) -> None:
    """Findings of one class, one line each, with links to their cards."""
    for row in frame.to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            route.link("finding", row["finding_id"], f"“{plain(row['concept'], 60)}”")
            st.markdown(
                f"{badges.kind(row['name_implied'])} {badges.verdict(row['verdict'])} "
                f":small[score {numbers.number(row['score'], 1)} · q {numbers.small(row['q'])} · "
                f"name alone {numbers.signed(row['z_name'])}]",
                width="content",
            )
