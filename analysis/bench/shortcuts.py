"""Are shortcuts found, and is what is clean left alone? On reefs whose plants are known.

Each reef is audited as a user's data would be (``run_audit``, without sentences); the shipped one,
on which rules and thresholds were chosen, and five others with other plants and classifiers
retrained on them. Baselines search the same audits in other ways.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.bench.figures import Figures
from analysis.bench.reefs import IMAGES_PER_CLASS, AuditedReef, audited_reefs
from analysis.bench.shortcut_baselines import BASELINES, Audited
from analysis.progress import Progress
from analysis.reef.truth import Truth
from analysis.reef.world import DEFAULT_WORLD
from db.queries.export import findings_records
from db.queries.frame import shown_first
from db.reader import AuditReader

RELIES = 0.1
"""A classifier relies on a cue when its class loses this much accuracy without it."""
FOUND_LATE = 5


def bench_shortcuts(*, reefs: int, progress: Progress) -> list[Figures]:
    """The search on each reef, then all ways of searching over the reefs but the shipped one.

    Args:
        reefs: how many of the other reefs; each not made before takes some minutes.
    """
    rows: list[dict[str, Any]] = []
    compared: dict[str, list[_Score]] = {}
    planted: list[dict[str, Any]] = []
    for reef in audited_reefs(reefs, progress):
        with AuditReader(reef.audit) as audit:
            ours = findings_records(audit.engine)
            score = _score(ours, reef)
            rows.append({"reef": reef.name, **_row([score])})
            planted += _planted(ours, reef)
            if reef.world != DEFAULT_WORLD or reefs == 0:
                compared.setdefault("glowworm", []).append(score)
                audited = Audited.of(audit, shown_first(audit.engine) or "")
                for name, search in BASELINES.items():
                    compared.setdefault(name, []).append(_score(search(audited), reef))
    return [
        Figures("Planted shortcuts, reef by reef", {"reef": "reef"} | _COLUMNS, rows,
                {"images a class": IMAGES_PER_CLASS}, _NOTES),
        Figures("The same search, and others, over the reefs that no rule was chosen on",
                {"search": "search"} | _COLUMNS,
                [{"search": name, **_row(scores)} for name, scores in compared.items()],
                {"reefs": len(compared["glowworm"])}, _NOTES),
        Figures("Each plant", _PLANTED_COLUMNS, planted),
    ]  # fmt: skip


_COLUMNS = {
    "first": "rank 1",
    "late": f"rank <= {FOUND_LATE}",
    "supported": "rank 1 and supported",
    "relied": f"rank 1, of those relied on (gap >= {RELIES})",
    "false": "clean classes with a supported finding",
    "rate": "false alarms a clean class",
    "accused": "clean classes with any at q <= .05",
}
_PLANTED_COLUMNS = {
    "reef": "reef", "class": "class", "cue": "cue", "gap": "accuracy lost without it",
    "rank": "rank", "verdict": "verdict", "q": "q", "first": "at rank 1",
}  # fmt: skip
_NOTES = [
    "A search without tests calls nothing supported; what it puts first counts as its alarm "
    "wherever it names anything, as it has no way to stay silent.",
]


@dataclass(frozen=True)
class _Score:
    planted: int
    first: int
    late: int
    supported: int
    relied_on: int
    relied_first: int
    clean: int
    false: int
    accused: int


def _score(findings: Sequence[Mapping[str, Any]], reef: AuditedReef) -> _Score:
    truth: Truth = reef.world.truth()
    unexpected = [row for row in findings if row["rank"] is not None]
    place = {(row["class"], row["concept"]): row for row in unexpected}
    found = [place.get(pair) for pair in truth.planted]
    first = [row is not None and row["rank"] == 1 for row in found]
    relied = [reef.gap(name) >= RELIES for name, _ in truth.planted]
    clean = [row for row in unexpected if row["class"] in truth.controls]
    return _Score(
        planted=len(found),
        first=sum(first),
        late=sum(row is not None and row["rank"] <= FOUND_LATE for row in found),
        supported=sum(
            row is not None and row["rank"] == 1 and row["verdict"] == "supported" for row in found
        ),
        relied_on=sum(relied),
        relied_first=sum(a and b for a, b in zip(first, relied, strict=True)),
        clean=len(truth.controls),
        false=len({row["class"] for row in clean if row["verdict"] == "supported"}),
        accused=len({row["class"] for row in clean if row["q"] is not None and row["q"] <= 0.05}),
    )


def _row(scores: Sequence[_Score]) -> dict[str, Any]:
    def total(name: str) -> int:
        return sum(getattr(score, name) for score in scores)

    planted, clean = total("planted"), total("clean")
    return {
        "first": f"{total('first')} of {planted}",
        "late": f"{total('late')} of {planted}",
        "supported": f"{total('supported')} of {planted}",
        "relied": f"{total('relied_first')} of {total('relied_on')}",
        "false": f"{total('false')} of {clean}",
        "rate": total("false") / clean,
        "accused": f"{total('accused')} of {clean}",
    }


def _planted(findings: Sequence[Mapping[str, Any]], reef: AuditedReef) -> list[dict[str, Any]]:
    rows = []
    for name, cue in reef.world.planted:
        of_class = [row for row in findings if row["class"] == name]
        own = next((row for row in of_class if row["concept"] == cue), {})
        top = next((row["concept"] for row in of_class if row["rank"] == 1), None)
        rows.append(
            {
                "reef": reef.name, "class": name, "cue": cue, "gap": reef.gap(name),
                "rank": own.get("rank"), "verdict": own.get("verdict"), "q": own.get("q"),
                "first": top,
            }
        )  # fmt: skip
    return rows
