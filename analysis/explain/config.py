"""The constants of the zero-shot explanations (paper section 3.2 and appendix I)."""

from dataclasses import dataclass, fields, replace
from typing import Literal

from analysis.errors import UsageError

HARD_PROMPTS = (
    "Image of",
    "Picture of",
    "Photo of",
    "Image shows",
    "Picture shows",
    "Photo shows",
    "Image showing",
    "Picture showing",
    "Photo showing",
)
"""Appendix I; one is drawn at each iteration as context for the language model."""


@dataclass(frozen=True)
class NleConfig:
    """Constants of one search; the defaults are the paper's where the paper gives them.

    The paper leaves open, and here stands what was measured (see the docstrings of the modules):
    ``temperature`` of the softmax over the K cosines, ``init_scale`` of the random prefixes, and
    ``stop_bonus``, by how much the full stop is promoted. ``selection`` is a deviation: the paper
    picks among the I sentences by CLIP-score, this picks by the cosine that also steered the
    search, so the score of the chosen sentence is the search's own and no independent evidence.
    """

    prefixes: int = 5
    iterations: int = 20
    candidates: int = 512
    min_tokens: int = 10
    max_tokens: int = 20
    learning_rate: float = 0.01
    weight_decay: float = 0.3
    fluency_weight: float = 0.8
    repetition_penalty: float = 2.0
    ngram: int = 3
    temperature: float = 0.03
    init_scale: float = 0.02
    stop_bonus: float = 0.25
    hard_prompts: tuple[str, ...] = HARD_PROMPTS
    selection: Literal["cosine"] = "cosine"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            counted = isinstance(value, int)
            if counted and value < 1:
                raise UsageError(f"{field.name} of the explanations is {value}: give at least 1")
        if self.min_tokens >= self.max_tokens:
            raise UsageError(
                f"min_tokens {self.min_tokens} leaves no room under max_tokens {self.max_tokens}: "
                "give a smaller minimum"
            )
        if self.temperature <= 0 or self.repetition_penalty < 1 or not self.hard_prompts:
            raise UsageError(
                "explanations need a temperature above 0, a repetition penalty of at least 1 and "
                "at least one hard prompt"
            )

    @classmethod
    def reduced(cls) -> "NleConfig":
        """The setting of the demo and the audit: fewer candidates and iterations."""
        return replace(cls(), iterations=4, candidates=96)
