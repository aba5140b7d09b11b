"""How well pictures are classified when concepts stand beside the class names (paper §4.3).

The paper regresses each class embedding from the mean encoding of "an image of a {class name, u}"
over B detected concepts u, but concepts are detected in an image's f, while a class embedding
serves every image. Whose concepts stand beside whose name, and whether the map is fitted on the
new texts, is not said, so each reading is a variant here, beside floors that know no concept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from analysis.bench.data import BenchData
from analysis.cache import cached_array, digest
from analysis.concepts import best_columns, class_means
from analysis.errors import InputError
from analysis.progress import Progress
from analysis.text.prompts import class_prompts
from analysis.textmap.base import FittedTextMap, TextMapEstimator, cosine, unit_rows
from analysis.textmap.held_out import rank_of
from analysis.textmap.mlp import MlpEstimator

HEAD = "the classifier's own head (ceiling)"
NAMES = "none: the name only"
TO_ALL = "the picture's own, in every class's text"
TO_OWN = "the picture's own, in its own class's text alone (leaks the label)"
WEIGHTS = "each class's, detected in w_c"
PICTURES = "each class's, detected in other pictures of it"
RANDOM = "random (floor)"
ANOTHER = "another class's, from its pictures (floor)"
ON_NAMES, ON_TEXTS = "names", "these texts"
BLOCK = 1024
"""Texts encoded between two steps of the bar."""


@dataclass(frozen=True)
class Design:
    """What is drawn, once for all estimators; pictures are rows of the features."""

    detection: Int[np.ndarray, " detection"]
    """Half of each class's pictures, in which concepts are detected."""
    test: Int[np.ndarray, " test"]
    """The other half, which is classified."""
    sample: Int[np.ndarray, " sample"]
    """Those of ``test`` whose own concepts are tried in other classes' texts."""
    leaking: Int[np.ndarray, " leaking"]
    """Those whose own concepts stand in their own class's text: the sample and as many more as
    cost as many texts."""
    pictured: Int[np.ndarray, " pictured"]
    """Classes with a picture in ``detection``; the others keep their bare names."""
    random: Int[np.ndarray, "pictured best"]
    """Concepts that nothing chose."""
    another: Int[np.ndarray, " pictured"]
    """For each of ``pictured``, the row of another class."""
    best: int
    """B of the paper."""
    candidates: int
    """Classes that a picture's own concepts are tried on: its best by name."""


@dataclass(frozen=True)
class Outcome:
    """One variant's ranks of the right class, counted from 1."""

    concepts: str
    fitted_on: str | None
    """None for the head, which needs no map."""
    pictures: Int[np.ndarray, " pictures"]
    ranks: Int[np.ndarray, " pictures"]
    distinct: int | None = None
    """How many different concepts stood beside names."""


@dataclass(frozen=True)
class ConceptTexts:
    """Encodes "an image of a {class name, concept}"."""

    data: BenchData
    concepts: Sequence[str]
    progress: Progress

    def __call__(
        self, classes: Int[np.ndarray, " rows"], chosen: Int[np.ndarray, "rows best"]
    ) -> Float[np.ndarray, "rows embedding"]:
        """The mean encoding of each class with its chosen concepts, scaled back to unit length.

        Text maps are defined on unit rows; the mean of unit rows is shorter.
        """
        names = self.data.class_names
        texts = class_prompts(
            [
                f"{names[class_id]}, {self.concepts[concept]}"
                for class_id, row in zip(classes.tolist(), chosen.tolist(), strict=True)
                for concept in row
            ]
        )
        key = digest(self.data.encoder.sha256, repr(chosen.shape), *texts)
        encoded = cached_array("concept-texts", key, lambda: self._means(texts, chosen.shape[1]))
        return unit_rows(encoded)

    def _means(self, texts: Sequence[str], best: int) -> Float[np.ndarray, "rows embedding"]:
        blocks = []
        with self.progress.task("Encoding names with concepts", len(texts)) as advance:
            for start in range(0, len(texts), BLOCK):
                blocks.append(self.data.encoder.encode(texts[start : start + BLOCK]))
                advance(len(blocks[-1]))
        encoded = np.concatenate(blocks)
        return encoded.reshape(-1, best, encoded.shape[1]).mean(1)


