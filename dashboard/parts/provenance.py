"""What the audit's numbers rest on: measures, stages, runs, hashes."""

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data
from dashboard.parts import numbers, tables
from dashboard.text import md, plain
from db.queries import overview
from db.queries.overview import ADDED_LATER, ModelInfo


def notes() -> None:
    """Warnings and fallbacks of the stages, on top because they colour everything below.

    What was added to a finished audit is told where its results stand.
    """
    stages = data.ask(overview.stages)
    said = [
        (row["name"], note)
        for row in stages.to_dict("records")
        if not row["name"].startswith(ADDED_LATER)
        for note in row["notes"]
    ]
    if not said:
        return
    with st.container(border=True):
        st.markdown(":material/info: **Know this before you read on**")
        st.markdown(
            "\n".join(f"- {md(note, 500)} :gray[({md(stage)})]" for stage, note in said[:20])
        )


def measures() -> None:
    """Every number about the whole audit with its floor and its denominator."""
    frame = data.ask(overview.measures)
    if frame.empty:
        return
    st.subheader("What was measured", anchor=False)
    st.dataframe(
        tables.names(frame, ["name"]).assign(what=[plain(w, 300) for w in frame["what"]]),
        hide_index=True,
        key="measures",
        placeholder="–",
        alt="Measures with floors and denominators",
        height="content",
        column_order=["name", "value", "floor", "n", "what"],
        column_config={
            "name": tables.text("measure"),
            "value": tables.figure("value", form="%.3f"),
            "floor": tables.figure("floor", form="%.3f"),
            "n": tables.figure("out of", form="localized"),
            "what": tables.text("what it is", width="large"),
        },
    )


def unreadable(total: int) -> None:
    """The files that were no images, and why."""
    if total == 0:
        return
    with st.expander(f"{numbers.many(total, 'file')} that could not be read"):
        frame = data.ask(overview.skipped_images, limit=200)
        st.dataframe(
            frame.assign(
                path=[plain(p, 200) for p in frame["path"]],
                reason=[plain(r, 200) for r in frame["reason"]],
            ),
            hide_index=True,
            key="unreadable",
            alt="Files that could not be read",
        )
        if total > len(frame):
            st.caption(f"The first {len(frame):,} are listed.")


def everything(model: ModelInfo) -> None:
    """Stages, runs and hashes: enough to make the audit again."""
    st.subheader("How it was made", anchor=False)
    run = data.ask(overview.last_run)
    with st.expander("Stages", icon=":material/stairs:"):
        _stages()
    with st.expander("Classifier and hashes", icon=":material/fingerprint:"):
        numbers.facts(
            [
                ("classifier", model.name),
                ("sha256 of its weights", model.weights_sha256),
                ("split into features and head by", model.split_method),
                ("error of the split", f"{model.split_error:.1e}"),
                *[(f"preprocessing: {name}", value) for name, value in model.preprocessing.items()],
                *[(f"specification: {name}", value) for name, value in model.spec.items()],
            ]
        )
        st.caption(MEANING["split_error"])
    if run is not None:
        with st.expander("Configuration and versions", icon=":material/tune:"):
            numbers.facts(
                [
                    ("command", run.command),
                    ("seed", run.seed),
                    ("started", f"{run.started:%Y-%m-%d %H:%M:%S} UTC"),
                    ("status", run.status),
                    *[(f"option {name}", value) for name, value in run.config.items()],
                    *[(f"version of {name}", value) for name, value in run.versions.items()],
                ]
            )


def runs() -> None:
    """All calls that wrote into the store."""
    frame = data.ask(overview.runs)
    if frame.empty:
        return
    st.subheader("Runs", anchor=False)
    st.dataframe(
        tables.names(frame, ["command", "error"]),
        hide_index=True,
        key="runs",
        alt="Runs",
        column_order=["command", "started", "finished", "status", "error"],
    )


def _stages() -> None:
    frame = data.ask(overview.stages)
    shown = pd.DataFrame(
        {
            "stage": [plain(name) for name in frame["name"]],
            "status": frame["status"],
            "seconds": frame["seconds"],
            "finished (UTC)": frame["finished"],
            "reason or notes": [
                plain(" ".join([*([reason] if reason else []), *map(str, notes)]) or "–", 400)
                for reason, notes in zip(frame["reason"], frame["notes"], strict=True)
            ],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="stages",
        alt="Stages of the audit",
        height="content",
        column_config={
            "seconds": st.column_config.NumberColumn(format="%.1f"),
            "finished (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss"),
            "reason or notes": tables.text("reason or notes", width="large"),
        },
    )
