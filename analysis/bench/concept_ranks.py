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
    """Those of ``test`` that are classified by their own concepts."""
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
    sample = rng.choice(test, min(most_images, len(test)), replace=False)
    return Design(
        detection=detection,
        test=test,
        sample=np.sort(sample),
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
    yield from _own_concepts(space, on_names, cosines[design.sample], directions, texts, design)
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


def _own_concepts(
    space: Space,
    text_map: FittedTextMap,
    cosines: Float[np.ndarray, "sample classes"],
    directions: Float[np.ndarray, "concepts features"],
    texts: ConceptTexts,
    design: Design,
) -> Iterator[Outcome]:
    """A picture's own concepts beside names, for the sample; the map stays fitted on names.

    Beside every name they are tried on the picture's best classes by name alone: the others keep
    their places behind these, so that the right class is found only where it is among them.
    """
    sample = design.sample
    labels = texts.data.labels[sample]
    features = unit_rows(space.features[sample])
    detected = best_columns(cosine(texts.data.features[sample], directions), design.best)
    by_name = rank_of(cosines, labels)

    def scores(classes: Int[np.ndarray, "sample tried"]) -> Float[np.ndarray, "sample tried"]:
        embeddings = texts(classes.ravel(), np.repeat(detected, classes.shape[1], axis=0))
        mapped = unit_rows(text_map(embeddings)).reshape(*classes.shape, -1)
        return np.einsum("sd,std->st", features, mapped)

    tried = best_columns(cosines, design.candidates)
    is_own = tried == labels[:, None]
    rescored = scores(tried)
    own = np.where(is_own, rescored, -np.inf).max(1, keepdims=True)
    ranks = np.where(is_own.any(1), (rescored >= own).sum(1), by_name)
    distinct = len(np.unique(detected))
    yield Outcome(TO_ALL, ON_NAMES, sample, ranks, distinct)
    leaking = cosines.copy()
    np.put_along_axis(leaking, labels[:, None], scores(labels[:, None]), axis=1)
    yield Outcome(TO_OWN, ON_NAMES, sample, rank_of(leaking, labels), distinct)
