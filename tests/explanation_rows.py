"""The explanations of the small stores in ``tests.stores``, with claims that were tested.

1 (zero-shot, image 0) has a claim that holds and one that is struck out; 2 and 3 (images 1 and 2)
have none, as in a store of an earlier release; 4 (texter, image 0) speaks by neurons, with a second
judge; 5 (pipeline) is of class 0 as a whole, with neither score nor language model.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from db.schema import Base, Claim, ClaimUnit, Explanation

LEDGER = {
    "probability": 0.7,
    "logit": 4.0,
    "share": 0.375,
    "masked": [
        {"units": "cited", "count": 3, "logit_drop": 1.5, "probability_drop": 0.4},
        {"units": "random", "count": 3, "logit_drop": 0.25, "probability_drop": 0.05},
        {"units": "random, equal mass", "count": 3, "logit_drop": 0.5, "probability_drop": 0.1},
        {"units": "plain top concepts", "count": 3, "logit_drop": 1.0, "probability_drop": 0.2},
    ],
    "deletion": {"steps": [0, 1, 2], "cited": [0.7, 0.4, 0.3], "random": [0.7, 0.68, 0.65]},
    "insertion": {"steps": [0, 1, 2], "cited": [0.1, 0.4, 0.5], "random": [0.1, 0.12, 0.15]},
    "deletion_area": {"cited": 0.45, "random": 0.68},
    "insertion_area": {"cited": 0.35, "random": 0.12},
}
MEASURED = (
    "presence",
    "slope",
    "projection",
    "logit_drop",
    "logit_random",
    "logit_random_high",
    "logit_mass",
    "logit_mass_high",
    "probability_drop",
    "probability_random",
    "probability_mass",
)
HOLDS = (2.5, 0.75, 1.25, 1.5, 0.25, 0.5, 0.5, 1.0, 0.4, 0.05, 0.1)
FAILS = (-0.5, 0.0, -0.25, 0.1, 0.25, 0.5, 0.3, 0.6, 0.01, 0.05, 0.06)
UNMEASURED = (None,) * len(MEASURED)
# (explanation, claim): (unit's id, activation, contribution), the first first; 6 is neuron 0.
UNITS = {
    (1, 1): ((0, 1.0, 1.25), (2, 0.5, 0.25)),
    (1, 2): ((4, 0.25, 0.125),),
    (4, 1): ((6, 2.0, 1.5),),
    (5, 1): ((1, 1.0, 0.5),),
}
REASON = "masking its units takes no more of the logit than masking random ones"


def explanation_rows(
    concepts: Sequence[str], decided: Sequence[int]
) -> Mapping[type[Base], Sequence[Mapping[str, Any]]]:
    """All rows; ``decided`` are the classes that images 0 to 2 are taken for."""
    first = f"a {concepts[0]} thing in the water"
    fourth = f"{concepts[1]} before {concepts[0]}"
    fifth = f"{concepts[0]}, then {concepts[2]}"
    explanations = [
        _zero_shot(i, f"a {concepts[i]} thing in the water", decided[i]) for i in range(3)
    ]
    explanations[0] |= {"unit_kind": "latent", "ledger": LEDGER, "seed": 0}
    explanations.append(
        {**_zero_shot(0, fourth, decided[0]), "id": 4, "method": "texter", "score": 0.5}
        | {"unit_kind": "neuron", "judge": f"text map {concepts[1]}", "judge_score": 0.3}
        | {"judge_floor": 0.35, "details": {"retrieved": [concepts[0]]}, "seed": 7}
    )
    explanations.append(
        {**_zero_shot(0, fifth, 0), "id": 5, "method": "pipeline", "subject": "class"}
        | {"image_id": None, "score": None, "floor": None, "fluency": None}
        | {"language_model": None, "candidates": [], "unit_kind": "latent"}
        | {"details": {"roles": {"has": [concepts[0]], "stands in": [concepts[2]]}}}
    )
    claims = [
        _claim(1, 1, first, f"{concepts[0]} thing", HOLDS),
        _claim(1, 2, first, "in the water", FAILS, f"{REASON}: {concepts[3]}"),
        _claim(4, 1, fourth, concepts[1], HOLDS),
        _claim(4, 2, fourth, concepts[0], FAILS, "no unit of the decision is called so"),
        _claim(5, 1, fifth, concepts[0], UNMEASURED),
    ]
    return {Explanation: explanations, Claim: claims, ClaimUnit: _units()}


def _zero_shot(image: int, text: str, class_id: int) -> dict[str, Any]:
    return {
        "id": image + 1,
        "subject": "image",
        "image_id": image,
        "class_id": class_id,
        "method": "zero-shot",
        "text": text,
        "score": 0.6,
        "floor": 0.4,
        "fluency": -2.5,
        "language_model": "packaged",
        "text_map": "kernel",
        "config": {"iterations": 2},
        "candidates": [{"text": "a thing", "score": 0.3}],
        "seconds": 1.5,
        "unit_kind": None,
        "judge": None,
        "judge_score": None,
        "judge_floor": None,
        "seed": None,
        "details": {},
        "ledger": None,
    }


def _claim(
    explanation: int,
    number: int,
    whole: str,
    text: str,
    measured: Sequence[float | None],
    reason: str = "",
) -> dict[str, Any]:
    start = whole.rindex(text)
    told = {"explanation_id": explanation, "number": number, "text": text, "meaning": text}
    told |= {"start": start, "end": start + len(text), "supported": not reason, "reason": reason}
    return told | dict(zip(MEASURED, measured, strict=True))


def _units() -> list[dict[str, Any]]:
    return [
        {"explanation_id": explanation, "number": number, "rank": rank, "unit_id": unit}
        | {"activation": activation, "contribution": contribution}
        for (explanation, number), units in UNITS.items()
        for rank, (unit, activation, contribution) in enumerate(units, start=1)
    ]
