"""The faithfulness ledger: every claim of an explanation tied to units and tested by masking them.

A claim stands where all tests hold, and is struck out, with the first that fails, where not:

- *Seen*: the image's feature lies along û(claim) further than most of the audit's images do
  (``PRESENT`` standard deviations above their mean). A sentence must not speak of what is not
  there.
- *Leans on it* (claims of words): more of û(claim) raises log p of the class, on the way from the
  mean image to this one. This is FaithTrace's directional derivative, of the probability, for that
  of a linear head's logit would be the same for every image, and averaged over the path, as
  integrated gradients are: at the image alone it only asks what sets the class apart from its last
  rival, which often shows the same cue ("manta ray" in a cave against "squid in a cave").
- *Named* (claims of words): where the unit that carries the claim is well known (``WELL_KNOWN``),
  it, or another well-known unit of the claim, answers to the claim over the audit's images nearly
  as well (``NAMED``) as to its label.
  û("banana") and û("yellow") lie close together; only the images tell them apart. Of other units
  nobody knows better.
- *Masked*: without the claim's units the class's odds fall, and by more than without equally many
  other active units drawn at random (mean over the draws). Odds, for a logit alone can fall while
  the probability rises.

The constants weigh wrong words against true ones. On 56 decisions of the shipped reef that a cue
made, zero-shot names no absent attribute in .61 before and .89 after striking out, TEXTER in .04
and .68; were every unit held to its best concept they would reach .98 and .96. But there an
autoencoder of a real classifier, with 128 latents for 1,000 classes, left 4 % of the claims of ten
sentences standing, and struck "stone wall" out on a stone wall for a latent that is called
"large, ornate building"; so it leaves a quarter.

Units that were chosen because they contribute win against random ones almost by definition. How
much that is worth say the control of equal activation mass, told beside every claim, and, for all
cited units together, the units of largest activation and those of the plain top concepts
(``Ledger.masked``). A claim need not beat these to stand: what is most active on an image is mostly
what decides it, and a second cue beside a strong one would never pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import softmax

from analysis.explain.grounds import Decision, Grounds
from analysis.explain.masking import Fall, Masker
from analysis.explain.said import Phrase, Said
from analysis.textmap.base import unit_rows

PRESENT = 1.0
"""Standard deviations above the mean of the audit's images from which a claim counts as seen."""
NAMED = 0.9
"""Correlation of the claim with its first unit, as a share of that unit's label's."""
WELL_KNOWN = 0.6
"""Correlation of a unit with its label from which other words are held to that label."""
IMAGES = 2000
"""Of the audit, on which units are held to what they are called; drawn by seed."""
PATH = 20
"""Points between the mean image and this one."""
MOST_UNITS = 3
"""Units to which a claim of words is tied at most …"""
ENOUGH = 0.5
"""… and the share of what all units say for it at which no more are added."""
TOP_CONCEPTS = 3
"""Concepts of the highest plain cosine whose units are a baseline."""


@dataclass(frozen=True)
class Seen:
    """Where an image lies along û of a claim, and where that leads.

    Attributes:
        presence: z of the image's projection on û against the audit's images.
        slope: directional derivative of log p along û, averaged over the path from the mean image.
        projection: of the image's centred feature on û, in the feature's units.
    """

    presence: float
    slope: float
    projection: float


@dataclass(frozen=True)
class ExaminedClaim:
    """One claim and what became of it; falls are what masking its units takes from the class.

    Attributes:
        units: numbers, the one that says most for the claim first.
        contributions: of these units to the class's logit less the mean of all classes'.
        reason: why it is struck out; empty where it is supported.
        seen: None of units without a name.
        logit_random: mean over sets of equally many active units; ``_high`` their 95th percentile.
        logit_mass: likewise of random units of equal activation mass.
        odds_drop: fall of the class's log-odds, by which the claim is judged, beside
            ``odds_random``, the mean over sets of equally many active units.
    """

    phrase: Phrase
    units: tuple[int, ...]
    contributions: tuple[float, ...]
    supported: bool
    reason: str
    seen: Seen | None
    logit_drop: float
    logit_random: float
    logit_random_high: float
    logit_mass: float
    logit_mass_high: float
    probability_drop: float
    probability_random: float
    probability_mass: float
    odds_drop: float
    odds_random: float


@dataclass(frozen=True)
class Masked:
    """What masking some units costs the class; of random sets the mean."""

    units: str
    count: int
    logit_drop: float
    probability_drop: float


@dataclass(frozen=True)
class Curve:
    """The class's probability after 0, 1, 2 … units, by what the explanation cites first and in
    random order (mean)."""

    cited: tuple[float, ...]
    random: tuple[float, ...]

    @property
    def area(self) -> tuple[float, float]:
        """Mean height of both."""
        return float(np.mean(self.cited)), float(np.mean(self.random))


