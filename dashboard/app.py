"""The entry script: opens the audit, then runs the page that the address names."""

import streamlit as st

from dashboard import data, route, warm
from dashboard.parts import shell
from db.errors import StoreError

st.set_page_config(page_title="Glowworm", page_icon=shell.ICON, layout="wide")
warm.up()
trouble: StoreError | None = None
try:
    data.open_store()
except StoreError as error:
    trouble = error
# Which pages there are depends on the audit, but some there must be before anything is shown.
page = shell.navigation(channels=trouble is None and shell.has_channels())
try:
    if trouble is not None:
        raise trouble
    route.arrive(f"app_pages/{page.url_path or 'overview'}.py")
    shell.sidebar()
    page.run()
except StoreError as error:
    shell.unusable(error)
