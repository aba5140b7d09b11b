"""All candidate labels of a unit, with every score that the audit has for them."""

from typing import Any

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data
from dashboard.parts import tables
from dashboard.parts.unit import label_checks
from dashboard.text import md
from db.queries import overview


def candidates(labels: pd.DataFrame) -> None:
    """The table, and which of its metrics passed the label checks."""
    st.subheader("Label candidates", anchor=False)
    if labels.empty:
        st.caption("The audit holds no label for it.")
        return
    found = label_checks.checks(data.ask(overview.measures))
    shown_first = labels.iloc[0]["text_map"]
    st.caption(
        f"By each text map; **{md(shown_first)}** is shown first because held-out classes favour "
        "it. Scores are on held-out images; a label below its floor abstains."
    )
    st.caption(label_checks.sentence(found), help=MEANING["label_check"])
    frame = tables.names(labels, ["label", "text_map", "method"])
    frame["state"] = ["abstains" if a else "clears" for a in labels["abstained"]]
    frame["interval"] = [
        None if pd.isna(low) or pd.isna(high) else f"{low:.2f} – {high:.2f}"
        for low, high in zip(labels["pearson_low"], labels["pearson_high"], strict=True)
    ]
    columns = _columns(label_checks.failed(found))
    kept = [c for c in columns if c in ("label", "rank") or bool(frame[c].notna().any())]
    st.dataframe(
        frame,
        hide_index=True,
        key="candidates",
        placeholder="–",
        alt="Label candidates with their scores",
        height="content",
        column_order=kept,
        column_config={name: columns[name] for name in kept},
    )


def _columns(failed: set[str]) -> dict[str, Any]:
    def metric(key: str, width: int) -> Any:
        name = label_checks.METRICS[key]
        title = f"{name} (fails its check)" if key in failed else name
        return tables.figure(title, meaning=key, width=136 if key in failed else width)

    pearson = (
        metric("pearson", 76)
        if "pearson" in failed
        else tables.bar("Pearson", 1.0, meaning="pearson", width=116)
    )
    return {
        "text_map": tables.text("text map", width=66),
        "rank": tables.figure("rank", form="%d", width=44),
        "label": tables.text("label", width=150),
        "method": tables.text("found by", width=80, help=MEANING["method"]),
        "state": tables.text("floor?", width=72),
        "pearson": pearson,
        "interval": tables.text("95 %", width=92, help=MEANING["pearson_interval"]),
        "floor_pearson": tables.figure("floor", meaning="floor_pearson", width=56),
        "auprc": metric("auprc", 66),
        "f1": metric("f1", 52),
        "auc": metric("auc", 56),
        "correlation": tables.figure("correlation", meaning="correlation", width=88),
        "cosine": tables.figure("cosine", width=64),
        "z": tables.figure("z", meaning="label_z", width=48),
        "others": tables.figure("others with it", meaning="others", form="%d", width=96),
    }