@dataclass(frozen=True)
class Space:
    """Class embeddings and features as one estimator takes them: the paper's MLP raw, ours centred.

    Features are centred on the pictures of the detection half, so that none that is classified
    tells where the others lie.
    """

    estimator: TextMapEstimator
    raw: bool
    weights: Float[np.ndarray, "classes features"]
    features: Float[np.ndarray, "images features"]
    seed: int

    @classmethod
    def of(
        cls, estimator: TextMapEstimator, data: BenchData, design: Design, *, seed: int
    ) -> "Space":
        """The space of an estimator."""
        if isinstance(estimator, MlpEstimator):
            return cls(estimator, True, data.weights, data.features, seed)
        features = data.features - data.features[design.detection].mean(0)
        return cls(estimator, False, data.weights - data.weights.mean(0), features, seed)

    def fit(self, embeddings: Float[np.ndarray, "classes embedding"]) -> FittedTextMap:
        """The map from these texts, one for each class, to the class embeddings."""
        return self.estimator.fit(embeddings, self.weights, seed=self.seed)


@dataclass(frozen=True)
class OwnConcepts:
    """Pictures classified by the concepts detected in themselves; the map is fitted on names."""

    space: Space
    on_names: FittedTextMap
    directions: Float[np.ndarray, "concepts features"]
    texts: ConceptTexts
    best: int

    def in_every_text(
        self,
        pictures: Int[np.ndarray, " pictures"],
        by_name: Float[np.ndarray, "pictures classes"],
        candidates: int,
    ) -> Outcome:
        """A picture's concepts tried in the texts of its best classes by name.

        The other classes keep their places behind these, so that the right one is found only
        where it is among them.
        """
        labels = self.texts.data.labels[pictures]
        tried = best_columns(by_name, candidates)
        scores, distinct = self._scores(pictures, tried)
        is_own = tried == labels[:, None]
        own = np.where(is_own, scores, -np.inf).max(1, keepdims=True)
        ranks = np.where(is_own.any(1), (scores >= own).sum(1), rank_of(by_name, labels))
        return Outcome(TO_ALL, ON_NAMES, pictures, ranks, distinct)

    def in_own_text(
        self,
        pictures: Int[np.ndarray, " pictures"],
        by_name: Float[np.ndarray, "pictures classes"],
    ) -> Outcome:
        """A picture's concepts in the text of the right class, against the others' names."""
        labels = self.texts.data.labels[pictures]
        scores, distinct = self._scores(pictures, labels[:, None])
        cosines = by_name.copy()
        np.put_along_axis(cosines, labels[:, None], scores, axis=1)
        return Outcome(TO_OWN, ON_NAMES, pictures, rank_of(cosines, labels), distinct)

    def _scores(
        self, pictures: Int[np.ndarray, " pictures"], classes: Int[np.ndarray, "pictures tried"]
    ) -> tuple[Float[np.ndarray, "pictures tried"], int]:
        """Cosines with the classes tried, and how many different concepts were detected."""
        raw = cosine(self.texts.data.features[pictures], self.directions)
        detected = best_columns(raw, self.best)
        embeddings = self.texts(classes.ravel(), np.repeat(detected, classes.shape[1], axis=0))
        mapped = unit_rows(self.on_names(embeddings)).reshape(*classes.shape, -1)
        features = unit_rows(self.space.features[pictures])
        return np.einsum("pd,ptd->pt", features, mapped), len(np.unique(detected))


