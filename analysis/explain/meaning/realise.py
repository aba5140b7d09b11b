"""A meaning put into plain sentences by rule: nothing can be said that the meaning does not hold.

Labels stand in quotation marks, so that an adjective ("glowing") reads as well as a phrase ("two
eyes on the front of the head"). The first sentence says what the decision rests on, stronger
evidence first; the second what speaks against it; the last what is left of the class's probability
once its evidence is masked, beside the floor of masking as many units at random. Of a unit without
a name it is told what the images on which it is most active are taken for.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from analysis.explain.meaning.representation import Evidence, Meaning
from analysis.explain.said import Phrase, Said

OF_ALL = "of what speaks for it"
MOST = 0.5
"""Share that no unit holds, from which it is told."""
_ADVERBS = {"strong": "mainly", "medium": "partly", "weak": "slightly"}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class _Writer:
    """A text that grows, and its claims."""

    def __init__(self) -> None:
        self.text = ""
        self.phrases: list[Phrase] = []

    def say(self, words: str) -> None:
        self.text += words

    def claim(self, evidence: Evidence, meaning: Meaning, *, first: bool = False) -> None:
        """Name a piece of evidence; ``first`` says what its share is a share of."""
        start = len(self.text) + (evidence.label is not None)
        self.say(name_of(evidence, meaning))
        end = len(self.text) - (evidence.label is not None)
        against = evidence.polarity == "against"
        self.phrases.append(Phrase(start, end, evidence.label or "", evidence.units, against))
        self.say(f" ({', '.join(_aside(evidence, meaning, first))})")


def realise(meaning: Meaning) -> Said:
    """The text of a meaning.

    Phrase ``i`` claims what ``meaning.evidence[i]`` holds: it is the label, without its quotation
    marks; for units without a name it is the words that say so, and its own meaning is empty.
    """
    writer = _Writer()
    writer.say(_opening(meaning))
    if meaning.of("for"):
        _say_for(writer, meaning)
    else:
        writer.say(f"no active {meaning.kind} carries this decision.")
    if meaning.of("against"):
        writer.say(" Against it speaks ")
        _say_list(writer, meaning, meaning.of("against"))
        writer.say(".")
    if meaning.of("for"):
        writer.say(f" {_masked(meaning)}")
    return Said(
        "pipeline",
        writer.text,
        tuple(writer.phrases),
        {"meaning": meaning.to_json(), "realiser": "deterministic"},
    )


def name_of(evidence: Evidence, meaning: Meaning) -> str:
    """Its label in quotation marks, or the numbers of units that have none."""
    if evidence.label is not None:
        return f"“{evidence.label}”"
    return f"unnamed {meaning.kind} {_and([str(number) for number in evidence.units])}"


def percent(share: float) -> str:
    """A share in words: whole per cents, with one place below one; never 0 or 100 by rounding."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.995 <= share < 1:
        return "more than 99 %"
    return f"{100 * share:.1f} %" if 0 < share < 0.0095 else f"{100 * share:.0f} %"


def _opening(meaning: Meaning) -> str:
    decided = meaning.decided
    name = decided.class_name[:1].upper() + decided.class_name[1:]
    before = "before" if decided.lead >= 0 else "behind"
    rival = f"{decided.rival} with {percent(decided.rival_probability)}"
    return f"{name} ({percent(decided.probability)}, {before} {rival}): "


def _say_for(writer: _Writer, meaning: Meaning) -> None:
    """What the decision rests on, each strength by its own adverb."""
    evidence = meaning.of("for")
    if evidence[0].strength == "weak":
        writer.say(_many_small(meaning))
        _say_list(writer, meaning, evidence)
        writer.say(".")
        return
    writer.say("the decision rests ")
    groups = [tuple(group) for _, group in groupby(evidence, lambda one: one.strength)]
    for group, joint in zip(groups, _joints(len(groups), last=", and "), strict=True):
        writer.say(f"{joint}{_ADVERBS[group[0].strength]} on ")
        _say_list(writer, meaning, group)
    if meaning.unheld >= MOST:
        writer.say(f"; {percent(meaning.unheld)} is held by no {meaning.kind}")
    writer.say(".")


def _many_small(meaning: Meaning) -> str:
    """Before evidence of which none is medium or strong."""
    if meaning.unheld < MOST:
        return "the decision rests on many small parts, among them "
    return (
        f"most of what speaks for it ({percent(meaning.unheld)}) is held by no {meaning.kind}; "
        f"of the small parts that {meaning.kind}s hold, it rests on "
    )


def _say_list(writer: _Writer, meaning: Meaning, evidence: Sequence[Evidence]) -> None:
    for number, (one, joint) in enumerate(zip(evidence, _joints(len(evidence)), strict=True)):
        writer.say(joint)
        writer.claim(one, meaning, first=number == 0 and one == meaning.evidence[0])


def _joints(count: int, *, last: str = " and ") -> Iterator[str]:
    """What stands before each of several things."""
    for number in range(count):
        yield "" if number == 0 else last if number == count - 1 else ", "


def _aside(evidence: Evidence, meaning: Meaning, first: bool) -> Iterator[str]:
    """What stands in brackets behind a name."""
    if evidence.label is not None and len(evidence.units) > 1:
        yield f"{_count(len(evidence.units))} {meaning.kind}s"
    yield percent(evidence.share) + (f" {OF_ALL}" if first else "")
    if evidence.region is not None:
        yield evidence.region
    if evidence.fires_on:
        images, classes = evidence.fires_on
        told = ", ".join(f"{name} {count}" for name, count in classes)
        yield f"{_count(images)} strongest images: {told}"


def _masked(meaning: Meaning) -> str:
    """What masking the evidence does, beside its floor."""
    masked, name = meaning.masked, meaning.decided.class_name
    one = len(meaning.units_for) == 1
    units = (
        f"that {meaning.kind}" if one else f"those {_count(len(meaning.units_for))} {meaning.kind}s"
    )
    wins = f"{name} still wins" if masked.winner == name else f"{masked.winner} wins"
    told = f"With {units} masked, its probability is {percent(masked.probability)} and {wins}"
    if masked.chance is None:
        return f"{told}; no other {meaning.kind} is active."
    drawn = "one" if one else "as many"
    return f"{told}; with {drawn} drawn at random among the active ones, {percent(masked.chance)}."


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _and(names: Sequence[str]) -> str:
    return "".join(joint + name for joint, name in zip(_joints(len(names)), names, strict=True))
