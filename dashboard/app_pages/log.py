"""Report & log: the report, the lists, what people decided and how far they agree, the log."""

import streamlit as st

from dashboard.parts.people import author
from dashboard.parts.record import decisions, lists, log, report

_PARTS = {
    "Report": report.show,
    "Decisions": decisions.show,
    "Lists": lists.show,
    "Log": log.show,
}


def main() -> None:
    """The part that the address asks for."""
    st.title("Report & log", anchor=False)
    author.outcome()
    part = st.segmented_control(
        "Show",
        list(_PARTS),
        default="Report",
        required=True,
        key="g_show",
        bind="query-params",
        label_visibility="collapsed",
    )
    _PARTS[part or "Report"]()


main()
