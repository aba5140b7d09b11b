"""A browser without a screen, before a server that says what it is told to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

import pytest
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from analysis.bench.desk.session import connected


@contextmanager
def saying(*messages: ForwardMsg) -> Iterator[tuple[int, list[BackMsg]]]:
    """A server that answers every message with these; its port, and what it was asked."""
    asked: list[BackMsg] = []

    def answer(connection: ServerConnection) -> None:
        for received in connection:
            assert isinstance(received, bytes)
            asked.append(BackMsg.FromString(received))
            for message in messages:
                connection.send(message.SerializeToString())

    server = serve(answer, "127.0.0.1", 0, subprotocols=[Subprotocol("streamlit")])
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.socket.getsockname()[1], asked
    finally:
        server.shutdown()
        thread.join()


def over(status: int = ForwardMsg.FINISHED_SUCCESSFULLY) -> ForwardMsg:
    return ForwardMsg(script_finished=status)  # type: ignore[arg-type]


def text(body: str) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.markdown.body = body
    return message


def exception() -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.exception.type = "KeyError"
    message.delta.new_element.exception.message = "no such unit"
    return message


def alert(kind: int, icon: str = ":material/info:") -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.alert.icon = icon
    message.delta.new_element.alert.format = kind  # type: ignore[assignment]
    message.delta.new_element.alert.body = "This audit has no latent"
    return message


def missing() -> ForwardMsg:
    message = ForwardMsg()
    message.page_not_found.page_name = "nowhere"
    return message


def test_a_page_is_asked_for_and_waited_for() -> None:
    messages = (text("first"), text("second"), over())
    with saying(*messages) as (port, asked), connected(port) as session:
        view = session.open("latents", "latent=7")
        session.open("")
    assert [one.rerun_script.page_name for one in asked] == ["latents", ""]
    assert asked[0].rerun_script.query_string == "latent=7"
    assert view.size == sum(message.ByteSize() for message in messages)
    assert view.seconds > 0


def test_a_run_that_stops_for_another_is_not_the_end() -> None:
    early = over(ForwardMsg.FINISHED_EARLY_FOR_RERUN)
    with saying(early, text("after it"), over()) as (port, _), connected(port) as session:
        view = session.open("")
    assert view.size > early.ByteSize() + over().ByteSize()


@pytest.mark.parametrize("kind", [Alert.Format.INFO, Alert.Format.WARNING])
def test_a_harmless_message_is_no_fault(kind: int) -> None:
    with saying(alert(kind), over()) as (port, _), connected(port) as session:
        assert session.open("latents").size > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((exception(),), "/latents\\?latent=7 raised KeyError: no such unit"),
        ((alert(Alert.Format.ERROR),), "says: This audit has no latent"),
        ((alert(Alert.Format.WARNING, ":material/link_off:"),), "says: This audit has no latent"),
        ((missing(),), "is no page of the desk"),
        ((over(ForwardMsg.FINISHED_WITH_COMPILE_ERROR),), "did not compile"),
    ],
)
def test_a_page_that_fails_is_never_timed(wrong: Sequence[ForwardMsg], said: str) -> None:
    with (
        saying(*wrong, over()) as (port, _),
        connected(port) as session,
        pytest.raises(RuntimeError, match=said),
    ):
        session.open("latents", "latent=7")
