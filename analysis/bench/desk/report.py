"""``glowworm bench desk``: server time of every page on a large audit, and the server's memory."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from analysis.bench.desk.addresses import ADDRESSES
from analysis.bench.desk.made_up.kept_store import kept_store
from analysis.bench.desk.made_up.world import World
from analysis.bench.desk.server import served
from analysis.bench.desk.sizes import Sizes
from analysis.bench.desk.visits import Measured, Visit, measure
from analysis.bench.figures import Figures
from analysis.progress import Progress

MOST_SECONDS = 0.5
"""At the 95th percentile, for every page."""
MOST_MEMORY = 1000.0
"""Of the server process, resident, in MB."""
CORES = 2


@dataclass(frozen=True)
class DeskBench:
    """The tables, and whether every page and the memory meet the goal."""

    figures: list[Figures]
    met: bool


def bench_desk(sizes: Sizes, *, visits: int, seed: int, progress: Progress) -> DeskBench:
    """Serve the made-up audit of these sizes and visit every page ``2 * visits + 1`` times."""
    directory = kept_store(sizes, progress)
    load = os.getloadavg()[0]
    with served(directory, cores=CORES) as server:
        found = measure(
            server, ADDRESSES, World(sizes), visits=visits, seed=seed, progress=progress
        )
    rows = [_page(found, address.name) for address in ADDRESSES]
    peak = max(memory.peak for memory in found.memory.values())
    settings = {
        **asdict(sizes),
        "visits": f"{visits} in new sessions and {visits} in one",
        "cores": CORES,
        "load of the machine before": round(load, 2),
    }
    return DeskBench(
        [_pages(rows, settings), _memory(found)],
        all(row["met"] == "yes" for row in rows) and peak < MOST_MEMORY,
    )


def _page(found: Measured, name: str) -> dict[str, Any]:
    anew, going_on = found.in_new_sessions[name], found.in_one_session[name]
    both = [*anew, *going_on]
    ends = [_p95(anew), _p95(going_on)]
    return {
        "page": name,
        "n": len(both),
        "median": float(np.median([visit.seconds for visit in both])),
        "anew": ends[0],
        "going_on": ends[1],
        "worst": max(visit.seconds for visit in both),
        "processor": _p95(both, "processor"),
        "first": found.first[name].seconds,
        "sent": round(float(np.median([visit.size for visit in both])) / 1000),
        "met": "yes" if max(ends) < MOST_SECONDS else "NO",
    }


def _p95(visits: Sequence[Visit], what: str = "seconds") -> float:
    return float(np.quantile([getattr(visit, what) for visit in visits], 0.95))


def _pages(rows: list[dict[str, Any]], settings: dict[str, Any]) -> Figures:
    return Figures(
        "The desk's pages, seconds of server time",
        {
            "page": "page",
            "n": "n",
            "median": "median",
            "anew": "p95, new sessions",
            "going_on": "p95, one session",
            "worst": "worst",
            "processor": "processor, p95",
            "first": "first view",
            "sent": "sent (kB)",
            "met": f"p95 < {MOST_SECONDS} s",
        },
        rows,
        settings,
        (
            "From the message that asks for a page until the script has run, over the websocket of "
            "the real server, everything sent each time; each visit of a page about one thing is "
            "about another one. The browser's own time is not in it, this client's reading is.",
            "Compare: with an audit of another training of the classifier, which lies beside it.",
            "First view: a server that has just started, pages in this order; what comes first "
            "also loads what all pages need.",
            "Processor: seconds that the server computed. Where they are far below the rest, "
            "others had the machine.",
        ),
    )


def _memory(found: Measured) -> Figures:
    rows = [
        {"when": when, **asdict(memory), "met": "yes" if memory.peak < MOST_MEMORY else "NO"}
        for when, memory in found.memory.items()
    ]
    return Figures(
        "The server process, MB",
        {
            "when": "when",
            "resident": "resident",
            "peak": "peak so far",
            "anonymous": "of it its own",
            "of_files": "of it mapped files",
            "met": f"peak < {MOST_MEMORY:.0f} MB",
        },
        rows,
        {"cores": CORES},
        (
            "Mapped files are the audit's arrays and libraries; the system takes their pages back "
            "when others need the memory.",
        ),
    )
