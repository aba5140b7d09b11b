"""What the pages need of libraries, loaded once and set apart from the garbage collector."""

import gc
import importlib
import pkgutil

import streamlit as st

from dashboard import parts


@st.cache_resource(show_spinner=False)
def up() -> None:
    """Load what all pages share; the first call takes the seconds that any page would need.

    Streamlit collects garbage after each run of the script. Walking the half million objects that
    plotly, pandas and SQLAlchemy keep for ever takes a tenth of a second each time and frees
    nothing, so they are frozen (``gc.freeze``); what pages make afterwards is collected as before.
    """
    for module in pkgutil.walk_packages(parts.__path__, f"{parts.__name__}."):
        importlib.import_module(module.name)
    gc.collect()
    gc.freeze()
