"""A browser without a screen: asks the desk for pages as Streamlit's own page does, and waits.

The only module here that knows Streamlit's protocol: protobuf messages over a websocket, one that
asks for a run of the script with an address, many back with what to show, and one that says that
the run is over. Nothing is cached on this side, so the desk sends everything every time.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_PATIENCE = 120.0
"""Seconds after which a page counts as hanging."""
_UNKNOWN = ":material/link_off:"
"""How the desk marks that an address asks for what is not there; other warnings are no fault."""


@dataclass(frozen=True)
class View:
    """One page as it came."""

    seconds: float
    """From asking until the run was over, fragments included."""
    size: int
    """Bytes of all messages."""


@contextmanager
def connected(port: int) -> Iterator["Session"]:
    """A new session on the desk; the desk shows nothing before a page is asked for."""
    with connect(
        f"ws://127.0.0.1:{port}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        compression=None,
        max_size=None,
        proxy=None,
    ) as socket:
        yield Session(socket)


class Session:
    """One connection to the desk: to it, one person with one browser tab."""

    def __init__(self, socket: ClientConnection) -> None:
        """Use ``connected`` instead."""
        self._socket = socket

    def open(self, page: str, query: str = "") -> View:
        """Ask for ``page`` (its path in the address; empty for the first) with a query string.

        Raises:
            RuntimeError: it showed an exception or an error, or what is asked for does not exist.
        """
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = query
        size = 0
        start = time.perf_counter()
        self._socket.send(asked.SerializeToString())
        while True:
            received = self._socket.recv(timeout=_PATIENCE, decode=False)
            size += len(received)
            message = ForwardMsg.FromString(received)
            if fault := _fault(message):
                raise RuntimeError(f"/{page}?{query} {fault}")
            if _is_over(message):
                return View(time.perf_counter() - start, size)


def _is_over(message: ForwardMsg) -> bool:
    """Whether nothing more comes: a run that stopped for another run is followed by that."""
    finished = message.WhichOneof("type") == "script_finished"
    return finished and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


def _fault(message: ForwardMsg) -> str | None:
    """What is wrong with a page, where one of its messages says so."""
    kind = message.WhichOneof("type")
    if kind == "page_not_found":
        return "is no page of the desk"
    if kind == "script_finished":
        broken = message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
        return "did not compile" if broken else None
    element = message.delta.new_element
    if element.WhichOneof("type") == "exception":
        return f"raised {element.exception.type}: {element.exception.message}"
    alert = element.alert
    if alert.format == Alert.Format.ERROR or alert.icon == _UNKNOWN:
        return f"says: {alert.body}"
    return None