def make_design(
    data: BenchData, concepts: int, *, best: int, most_images: int, candidates: int, seed: int
) -> Design:
    """Draw halves, sample, random concepts and exchanged classes.

    Raises:
        InputError: no class has two pictures.
    """
    rng = np.random.default_rng(seed)
    detection, test = halves(data.labels, rng)
    if not len(test):
        raise InputError("no class has two pictures, one to detect and one to test: add --images")
    pictured = np.unique(data.labels[detection])
    order = rng.permutation(len(pictured))
    another = np.empty_like(order)
    another[order] = np.roll(order, 1)
    random = best_columns(rng.random((len(pictured), concepts)), best)
    drawn = rng.permutation(test)
    return Design(
        detection=detection,
        test=test,
        sample=np.sort(drawn[:most_images]),
        leaking=np.sort(drawn[: most_images * candidates]),
        pictured=pictured,
        random=random,
        another=another,
        best=best,
        candidates=candidates,
    )


def halves(
    labels: Int[np.ndarray, " images"], rng: np.random.Generator
) -> tuple[Int[np.ndarray, " first"], Int[np.ndarray, " second"]]:
    """Deal each class's pictures into two halves at random; an odd one goes to the first."""
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    in_class = np.arange(len(order)) - np.searchsorted(labels[order], labels[order])
    return np.sort(order[in_class % 2 == 0]), np.sort(order[in_class % 2 == 1])


def outcomes(
    estimator: TextMapEstimator,
    data: BenchData,
    concept_embeddings: Float[np.ndarray, "concepts embedding"],
    texts: ConceptTexts,
    design: Design,
    *,
    seed: int,
) -> Iterator[Outcome]:
    """Every variant of one estimator. Concepts are detected by raw cosines, as in the paper."""
    space = Space.of(estimator, data, design, seed=seed)
    on_names = space.fit(data.prompts)
    detector = on_names if space.raw else replace(space, weights=data.weights).fit(data.prompts)
    directions = detector(concept_embeddings)
    test = design.test
    yield Outcome(HEAD, None, test, _head_ranks(data, test))
    cosines = cosine(space.features, on_names(data.prompts))
    yield Outcome(NAMES, ON_NAMES, test, rank_of(cosines[test], data.labels[test]))
    own = OwnConcepts(space, on_names, directions, texts, design.best)
    yield own.in_every_text(design.sample, cosines[design.sample], design.candidates)
    yield own.in_own_text(design.leaking, cosines[design.leaking])
    everyone = np.arange(len(data.class_names))
    for name, classes, chosen in (
        (WEIGHTS, everyone, best_columns(cosine(data.weights, directions), design.best)),
        *_of_pictures(data, directions, design),
    ):
        embeddings = data.prompts.copy()
        embeddings[classes] = texts(classes, chosen)
        distinct = len(np.unique(chosen))
        for fitted_on, text_map in ((ON_NAMES, on_names), (ON_TEXTS, space.fit(embeddings))):
            similarity = cosine(space.features[test], text_map(embeddings))
            ranks = rank_of(similarity, data.labels[test])
            yield Outcome(name, fitted_on, test, ranks, distinct)


def _head_ranks(data: BenchData, pictures: np.ndarray) -> np.ndarray:
    logits = data.features[pictures] @ data.weights.T + data.bias
    return rank_of(logits, data.labels[pictures])


def _of_pictures(
    data: BenchData, directions: np.ndarray, design: Design
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Concepts by a class's mean raw cosine over its pictures, and two floors of the same size."""
    of_class, _ = class_means(
        unit_rows(data.features[design.detection]),
        data.labels[design.detection],
        len(data.class_names),
    )
    mean_cosines = of_class[design.pictured] @ unit_rows(directions).T
    detected = best_columns(mean_cosines, design.best)
    yield PICTURES, design.pictured, detected
    yield RANDOM, design.pictured, design.random
    yield ANOTHER, design.pictured, detected[design.another]
