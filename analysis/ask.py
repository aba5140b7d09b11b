"""Ask any text of an audit: which classes, latents, neurons and images respond to it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.asking.answers import Ranking, Reading, place, rank, read
from analysis.asking.encoders import load_reader
from analysis.asking.subject import Subject, open_subject
from db.queries.classes import class_names
from db.queries.images import image_paths
from db.reader import AuditReader


@dataclass(frozen=True)
class Answer:
    """Something that responds to the text."""

    kind: str
    """class, latent, neuron or image"""
    id: int
    """The number of the class, unit or image."""
    name: str
    score: float
    """Cosine with the text's direction û(t)."""
    percentile: float
    """Share of the audit's vocabulary that responds less here, in percent: the text's null."""


def ask(
    directory: Path, text: str, *, best: int, warn: Callable[[str], None] = lambda _: None
) -> list[Answer]:
    """The ``best`` of each kind, best first.

    ``warn`` is told, in a sentence, where the text lies far from every class name, and where only
    its beginning was read.

    Raises:
        StoreError: there is no audit, or an array of it is missing.
        InputError: the text is empty, or the audit has no text map yet.
        TextError: the audit's text encoder cannot be had.
    """
    with AuditReader(directory) as audit:
        subject = open_subject(directory, audit.engine)
        reading = read(subject, text, lambda: load_reader(subject.encoder))
        _warn(subject, reading, warn)
        rankings = [rank(subject, kind, reading, best=best) for kind in subject.rows]
        return [answer for ranking in rankings for answer in _named(subject, ranking)]


def _warn(subject: Subject, reading: Reading, warn: Callable[[str], None]) -> None:
    if reading.cut:
        warn(f"Only the first {len(reading.text):,} characters of the text were read.")
    placed = place(subject, reading)
    if placed.outside[0]:
        nearest = class_names(subject.engine)[int(placed.nearest[0])]
        warn(
            f"The text lies far from every class name (the nearest is {nearest}, cosine "
            f"{placed.cosine[0]:.2f}): what the text map says of it is extrapolation."
        )


def _named(subject: Subject, ranking: Ranking) -> list[Answer]:
    names: dict[int, str] = {}
    if ranking.kind == "class":
        names = class_names(subject.engine)
    elif ranking.kind == "image":
        names = image_paths(subject.engine)
    columns = (ranking.ids, ranking.scores, ranking.percentiles)
    return [
        Answer(ranking.kind, i, names.get(i, str(i)), score, percentile)
        for i, score, percentile in zip(*(column.tolist() for column in columns), strict=True)
    ]
