"""The structured meaning representation: all that a text about a decision may say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from analysis.errors import InputError
from analysis.explain.grounds import UnitKind

Strength = Literal["strong", "medium", "weak"]
Polarity = Literal["for", "against"]

STRONG, MEDIUM = 0.30, 0.10
"""Shares from which evidence is strong, or medium."""


def strength_of(share: float) -> Strength:
    """In a word."""
    return "strong" if share >= STRONG else "medium" if share >= MEDIUM else "weak"


@dataclass(frozen=True)
class Decided:
    """What was decided.

    Attributes:
        class_name: the class that is explained.
        rival: the most probable other class.
        lead: logit of the class less that of the rival; below zero where the rival won.
    """

    class_name: str
    probability: float
    rival: str
    rival_probability: float
    lead: float


@dataclass(frozen=True)
class Evidence:
    """What speaks for the decision, or against it.

    Attributes:
        units: numbers of the units, several where they share a label.
        label: None where the units have no name, or one that is not shown.
        share: of all that speaks for the class (see ``Weighed``).
        region: where in the image, in words; None where that is not known.
        fires_on: how many images were looked at on which a unit without a name fires most, and
            classes with how many of these are taken for each (see ``fires_on``); None where the
            unit has a name, and where no class is there more often than by chance.
    """

    units: tuple[int, ...]
    label: str | None
    share: float
    strength: Strength
    region: str | None
    polarity: Polarity
    fires_on: tuple[int, tuple[tuple[str, int], ...]] | None = None


@dataclass(frozen=True)
class Masked:
    """What masking the evidence for the class does.

    Attributes:
        probability: of the class without them.
        winner: the class that wins without them.
        chance: mean probability without as many active units drawn at random; None where no more
            are active.
    """

    probability: float
    winner: str
    chance: float | None


@dataclass(frozen=True)
class Meaning:
    """One decision's representation.

    Attributes:
        evidence: for the class first, larger shares first.
        unheld: share of all that speaks for the class that no unit holds.
    """

    kind: UnitKind
    decided: Decided
    evidence: tuple[Evidence, ...]
    unheld: float
    masked: Masked

    def of(self, polarity: Polarity) -> tuple[Evidence, ...]:
        """The evidence of one polarity, in its order."""
        return tuple(one for one in self.evidence if one.polarity == polarity)

    @property
    def units_for(self) -> tuple[int, ...]:
        """Numbers of the units that speak for the class: those that ``masked`` is about."""
        return tuple(number for one in self.of("for") for number in one.units)

    def to_json(self) -> dict[str, Any]:
        """Ready for ``json.dumps``."""
        told = asdict(self)
        told["evidence"] = [
            one | {"units": list(one["units"]), "fires_on": _listed(one["fires_on"])}
            for one in told["evidence"]
        ]
        return told

    @classmethod
    def from_json(cls, told: Any) -> "Meaning":
        """Read what ``to_json`` wrote.

        Raises:
            InputError: a field is missing, unknown or of another type.
        """
        known = _fields(cls, told)
        if known["kind"] not in get_args(UnitKind) or not isinstance(known["evidence"], list):
            raise InputError("a meaning is of latents or neurons, and lists its evidence")
        return cls(
            kind=known["kind"],
            decided=Decided(**_fields(Decided, known["decided"])),
            evidence=tuple(_evidence(one) for one in known["evidence"]),
            unheld=known["unheld"],
            masked=Masked(**_fields(Masked, known["masked"])),
        )


def _evidence(told: Any) -> Evidence:
    known = _fields(Evidence, told)
    numbers = known["units"]
    if not numbers or not all(type(number) is int for number in numbers):
        raise InputError("evidence names at least one unit, by whole numbers")
    for name, words in (("strength", get_args(Strength)), ("polarity", get_args(Polarity))):
        if known[name] not in words:
            raise InputError(f"{name} of evidence is {' / '.join(words)}, not {known[name]!r}")
    known |= {"units": tuple(numbers), "fires_on": _fires_on(known["fires_on"])}
    return Evidence(**known)


def _listed(fires_on: tuple[int, Sequence[Sequence[Any]]] | None) -> list[Any] | None:
    return None if fires_on is None else [fires_on[0], [list(one) for one in fires_on[1]]]


def _fires_on(told: list[Any] | None) -> tuple[int, tuple[tuple[str, int], ...]] | None:
    match told:
        case None:
            return None
        case [int(images), [*classes]] if all(
            isinstance(one, list) and [type(part) for part in one] == [str, int] for one in classes
        ):
            return images, tuple((name, count) for name, count in classes)
    raise InputError(f"fires_on of evidence is a count and classes with counts, not {told!r}")


_TYPES: Mapping[str, tuple[type, ...]] = {
    "class_name": (str,),
    "probability": (float,),
    "rival": (str,),
    "rival_probability": (float,),
    "lead": (float,),
    "units": (list,),
    "label": (str, type(None)),
    "share": (float,),
    "strength": (str,),
    "region": (str, type(None)),
    "polarity": (str,),
    "fires_on": (list, type(None)),
    "winner": (str,),
    "chance": (float, type(None)),
    "kind": (str,),
    "decided": (dict,),
    "evidence": (list,),
    "unheld": (float,),
    "masked": (dict,),
}


def _fields(kind: type[Any], told: Any) -> dict[str, Any]:
    """The fields of a dataclass in a JSON object, and nothing else."""
    names = {field.name for field in fields(kind)}
    if not isinstance(told, dict) or told.keys() != names:
        raise InputError(
            f"{kind.__name__.lower()} needs exactly the fields {', '.join(sorted(names))}"
        )
    for name, value in told.items():
        if not isinstance(value, _TYPES[name]) or isinstance(value, bool):
            raise InputError(f"{name} of {kind.__name__.lower()} cannot be {value!r}")
    return dict(told)
