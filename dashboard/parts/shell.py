"""The frame of every page: navigation, what is being looked at, plain messages."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import data, route
from dashboard.parts.people import author
from dashboard.route import Kind
from dashboard.text import md
from db.errors import SchemaMismatch, StoreDamaged, StoreError, StoreMissing
from db.queries import human, overview

_LOGO = Path(__file__).with_name("logo.svg")
ICON = str(Path(__file__).with_name("icon.svg"))

_SECTIONS: dict[str, list[tuple[str, str, str, str]]] = {
    "Audit": [
        (
            "overview",
            "Overview",
            "summarize",
            "What was audited, how well it was read, and what it could not see.",
        ),
        (
            "findings",
            "Findings",
            "lightbulb",
            "Concepts that a class holds though its name does not imply them, with evidence.",
        ),
    ],
    "Look inside": [
        (
            "classes",
            "Classes",
            "category",
            "A class: its concepts, findings, images, and the latents that push it.",
        ),
        (
            "latents",
            "Latents",
            "grain",
            "Latents of the sparse autoencoder: labels, example images, effects on classes.",
        ),
        ("neurons", "Neurons", "blur_on", "Dimensions of the feature, read in the same way."),
        ("channels", "Channels", "layers", "Channels of the last stage, read in the same way."),
        (
            "images",
            "Images",
            "photo_library",
            "Every image: decision, concepts, explanation, strongest latents, what-if.",
        ),
        (
            "explanations",
            "Explanations",
            "chat",
            "Decisions in words: three methods side by side, every claim with its tests.",
        ),
    ],
    "Search": [
        ("ask", "Ask", "search", "Any text: the classes, latents, neurons and images it answers."),
        ("map", "Map", "scatter_plot", "Classes, latents, images and words in one space."),
    ],
    "Decide": [
        ("compare", "Compare", "compare_arrows", "This audit beside another one."),
        (
            "log",
            "Report & log",
            "history_edu",
            "Who looked at what, decided what, and when; the report and the lists.",
        ),
    ],
}


def has_channels() -> bool:
    """Whether the audit at hand read channels, which not every classifier has."""
    return "channel" in data.ask(human.units_of_kinds)


def navigation(*, channels: bool) -> Any:
    """The pages in their sections; returns the one the address asks for, not yet run."""
    st.logo(str(_LOGO), size="large")
    return st.navigation(
        {
            section: [
                st.Page(
                    f"app_pages/{name}.py",
                    title=title,
                    icon=f":material/{icon}:",
                    help=words,
                    default=name == "overview",
                    visibility="hidden" if name == "channels" and not channels else "visible",
                )
                for name, title, icon, words in pages
            ]
            for section, pages in _SECTIONS.items()
        }
    )


def sidebar() -> None:
    """Which audit this is, and whether it is whole."""
    model = data.ask(overview.model)
    run = data.ask(overview.last_run)
    with st.sidebar:
        st.caption("AUDIT")
        st.markdown(f"**{md(data.store().directory.name, 40)}**")
        if model is not None:
            st.caption(f"of {md(model.name, 60)}")
        if run is not None and run.status != "done":
            st.warning(f"The last run is {run.status}: the audit is not whole.")
        author.ask_name()


def unusable(error: StoreError) -> None:
    """Instead of a page: why the audit cannot be shown, and what to do."""
    titles = {
        StoreMissing: "There is no audit here",
        SchemaMismatch: "This audit was written by another version of Glowworm",
        StoreDamaged: "This audit cannot be read",
    }
    st.title(titles.get(type(error), "This audit cannot be shown"))
    st.error(md(error, 1000), icon=":material/report:")


def nothing(what: str, *, made_by: str | None = None) -> None:
    """Say that the audit holds none of something, and what the audit says about why; of the stage
    that makes it alone, where one does.
    """
    st.info(f"This audit holds no {what}.", icon=":material/inbox:")
    run = data.ask(overview.last_run)
    if run is not None and run.status != "done":
        why = f": {md(run.error, 300)}" if run.error else ""
        st.markdown(
            f"Its last run is **{run.status}**{why}. To go on with it, run it again with "
            "`--resume`."
        )
    skipped_stages(made_by)


def skipped_stages(name: str | None = None) -> None:
    """Stages, or the one of that name, that were skipped or are stale, and the reason of each."""
    stages = data.ask(overview.stages)
    if name is not None:
        stages = stages.loc[stages["name"] == name]
    for row in stages.loc[stages["status"] != "done"].to_dict("records"):
        reason = row["reason"] or "no reason is stored"
        st.markdown(f"- Stage **{md(row['name'])}** is {row['status']}: {md(reason, 300)}")


def jump(kind: Kind, at: int, ids: Sequence[int], name: Callable[[int], str]) -> None:
    """A box to go to another class or unit; what stands in the address is what it shows."""
    key = f"{kind}_jump"
    st.session_state[key] = at

    def chosen() -> None:
        route.ask_for(kind, st.session_state[key])

    st.selectbox(
        f"Go to a {kind}",
        ids,
        key=key,
        format_func=name,
        on_change=chosen,
        width=300,
        label_visibility="collapsed",
    )
