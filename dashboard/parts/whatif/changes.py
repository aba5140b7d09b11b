"""The changes of each image: kept while one looks at others, and written into the address.

An address may bring changes along; else those stand that were made in this session. The address
belongs to the page, the changes to an image: what it still says of the image before is passed over.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.parts.whatif import address
from dashboard.parts.whatif.address import Unit

_CHANGES, _ADDED, _WRITTEN = "whatif_changes", "whatif_added", "whatif_written"
_IMAGES = 50  # whose changes are remembered


def adopt(image_id: int, allows: Callable[[dict[Unit, float]], dict[Unit, float]]) -> int:
    """Take what the address brings, as far as ``allows`` lets it through; how much it did not.

    Only once a run of the whole page: what a quick hand on a slider sends may still bring the
    address of the move before, and would undo it.
    """
    asked = st.query_params.get(address.PARAMETER)
    if not asked or asked == st.session_state.get(_WRITTEN):
        return 0
    read, refused = address.read(asked)
    taken = allows(read)
    _put(image_id, taken)
    return refused + len(read) - len(taken)


def of(image_id: int) -> dict[Unit, float]:
    """The changes of an image."""
    return dict(st.session_state.get(_CHANGES, {}).get(image_id, {}))


def tell(image_id: int) -> str:
    """Write the changes of the image at hand into the address; returns them as text."""
    text = address.written(of(image_id))
    if text:
        st.query_params[address.PARAMETER] = text
    else:
        st.query_params.pop(address.PARAMETER, None)
    st.session_state[_WRITTEN] = text
    return text


def change(image_id: int, unit: Unit, value: float | None) -> None:
    """Set a unit; None leaves it as it is. Beyond the most changes no new unit is taken."""
    changes = of(image_id)
    if value is None:
        changes.pop(unit, None)
    elif unit in changes or len(changes) < address.MOST:
        changes[unit] = address.rounded(value)
    _put(image_id, changes)


def forget(image_id: int) -> None:
    """Everything as it is."""
    _put(image_id, {})
    st.session_state.get(_ADDED, {}).pop(image_id, None)


def added(image_id: int) -> list[Unit]:
    """Units that were asked for beside the strongest."""
    return list(st.session_state.get(_ADDED, {}).get(image_id, ()))


def add(image_id: int, unit: Unit) -> None:
    """Show one more unit."""
    kept = st.session_state.setdefault(_ADDED, {})
    kept[image_id] = [*(u for u in added(image_id) if u != unit), unit][-address.MOST :]


def _put(image_id: int, changes: Mapping[Unit, float]) -> None:
    kept = st.session_state.setdefault(_CHANGES, {})
    kept.pop(image_id, None)
    kept[image_id] = dict(changes)
    while len(kept) > _IMAGES:
        del kept[next(iter(kept))]
