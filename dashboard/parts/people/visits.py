"""What is looked at goes into the log, once a session."""

import streamlit as st

from dashboard import data, route
from dashboard.parts.people import author
from db.errors import StoreError
from db.human.visits import record_visit

_SEEN = "people_seen"


def looked(kind: route.Kind, identity: int) -> None:
    """Record that the one who sits here looked at it; a store that is busy loses a look."""
    seen: set[tuple[str, str, int]] = st.session_state.setdefault(_SEEN, set())
    look = (author.author(), kind, identity)
    if not author.may_write() or look in seen:
        return
    seen.add(look)
    try:
        record_visit(data.store().directory, kind, identity, author=author.author())
    except StoreError:
        seen.discard(look)
