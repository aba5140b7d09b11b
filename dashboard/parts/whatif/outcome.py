"""What becomes of the decision: before and after in numbers, beside random changes as large."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from analysis.whatif import DRAWS, Edit, Subject
from dashboard.parts import numbers
from dashboard.text import md

SHOWN = 4
"""Best classes, of before and of after."""
_SEED = 0
_TOLD = 3  # changes that a sentence names


@dataclass(frozen=True)
class Outcome:
    """One image before and after; logits are less the mean of all classes', which the softmax
    does not see."""

    feature: np.ndarray
    before: np.ndarray
    after: np.ndarray
    random: np.ndarray
    """Logits after random changes as large: (draws, classes)."""

    @property
    def won(self) -> int:
        """The class that the image was taken for."""
        return int(self.before.argmax())

    @property
    def wins(self) -> int:
        """The class that it would be taken for."""
        return int(self.after.argmax())

    @property
    def classes(self) -> list[int]:
        """Those shown: the best of before, then who joins them."""
        best = [np.argsort(-logits, kind="stable")[:SHOWN] for logits in (self.before, self.after)]
        return list(dict.fromkeys(np.concatenate(best).tolist()))


def outcome(subject: Subject, edits: list[Edit]) -> Outcome:
    """The decision with these edits."""
    feature = subject.edited(edits)

    def logits(features: np.ndarray) -> np.ndarray:
        found = np.asarray(subject.head.logits(features), np.float64)
        return found - found.mean(axis=1, keepdims=True)

    before, after = logits(np.stack([subject.feature, feature]))
    return Outcome(feature, before, after, logits(subject.random(edits, seed=_SEED)))


def sentence(found: Outcome, changed: list[tuple[str, float, float]], names: dict[int, str]) -> str:
    """What the changes come to, as Markdown.

    Args:
        changed: of each change the unit's name (Markdown), its activation here, its new one.
        names: of the classes.
    """
    before, after = softmax(found.before), softmax(found.after)

    def share(of: np.ndarray, class_id: int) -> str:
        return numbers.percent(float(of[class_id]), 1)

    won, wins = found.won, found.wins
    told = _told(changed)
    if won == wins:
        now, was = share(after, won), share(before, won)
        return f"{told} it would still be **{md(names.get(won))}** ({now}, was {was})."
    return (
        f"{told} it would be **{md(names.get(wins))}** ({share(after, wins)}, was "
        f"{share(before, wins)}), not **{md(names.get(won))}** ({share(after, won)}, was "
        f"{share(before, won)})."
    )


def _told(changed: list[tuple[str, float, float]]) -> str:
    off = [name for name, _, value in changed if value == 0]
    moved = [
        f"{name} at {numbers.significant(value)} (here {numbers.significant(here)})"
        for name, here, value in changed
        if value
    ]
    if len(changed) > _TOLD:
        return f"With these {len(changed)} changes ({len(off)} of them units switched off)"
    parts = [f"without {' and '.join(off)}"] * bool(off) + [f"with {' and '.join(moved)}"] * bool(
        moved
    )
    said = ", and ".join(parts)
    return said[:1].upper() + said[1:]


def beside_random(found: Outcome) -> dict[str, list[str]]:
    """The change beside random ones as large, as columns of a table, in Markdown.

    Logits are told too: a probability near 1 hides how much was lost.
    """
    won = found.won
    before = float(softmax(found.before)[won])
    own = 100 * (float(softmax(found.after)[won]) - before)
    drawn = 100 * (softmax(found.random, axis=1)[:, won] - before)
    lead, leads = found.after[won] - found.before[won], found.random[:, won] - found.before[won]
    turned = int((found.random.argmax(axis=1) != won).sum())
    return {
        "": [
            "**these changes**",
            f"random ones, mean of {DRAWS}",
            "95 % change by at most",
        ],
        "its probability": [_points(own), _points(float(drawn.mean())), _within(drawn, " points")],
        "its logit": [
            numbers.signed(float(lead), 2),
            numbers.signed(float(leads.mean()), 2),
            _within(leads, ""),
        ],
        "decision": [
            "stays" if found.wins == won else "turns",
            f"turns in {numbers.of(turned, DRAWS)}",
            "",
        ],
    }


def _within(changes: np.ndarray, unit: str) -> str:
    return f"{np.quantile(np.abs(changes), 0.95):.{1 if unit else 2}f}{unit}"


def _points(value: float) -> str:
    return f"{numbers.signed(value, 1)} points"
