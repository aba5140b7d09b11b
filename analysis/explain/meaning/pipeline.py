"""The pipeline explanation: influential units, their meaning, a text."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Real

from analysis.explain.grounds import Decision, Grounds
from analysis.explain.language_model import LanguageModel
from analysis.explain.meaning.fires_on import fires_on
from analysis.explain.meaning.influential import Weighed
from analysis.explain.meaning.model_realiser import realise_with_model
from analysis.explain.meaning.realise import realise
from analysis.explain.meaning.regions import region
from analysis.explain.meaning.representation import (
    Decided,
    Evidence,
    Masked,
    Meaning,
    Polarity,
    strength_of,
)
from analysis.explain.said import Said
from analysis.explain.unasked import has_unasked

CITED = 3
"""Units that are told to speak for the class."""

Maps = Mapping[int, Real[np.ndarray, "rows columns"]]
"""Where units fire on the image, by their numbers."""


def explain_by_pipeline(
    grounds: Grounds,
    decision: Decision,
    maps: Maps | None = None,
    *,
    count: int = CITED,
    filter_words: bool = True,
    language_model: LanguageModel | None = None,
    seed: int,
) -> Said:
    """Say which units carry a decision, what they are called and where they fire.

    Args:
        maps: of the units that ``told_units`` gives, as far as there are any; None leaves out
            where they fire.
        count: most units told to speak for the class.
        filter_words: a label with a listed word is not shown; its unit is then without a name.
        language_model: writes the text, within the meaning; None writes it by rule.
        seed: of the floor of masking.
    """
    meaning = meaning_of(grounds, decision, maps, count=count, filter_words=filter_words, seed=seed)
    return (
        realise(meaning) if language_model is None else realise_with_model(meaning, language_model)
    )


def told_units(grounds: Grounds, decision: Decision, *, count: int = CITED) -> tuple[int, ...]:
    """Numbers of the units that an explanation tells, for and against: those to draw maps of."""
    weighed = Weighed.of(grounds, decision)
    opposing = weighed.opposing()
    return weighed.influential(count) + (() if opposing is None else (opposing,))


def meaning_of(
    grounds: Grounds,
    decision: Decision,
    maps: Maps | None = None,
    *,
    count: int = CITED,
    filter_words: bool = True,
    seed: int,
) -> Meaning:
    """The structured meaning of a decision; arguments as of ``explain_by_pipeline``."""
    weighed = Weighed.of(grounds, decision)
    cited, opposing = weighed.influential(count), weighed.opposing()
    evidence = _Evidence(grounds, decision, weighed, maps or {}, filter_words)
    before, after = weighed.without([]), weighed.without(cited)
    rival, logits = decision.rival(grounds.head), decision.logits(grounds.head)
    return Meaning(
        kind=grounds.units.kind,
        decided=Decided(
            class_name=grounds.class_names[decision.class_id],
            probability=float(before[decision.class_id]),
            rival=grounds.class_names[rival],
            rival_probability=float(before[rival]),
            lead=float(logits[decision.class_id] - logits[rival]),
        ),
        evidence=(
            *evidence.of(cited, "for"),
            *evidence.of([] if opposing is None else [opposing], "against"),
        ),
        unheld=weighed.unheld,
        masked=Masked(
            probability=float(after[decision.class_id]),
            winner=grounds.class_names[int(after.argmax())],
            chance=weighed.chance(len(cited), seed=seed),
        ),
    )


class _Evidence:
    """Makes evidence of units."""

    def __init__(
        self,
        grounds: Grounds,
        decision: Decision,
        weighed: Weighed,
        maps: Maps,
        filter_words: bool,
    ) -> None:
        self._activations = decision.activations
        self._grounds, self._labels = grounds, grounds.units.labels
        self._weighed, self._maps, self._filter_words = weighed, maps, filter_words

    def of(self, numbers: Sequence[int], polarity: Polarity) -> list[Evidence]:
        """Of these units, larger shares first; those that share a label are one."""
        found = [self._of(group, polarity) for group in self._by_label(numbers)]
        return sorted(found, key=lambda evidence: -evidence.share)

    def _by_label(self, numbers: Sequence[int]) -> Iterator[tuple[int, ...]]:
        groups: dict[str | int, list[int]] = {}
        for number in numbers:
            label = self._label(number)
            groups.setdefault(number if label is None else label.casefold(), []).append(number)
        return map(tuple, groups.values())

    def _label(self, number: int) -> str | None:
        label = self._labels[number]
        return None if label is None or (self._filter_words and has_unasked(label)) else label

    def _of(self, numbers: tuple[int, ...], polarity: Polarity) -> Evidence:
        share = abs(sum(self._weighed.share(number) for number in numbers))
        heats = [self._maps[number] for number in numbers if number in self._maps]
        label = self._label(numbers[0])
        return Evidence(
            units=numbers,
            label=label,
            share=share,
            strength=strength_of(share),
            region=region(np.sum(heats, axis=0)) if heats else None,
            polarity=polarity,
            fires_on=None if label is not None else self._fires_on(numbers[0]),
        )

    def _fires_on(self, number: int) -> tuple[int, tuple[tuple[str, int], ...]] | None:
        found = fires_on(self._grounds, number, sign=float(self._activations[number]))
        return found if found[1] else None
