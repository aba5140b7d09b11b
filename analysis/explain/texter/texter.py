"""TEXTER: the texts nearest to what a decision rests on (Yamauchi, Kera, Kawamoto 2025).

A decision's most influential units (``influence``) are emphasised in its feature (``emphasis``);
what comes out goes into a joint space of features and texts (``joint``, ``clip_space``), where the
texts that stand out are retrieved. A concept image, that is a picture made to show the emphasised
feature, may stand in between (``concept_image``).

Where this departs from the paper:

- The joint space is the classifier's own, by the text map; CLIP where it is given.
- There is no concept image unless it is asked for. With it fewer texts name the planted cue (40
  images of the reef: .75 directly, .45 by a picture of 128 steps), for a picture made of phases
  never quite shows the feature (cosine .85), and what it adds goes into the texts.
- The candidates are the audit's concepts, less those that repeat the class's name; of texts of one
  meaning only the best is said.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import softmax

from analysis.errors import InputError, UsageError
from analysis.explain.grounds import Decision, Grounds
from analysis.explain.said import OPENING, Phrase, Said
from analysis.explain.texter.candidates import distinct, repeats_name, sayable
from analysis.explain.texter.emphasis import EMPHASIS, UNITS, Emphasised, emphasise
from analysis.explain.texter.joint import JointSpace, StandardScores, TextMapSpace
from analysis.explain.texter.visualiser import Visualiser

REFERENCE = 1000
"""Images of the audit that scores are standardised by, at most; drawn by seed."""


@dataclass(frozen=True)
class TexterConfig:
    """Constants of the method; k and the number of texts are the paper's."""

    units: int = UNITS
    emphasis: float = EMPHASIS
    texts: int = 3
    filter_words: bool = True

    def __post_init__(self) -> None:
        if self.units < 1 or self.texts < 1 or self.emphasis < 0:
            raise UsageError("TEXTER needs at least one unit and one text, and no emphasis below 0")


class Texter:
    """The method on one audit; what does not depend on the image is computed once."""

    def __init__(
        self,
        grounds: Grounds,
        config: TexterConfig | None = None,
        *,
        seed: int,
        joint: JointSpace | None = None,
        visualiser: Visualiser | None = None,
    ) -> None:
        """Prepare.

        Args:
            joint: None takes the text map's.
            visualiser: makes concept images, which then stand for the emphasised features.
        """
        self._grounds = grounds
        self._config = config or TexterConfig()
        self._seed, self._visualiser = seed, visualiser
        self._sayable = sayable(grounds.concepts, filter_words=self._config.filter_words)
        self._scores = StandardScores(joint or TextMapSpace(grounds), self._reference())

    def __call__(self, decision: Decision) -> Said:
        """The texts of one decision.

        Raises:
            InputError: no concept may be said of it.
        """
        critical = self._emphasise(
            decision.feature[None], decision.activations[None], np.array([decision.class_id])
        )
        feature, made = self._through_image(decision, critical.features[0])
        scores, standard = (rows[0] for rows in self._scores(feature[None]))
        chosen = self._chosen(decision, standard)
        texts = [self._grounds.concepts[i] for i in chosen]
        text, phrases = sentence(texts)
        details = {
            "influential": self._influential(critical),
            "texts": [
                {"text": t, "score": float(scores[i]), "z": float(standard[i])}
                for t, i in zip(texts, chosen, strict=True)
            ],
            "joint": self._scores.space.name,
            "concept_image": made,
        }
        return Said("texter", text, phrases, details)

    def _reference(self) -> Float[np.ndarray, "images features"]:
        """Decision-critical features of the audit's own decisions."""
        features = self._grounds.features
        drawn = np.random.default_rng(self._seed).permutation(len(features))[:REFERENCE]
        won = self._grounds.head.logits(features[drawn]).argmax(axis=1)
        return self._emphasise(
            features[drawn], self._grounds.units.activations[drawn], won
        ).features

    def _emphasise(
        self, features: np.ndarray, activations: np.ndarray, class_ids: np.ndarray
    ) -> Emphasised:
        return emphasise(
            self._grounds,
            features,
            activations,
            class_ids,
            count=self._config.units,
            emphasis=self._config.emphasis,
        )

    def _through_image(
        self, decision: Decision, critical: np.ndarray
    ) -> tuple[np.ndarray, dict[str, Any] | None]:
        """The feature that is put into words, and what became of the decision on the way."""
        if self._visualiser is None:
            return critical, None
        head, own = self._grounds.head, decision.class_id
        image = self._visualiser(critical, self._grounds.mean, seed=self._seed)
        logits = np.stack([head.logits(image.feature[None])[0], decision.logits(head)])
        made, given = softmax(logits, axis=1)[:, own]
        return image.feature - self._grounds.mean, {
            "kept": bool(logits[0].argmax() == own),
            "ratio": float(made / given),
            "cosine": image.cosine,
        }

    def _chosen(self, decision: Decision, standard: np.ndarray) -> list[int]:
        name, concepts = self._grounds.class_names[decision.class_id], self._grounds.concepts
        chosen = distinct(
            standard,
            lambda i: bool(self._sayable[i]) and not repeats_name(name, concepts[i]),
            self._grounds.concept_embeddings,
            self._grounds.concept_units,
            count=self._config.texts,
        )
        if not chosen:
            raise InputError(f"no concept is left to be said of {name!r}: give more --concepts")
        return chosen

    def _influential(self, critical: Emphasised) -> list[dict[str, Any]]:
        """The emphasised units, the most influential first."""
        parts, units = critical.influences[0], self._grounds.units
        chosen = np.flatnonzero(critical.emphasised[0])
        return [
            {
                "unit": j,
                "kind": units.kind,
                "attribution": float(parts[j]),
                "label": units.labels[j],
            }
            for j in chosen[np.argsort(-parts[chosen], kind="stable")].tolist()
        ]


def sentence(texts: list[str]) -> tuple[str, tuple[Phrase, ...]]:
    """A plain sentence of texts as they stand; semicolons where one has a comma of its own."""
    mark = "; " if any("," in text for text in texts) else ", "
    said, phrases = OPENING, []
    for i, text in enumerate(texts):
        if i:
            said += mark if i < len(texts) - 1 else mark.replace(", ", " ") + "and "
        phrases.append(Phrase(len(said), len(said) + len(text), text))
        said += text
    return said, tuple(phrases)
