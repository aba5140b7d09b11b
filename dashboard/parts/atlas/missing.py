"""Why an audit has no map to show, and what draws one."""

import shlex

import streamlit as st

from dashboard import data
from dashboard.parts import shell
from dashboard.parts.atlas.points import lost
from dashboard.text import md
from db.queries import overview

_STAGE = "atlas"


def told() -> None:
    """In the place of the map."""
    files = lost()
    if files:
        names = " and ".join(f"“{md(name)}”" for name in files)
        st.error(
            "This audit lists a map that cannot be read. Missing, cut short or no map among its "
            f"arrays: {names}.",
            icon=":material/broken_image:",
        )
    else:
        shell.nothing("map", made_by=_STAGE)
        _notes()
    if data.read_only():
        st.caption("This is a bundle: a map is drawn in the audit it was made of.")
        return
    st.markdown("This draws one; it takes some seconds:")
    st.code(shlex.join(["glowworm", "map", str(data.store().directory)]), language="bash")


def _notes() -> None:
    """What the stage said, such as that there was too little to lay out."""
    stages = data.ask(overview.stages)
    for notes in stages.loc[stages["name"] == _STAGE, "notes"]:
        for note in notes:
            st.caption(md(note, 300))
