"""The audit's concepts with the cues' words among them, for classes that were chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.canary.cues import CUES, cue_words
from analysis.shortcuts.inputs import Texts
from analysis.text.kinds import names_a_kind, names_say
from analysis.text.prompts import class_prompts
from analysis.textmap.base import cosine

SAYS_SO = 0.5
"""A class whose name reads this much like a word of a cue is not planted with it."""
Encode = Callable[[Sequence[str]], Float[np.ndarray, "texts embedding"]]


@dataclass(frozen=True)
class Vocabulary:
    """Class names, concepts and the embeddings of both."""

    names: tuple[str, ...]
    concepts: tuple[str, ...]
    prompt_embeddings: Float[np.ndarray, "classes embedding"]
    name_embeddings: Float[np.ndarray, "classes embedding"]
    concept_embeddings: Float[np.ndarray, "concepts embedding"]

    def with_cues(self, encode: Encode) -> "Vocabulary":
        """The same with the cues' words that are not among the concepts."""
        new = [word for word in cue_words() if word not in self.concepts]
        if not new:
            return self
        return replace(
            self,
            concepts=(*self.concepts, *new),
            concept_embeddings=np.concatenate([self.concept_embeddings, encode(new)]),
        )

    def of_classes(self, classes: Int[np.ndarray, " chosen"]) -> "Vocabulary":
        """The same for some of the classes."""
        return replace(
            self,
            names=tuple(self.names[c] for c in classes.tolist()),
            prompt_embeddings=self.prompt_embeddings[classes],
            name_embeddings=self.name_embeddings[classes],
        )

    @property
    def texts(self) -> Texts:
        """As the search takes them."""
        names = class_prompts(self.names, "{}")
        return Texts(
            prompts=self.prompt_embeddings,
            names=self.name_embeddings,
            concepts=self.concept_embeddings,
            kinds=names_a_kind(names, self.concepts),
            said=names_say(names, self.concepts),
        )

    def accepted(self, cue: int) -> list[int]:
        """Concepts that count as having found a cue."""
        words = CUES[cue].words
        return [i for i, concept in enumerate(self.concepts) if concept in words]

    def says_so(self) -> Bool[np.ndarray, "classes cues"]:
        """Where a class's name itself speaks of a cue."""
        likeness = cosine(self.name_embeddings, self.concept_embeddings)
        said = names_say(class_prompts(self.names, "{}"), self.concepts)
        near = said | (likeness >= SAYS_SO)
        return np.stack([near[:, self.accepted(cue)].any(axis=1) for cue in range(len(CUES))], 1)
