"""What latents are called in one audit and not in the other."""

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.data import Store
from dashboard.parts import tables
from dashboard.parts.compare.other import called
from dashboard.parts.compare.shared import Shared
from dashboard.text import md, plain
from db.queries.compare import latent_labels
from db.queries.concepts import concept_texts

_MOST = 200


def shown(audits: tuple[Store, Store]) -> None:
    """Labels that clear their floors: those of this audit alone, and those of the other."""
    st.subheader("Labels of latents", anchor=False)
    here, there = (data.ask_of(audit, latent_labels) for audit in audits)
    if here.empty or there.empty:
        st.caption("One of the audits holds no latent with a label that clears its floor.")
        return
    shared = set(here["label"]) & set(there["label"])
    counted = Shared(len(shared), len(here), len(there))
    st.caption(
        f"Among those that clear their floors, {counted.said('labels')}. Latents are never the "
        "same twice, not even with another seed: that a label is missing may be chance."
    )
    for place, own, other, name, linked in zip(
        st.columns(2, gap="medium"),
        (here, there),
        (audits[1], audits[0]),
        ("Only here", f"Only in {md(called(audits)[1], 30)}"),
        (True, False),
        strict=True,
    ):
        with place:
            alone = own.loc[[label not in shared for label in own["label"]]]
            known = set(data.ask_of(other, concept_texts))
            unknown = sum(label not in known for label in alone["label"])
            st.markdown(f"**{name}** ({len(alone):,})")
            if unknown:
                st.caption(
                    f"{unknown:,} of them are no concept of the other's vocabulary: it "
                    "could not call a latent so."
                )
            _table(alone.head(_MOST), linked=linked)


def _table(frame: pd.DataFrame, *, linked: bool) -> None:
    shown = frame.assign(label=[plain(label) for label in frame["label"]])
    columns = {
        "label": tables.text("label", width=260),
        "latents": tables.figure("latents", form="%d", width=70),
        "pearson": tables.bar("Pearson", 1.0, meaning="pearson", width=110),
    }
    if linked:
        tables.choose(
            shown, "latent", "number", columns, key="x_labels", alt="Labels here alone", height=320
        )
    else:
        st.dataframe(
            shown,
            key="x_labels_other",
            hide_index=True,
            column_order=list(columns),
            column_config=columns,
            height=320,
            alt="Labels of the other audit alone",
        )