@dataclass(frozen=True)
class Ledger:
    """An explanation's claims, tested.

    Attributes:
        cited: units of all claims for the class, each once.
        logit: of the class less the mean of all classes', above what the mean feature gives.
        share: of that lead which all cited units account for.
        masked: the cited units first, then the baselines, as many each.
        deletion: units masked one after another; insertion: put back one after another.
    """

    claims: tuple[ExaminedClaim, ...]
    cited: tuple[int, ...]
    probability: float
    logit: float
    share: float
    masked: tuple[Masked, ...]
    deletion: Curve
    insertion: Curve


class Examiner:
    """Tests explanations of one audit; what all decisions share is worked out once."""

    def __init__(self, grounds: Grounds, *, seed: int) -> None:
        self._grounds, self._seed = grounds, seed
        drawn = np.random.default_rng(seed).permutation(len(grounds.features))[:IMAGES]
        self._centred = grounds.features[drawn] - grounds.mean
        self._patterns = _standard(grounds.units.activations[drawn])
        self._called = self._answers_to_labels()

    def examine(self, said: Said, decision: Decision) -> Ledger:
        """Every claim of a text tested on the decision it is about."""
        masker, gradient = Masker.of(self._grounds, decision), self._gradient(decision)
        directions = self._directions(said.phrases)
        claims = tuple(
            self._test(phrase, direction, decision, masker, gradient)
            for phrase, direction in zip(said.phrases, directions, strict=True)
        )
        cited = list(dict.fromkeys(u for c in claims if not c.phrase.against for u in c.units))
        row = self._grounds.head.centred[decision.class_id]
        lead = float((decision.feature - self._grounds.mean) @ row)
        return Ledger(
            claims=claims,
            cited=tuple(cited),
            probability=masker.probability,
            logit=lead,
            share=float(masker.contributions(cited).sum()) / lead if lead else 0.0,
            masked=self._masked(cited, decision, masker),
            deletion=self._curve(cited, masker, put_back=False),
            insertion=self._curve(cited, masker, put_back=True),
        )

    def _directions(self, phrases: Sequence[Phrase]) -> list[np.ndarray | None]:
        """û of every claim that has words."""
        words = [phrase.meaning for phrase in phrases if phrase.meaning]
        told = iter(unit_rows(self._grounds.text_direction(words)) if words else ())
        return [next(told) if phrase.meaning else None for phrase in phrases]

    def _test(
        self,
        phrase: Phrase,
        direction: np.ndarray | None,
        decision: Decision,
        masker: Masker,
        gradient: Float[np.ndarray, " features"],
    ) -> ExaminedClaim:
        seen = None if direction is None else self._seen(direction, decision, gradient)
        if phrase.units is not None:
            units = phrase.units
        else:
            units = () if direction is None else self._tied(direction, masker)
        own = masker.fall(masker.mask(units))
        random = masker.fall(masker.random(len(units), seed=self._seed, but=units))
        mass = masker.fall(masker.random_mass(masker.mass(units), seed=self._seed, but=units))
        better = None if direction is None or not units else self._better(direction, units)
        reason = _reason(phrase, units, seen, better, own, random)
        return ExaminedClaim(
            phrase=phrase,
            units=units,
            contributions=tuple(masker.contributions(units).tolist()),
            supported=not reason,
            reason=reason,
            seen=seen,
            logit_drop=float(own.logit[0]),
            logit_random=float(random.logit.mean()),
            logit_random_high=float(np.percentile(random.logit, 95)),
            logit_mass=float(mass.logit.mean()),
            logit_mass_high=float(np.percentile(mass.logit, 95)),
            probability_drop=float(own.probability[0]),
            probability_random=float(random.probability.mean()),
            probability_mass=float(mass.probability.mean()),
            odds_drop=float(own.odds[0]),
            odds_random=float(random.odds.mean()),
        )

    def _seen(
        self,
        direction: Float[np.ndarray, " features"],
        decision: Decision,
        gradient: Float[np.ndarray, " features"],
    ) -> Seen:
        projection = float((decision.feature - self._grounds.mean) @ direction)
        spread = float((self._centred @ direction).std())
        return Seen(
            presence=projection / spread if spread > 0 else 0.0,
            slope=float(direction @ gradient),
            projection=projection,
        )

    def _gradient(self, decision: Decision) -> Float[np.ndarray, " features"]:
        """Of log p of the class, averaged over the path from the mean image: w_c − Σ_k p_k w_k."""
        head, mean = self._grounds.head, self._grounds.mean
        steps = (np.arange(PATH, dtype=np.float32)[:, None] + 0.5) / PATH
        logits = head.logits(mean + steps * (decision.feature - mean))
        return head.weight[decision.class_id] - softmax(logits, axis=1).mean(axis=0) @ head.weight

    def _answers_to_labels(self) -> dict[int, float]:
        """Of every unit that has a label, its correlation with û(label) over the images."""
        labels = {j: label for j, label in enumerate(self._grounds.units.labels) if label}
        if not labels:
            return {}
        directions = unit_rows(self._grounds.text_direction(list(labels.values())))
        patterns = self._patterns[:, list(labels)]
        answers = (_standard(self._centred @ directions.T) * patterns).sum(axis=0)
        return dict(zip(labels, answers.tolist(), strict=True))

    def _better(
        self, direction: Float[np.ndarray, " features"], units: Sequence[int]
    ) -> str | None:
        """The label of the claim's first unit, where that unit is well known and answers to its
        label much better, and no other well-known unit of the claim answers to it."""
        known = [unit for unit in units if self._called.get(unit, 0.0) >= WELL_KNOWN]
        if not known or known[0] != units[0]:
            return None
        told = _standard(self._centred @ direction[:, None])[:, 0] @ self._patterns[:, known]
        answers = [self._called[unit] for unit in known]
        if (told >= NAMED * np.array(answers)).any():
            return None
        return self._grounds.units.labels[units[0]]

    def _tied(self, direction: Float[np.ndarray, " features"], masker: Masker) -> tuple[int, ...]:
        """The active units that carry most of what the image holds along û: a_j · d_j · û, largest
        first, until they carry ``ENOUGH`` of it or are ``MOST_UNITS``."""
        along = self._grounds.units.directions[masker.active] @ direction
        said = np.maximum(masker.activations * along, 0)
        order = np.argsort(-said, kind="stable")[:MOST_UNITS]
        order = order[said[order] > 0]
        before = np.cumsum(said[order]) - said[order]
        return tuple(masker.active[order[before < ENOUGH * said.sum()]].tolist())

    def _masked(
        self, cited: Sequence[int], decision: Decision, masker: Masker
    ) -> tuple[Masked, ...]:
        """The cited units against as many of every baseline's."""
        count = len(cited)
        strongest = masker.active[np.argsort(-masker.activations, kind="stable")[:count]].tolist()
        sets = {
            "cited": masker.mask(cited),
            "random": masker.random(count, seed=self._seed),
            "random, equal mass": masker.random_mass(masker.mass(cited), seed=self._seed),
            "largest activation": masker.mask(strongest),
            "plain top concepts": masker.mask(self._of_top_concepts(decision, masker, count)),
        }
        falls = {name: masker.fall(masks) for name, masks in sets.items()}
        return tuple(
            Masked(name, count, float(fall.logit.mean()), float(fall.probability.mean()))
            for name, fall in falls.items()
        )

    def _of_top_concepts(self, decision: Decision, masker: Masker, count: int) -> list[int]:
        """Active units that say most for the ``TOP_CONCEPTS`` concepts of highest cos(f, û)."""
        grounds = self._grounds
        cosines = grounds.concept_units @ (decision.feature - grounds.mean)
        top = np.argsort(-cosines, kind="stable")[:TOP_CONCEPTS]
        towards = grounds.units.directions[masker.active] @ grounds.concept_units[top].sum(axis=0)
        order = np.argsort(-masker.activations * towards, kind="stable")
        return masker.active[order[:count]].tolist()

    def _curve(self, cited: Sequence[int], masker: Masker, *, put_back: bool) -> Curve:
        """Probability as units are masked one by one, or, of all masked ones, put back."""
        steps = range(len(cited) + 1)
        own = np.concatenate([masker.mask(cited[:step]) for step in steps])
        random = [masker.random(step, seed=self._seed) for step in steps]
        if put_back:
            own, random = 1 - own, [1 - masks for masks in random]
        probability = masker.probabilities(own)[:, masker.class_id]
        drawn = [masker.probabilities(masks)[:, masker.class_id].mean() for masks in random]
        return Curve(tuple(probability.tolist()), tuple(map(float, drawn)))


def _reason(
    phrase: Phrase,
    units: Sequence[int],
    seen: Seen | None,
    better: str | None,
    own: Fall,
    random: Fall,
) -> str:
    """The first test that fails, in words; empty where all hold.

    What is said to speak against the class must do there what is asked of the others for it.
    """
    sign = -1.0 if phrase.against else 1.0
    drop = sign * float(own.odds[0])
    if not units:
        return "no unit that is active on the image says it"
    if seen is not None and seen.presence < PRESENT:
        return f"the image does not show it ({seen.presence:+.1f} SD of all images)"
    if seen is not None and phrase.units is None and sign * seen.slope <= 0:
        return "more of it would make the class less likely"
    if better is not None and phrase.units is None:
        return f"its unit is called “{better}” and answers to that rather than to this"
    if drop <= max(0.0, sign * float(random.odds.mean())):
        return "masking its units moves the odds of the class no more than masking others"
    return ""


def _standard(columns: Float[np.ndarray, "images columns"]) -> Float[np.ndarray, "images columns"]:
    """Columns of mean 0 and length 1, so that products are correlations; constant ones are 0."""
    centred = columns - columns.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    return centred / np.where(lengths > 0, lengths, 1)
