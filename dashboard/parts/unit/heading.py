"""What a unit is called, by whom, and what kind of unit it is: read in ten seconds."""

from typing import Any, Literal

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import numbers
from dashboard.text import md
from db.queries import unit_dossier
from db.queries.units import Kind, UnitInfo

_STABLE, _PARTLY = 0.9, 0.7  # least mean cosine over seeds


def heading(kind: Kind, info: UnitInfo, labels: pd.DataFrame) -> None:
    """Title with the label that holds, a person's before the machine's, and badges."""
    row = data.ask(unit_dossier.unit_names, kind, (info.number,)).iloc[0]
    name = f"{kind.capitalize()} {info.number}"
    best = next(iter(labels.to_dict("records")), None)
    given = best is not None and not best["abstained"]
    if row["human"] is not None:
        st.title(f"{name}: “{md(row['human'])}”", anchor=False)
    elif best is None:
        st.title(name, anchor=False)
    elif given:
        st.title(f"{name}: “{md(best['label'])}”", anchor=False)
    else:
        st.title(f"{name}: no label clears the floor", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if row["human"] is not None:
            st.badge(f"by {md(row['human_author'], 40)}", icon=":material/person:", color="violet")
            _machine_says(best)
        elif best is not None and not given:
            st.badge("abstains", color="gray")
            st.markdown(f"its best guess was “{md(best['label'])}”", width="content")
        _kind_badges(info)
        if best is not None and given:
            _sharing(kind, best, "the machine's" if row["human"] is not None else "the same")


def _machine_says(best: dict[Any, Any] | None) -> None:
    if best is None:
        said = "the machine has no label for it"
    else:
        short = "abstains; its best guess was" if best["abstained"] else "says"
        said = f"the machine {short} “{md(best['label'])}”"
    st.markdown(f":gray[{said}]", width="content")


def _kind_badges(info: UnitInfo) -> None:
    classes = info.effective_classes
    many = "" if classes is None else f" · {classes:.{0 if classes >= 10 else 1}f} classes"
    if info.spread == "shared":
        st.badge(f"shared attribute{many}", icon=":material/hub:", help=MEANING["spread"])
    elif info.spread is not None:
        st.badge(
            f"single class{many}",
            icon=":material/looks_one:",
            color="orange",
            help=MEANING["spread"],
        )
    if info.stability is not None:
        words, color = _stability(info.stability)
        st.badge(f"{words} {info.stability:.2f}", color=color, help=MEANING["stability"])
    if info.level is not None:
        st.badge(f"level {info.level}", color="gray", help=MEANING["level"])


def _stability(value: float) -> tuple[str, Literal["green", "yellow", "red"]]:
    """What a mean cosine over seeds says, in words and as a colour."""
    if value >= _STABLE:
        return "stable over seeds", "green"
    return ("partly stable", "yellow") if value >= _PARTLY else ("unstable over seeds", "red")


def _sharing(kind: Kind, best: dict[Any, Any], whose: str) -> None:
    others = int(best["others"])
    if others == 0:
        st.badge(f"no other {kind} has this label", color="gray", help=MEANING["others"])
        return
    carry = "carries" if others == 1 else "carry"
    route.same_label(
        kind,
        int(best["concept_id"]),
        f"{numbers.many(others, f'other {kind}')} {carry} {whose} label",
    )
