"""Other ways to search an audit for shortcuts, for comparison.

- **plain top-B**: the paper's §4.3, concepts by the raw cosine with w_c; a class's own name and
  what its name says are left out, nothing else is;
- **neurons**: the neurons that carry most of the class's logit, by their best label each;
- **random directions**: the whole search with directions drawn at random in the place of û(u);
- **shuffled texts**: the whole search with the texts dealt out at random among the concepts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.concepts import best_columns, class_means
from analysis.shortcuts.candidates import is_a_name
from analysis.shortcuts.inputs import Head, Seen, Texts
from analysis.shortcuts.survey import KEPT_PER_CLASS, survey
from analysis.text.kinds import names_a_kind, names_say
from analysis.textmap.base import cosine, unit_rows
from analysis.textmap.held_out import CrossFit, Fold
from analysis.textmap.saved import stored_cross_fit, unpack
from db.queries.classes import class_names
from db.queries.concepts import concept_texts
from db.queries.overview import sae
from db.reader import AuditReader
from sae.autoencoder import SparseAutoencoder
from sae.labels import find_candidates
from sae.units import neuron_units

Findings = list[dict[str, Any]]


@dataclass(frozen=True)
class Audited:
    """What an audit's search was given, read back from its store."""

    names: list[str]
    concepts: list[str]
    texts: Texts
    head: Head
    seen: Seen
    fit: CrossFit
    directions: np.ndarray
    """û of all concepts by the map that saw every class, (concepts, features)."""

    @classmethod
    def of(cls, audit: AuditReader, text_map: str) -> "Audited":
        """Of a finished audit with images and latents."""

        def array(name: str) -> np.ndarray:
            return np.asarray(audit.array(name))

        names = list(class_names(audit.engine).values())
        concepts = concept_texts(audit.engine)
        head = Head(array("class_embeddings"), array("bias"))
        row = sae(audit.engine)
        assert row is not None
        latents = SparseAutoencoder.from_directory(audit.directory / row.directory)
        texts = Texts(
            *(array(f"{kind}_embeddings") for kind in ("prompt", "name", "concept")),
            kinds=names_a_kind(names, concepts), said=names_say(names, concepts),
        )  # fmt: skip
        whole = unpack(text_map, array(f"text_map.{text_map}"))
        return cls(
            names=names, concepts=concepts, texts=texts, head=head,
            seen=Seen(array("features"), array("labels"), latents),
            fit=stored_cross_fit(text_map, array, len(names)),
            directions=unit_rows(whole(texts.concepts)),
        )  # fmt: skip

    def ranked(self, scores: np.ndarray) -> Findings:
        """Each class's concepts by a score, name-implied ones left out; nothing is tested."""
        out = self.texts.said | is_a_name(self.texts.names, self.texts.concepts)
        allowed = np.where(out, -np.inf, scores)
        best = best_columns(allowed, KEPT_PER_CLASS)
        return [
            self._finding(c, u, rank, q=None, verdict="supported" if rank == 1 else "candidate")
            for c, row in enumerate(best.tolist())
            for rank, u in enumerate(row, start=1)
            if np.isfinite(allowed[c, u])
        ]

    def searched(self, fit: CrossFit, texts: Texts) -> Findings:
        """By the whole search."""
        found = survey(fit, texts, self.head, self.seen, seed=0).findings
        return [
            self._finding(f.class_id, f.concept_id, f.rank, q=f.q, verdict=f.verdict) for f in found
        ]

    def _finding(
        self, c: int, u: int, rank: int | None, *, q: float | None, verdict: str
    ) -> dict[str, Any]:
        return {
            "class": self.names[c], "concept": self.concepts[u], "rank": rank, "q": q,
            "verdict": verdict,
        }  # fmt: skip


def plain(audited: Audited) -> Findings:
    """The paper's top-B concepts of a class."""
    return audited.ranked(cosine(audited.head.centred, audited.directions))


def neurons(audited: Audited) -> Findings:
    """Labels of the neurons that carry the class."""
    features = audited.seen.features
    centre = features.mean(axis=0)
    units = neuron_units(features, centre)
    told = find_candidates(units, features - centre, audited.directions, top=1)
    label, fit = told.concepts[:, 0], told.correlation[:, 0]
    means, _ = class_means(features, audited.seen.labels, len(audited.names))
    carried = np.maximum((means - centre) * audited.head.centred, 0)
    scores = np.full((len(audited.names), len(audited.concepts)), -np.inf)
    for neuron, concept in enumerate(label.tolist()):
        mine = np.sqrt(carried[:, neuron]) * max(float(fit[neuron]), 0)
        scores[:, concept] = np.maximum(scores[:, concept], mine)
    return audited.ranked(scores)


@dataclass(frozen=True)
class _Random:
    """A text map that knows nothing: every text has a direction of its own, drawn once."""

    features: int

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        rng = np.random.default_rng(0)
        mixing = rng.standard_normal((embeddings.shape[1], self.features)).astype(np.float32)
        # A rough surface: texts that read alike do not share a direction.
        return np.sin(40 * embeddings @ mixing).astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """Nothing is learned."""
        return {}


def random_directions(audited: Audited) -> Findings:
    """The whole search with directions drawn at random."""
    nothing = _Random(audited.head.weight.shape[1])
    folds = tuple(Fold(f.held_out, f.center, nothing) for f in audited.fit.folds)
    return audited.searched(CrossFit("random", folds), audited.texts)


def shuffled_texts(audited: Audited) -> Findings:
    """The whole search with the texts dealt out at random."""
    dealt = np.random.default_rng(0).permutation(len(audited.concepts))
    texts = replace(audited.texts, concepts=audited.texts.concepts[dealt])
    return audited.searched(audited.fit, texts)


BASELINES: Mapping[str, Callable[[Audited], Findings]] = {
    "plain top-B (the paper's)": plain,
    "neurons": neurons,
    "random directions": random_directions,
    "shuffled texts": shuffled_texts,
}
