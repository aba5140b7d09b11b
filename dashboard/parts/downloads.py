"""A table as a file: all its rows, as CSV for spreadsheets or as JSON for programs."""

from collections.abc import Callable
from functools import partial
from typing import Any, Concatenate, ParamSpec

import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from analysis.table_files import csv_bytes, json_bytes
from dashboard import data

P = ParamSpec("P")


def downloads(
    name: str,
    query: Callable[Concatenate[Engine, P], pd.DataFrame],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Two buttons under a table; ``query`` is asked for all its rows when one is pressed.

    ``name``, of which a page has each but once, is what the file is called, without its ending.
    """
    # Files are made in a thread of the server's, which knows no session: the store goes along.
    buttons(name, partial(query, data.store().engine, *args, **kwargs))


def buttons(name: str, rows: Callable[[], pd.DataFrame]) -> None:
    """The two buttons; ``rows`` may not ask Streamlit for anything."""
    with st.container(horizontal=True, gap="small"):
        _button(
            "CSV",
            f"{name}.csv",
            lambda: csv_bytes(rows()),
            "All rows. What a spreadsheet would run as a formula has an apostrophe before it.",
        )
        _button("JSON", f"{name}.json", lambda: json_bytes(rows()), "All rows, names as they are.")


def _button(label: str, file: str, made: Callable[[], Any], help: str) -> None:
    st.download_button(
        label,
        data=made,
        file_name=file,
        mime="text/csv" if label == "CSV" else "application/json",
        key=f"download_{file}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help=help,
    )
