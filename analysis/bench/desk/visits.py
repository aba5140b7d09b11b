"""Every page visited many times: in new sessions, and in one that goes on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.bench.desk.addresses import Address, queries
from analysis.bench.desk.made_up.world import World
from analysis.bench.desk.server import Memory, Server
from analysis.bench.desk.session import Session, connected
from analysis.progress import Advance, Progress


@dataclass(frozen=True)
class Visit:
    """One view of a page."""

    seconds: float
    processor: float
    """Seconds that the server's threads computed: less than ``seconds`` where others had the
    processor."""
    size: int
    """Bytes sent."""


@dataclass(frozen=True)
class Measured:
    """All visits of every address, by its name, and the server's memory along the way."""

    first: Mapping[str, Visit]
    """The very first of each, in the order of the addresses, on a server that has just started."""
    in_new_sessions: Mapping[str, Sequence[Visit]]
    in_one_session: Mapping[str, Sequence[Visit]]
    memory: Mapping[str, Memory]


Open = Callable[[Address, str], Visit]


def measure(
    server: Server,
    addresses: Sequence[Address],
    world: World,
    *,
    visits: int,
    seed: int,
    progress: Progress,
) -> Measured:
    """Visit in rounds, every address once in each, so that none finds the caches full of itself."""
    rng = np.random.default_rng(seed)
    drawn = {one.name: queries(one, world, rng) for one in addresses}
    memory = {"just started": server.memory()}

    def anew(address: Address, query: str) -> Visit:
        with connected(server.port) as session:
            return _visit(server, session, address, query)

    with progress.task("Opening pages", len(addresses) * (2 * visits + 1)) as advance:
        first = _rounds(addresses, drawn, 1, anew, advance)
        memory["after the first view of each"] = server.memory()
        fresh = _rounds(addresses, drawn, visits, anew, advance)
        memory["after the new sessions"] = server.memory()
        with connected(server.port) as session:

            def on(address: Address, query: str) -> Visit:
                return _visit(server, session, address, query)

            going_on = _rounds(addresses, drawn, visits, on, advance)
        memory["after the one session"] = server.memory()
    return Measured({name: found[0] for name, found in first.items()}, fresh, going_on, memory)


def _rounds(
    addresses: Sequence[Address],
    drawn: Mapping[str, Iterator[str]],
    rounds: int,
    look: Open,
    advance: Advance,
) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = {address.name: [] for address in addresses}
    for _ in range(rounds):
        for address in addresses:
            found[address.name].append(look(address, next(drawn[address.name])))
            advance(1)
    return found


def _visit(server: Server, session: Session, address: Address, query: str) -> Visit:
    before = server.processor_seconds()
    view = session.open(address.page, query)
    return Visit(view.seconds, server.processor_seconds() - before, view.size)
