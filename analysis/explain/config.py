"""The constants of the zero-shot explanations (paper section 3.2 and appendix I)."""

from dataclasses import dataclass, fields

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

    Left open by the paper, and measured on decisions of a ViT with a small caption model (five
    images, one seed, 8 iterations of 128 candidates; no intervals, so leads more than findings):

    - ``temperature`` of the softmax over the K cosines. Mean score of the chosen sentences .28 at
      .05, .31 at .03, .37 at .015, .36 at .01 where they also read worse (-3.8 nats a token under
      the bare model in place of -3.5). A hot softmax leaves the language model to its own habits;
      a cold one follows a single, often odd, token.
    - ``init_scale``, the standard deviation of the random prefixes. Ten times as much costs score
      (.31 in place of .36), for the search then starts from a disturbed language model.
    - ``stop_bonus``, by which the full stop gains with every token past the minimum, in nats. At 1
      sentences are cut in the middle of a phrase.

    ``weight_decay`` is decoupled (AdamW): as a term of the loss under Adam it is as large as the
    gradients and halves the mean score of the sentences (.14 in place of .24).

    Where no CLIP is given, the sentence is chosen by a deviation: the paper picks among the I
    sentences by CLIP-score, this by the cosine that also steered the search, so the score of the
    chosen sentence is the search's own and no independent evidence.
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
    temperature: float = 0.015
    init_scale: float = 0.02
    stop_bonus: float = 0.25
    hard_prompts: tuple[str, ...] = HARD_PROMPTS
    filter_words: bool = True

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            counted = isinstance(value, int) and not isinstance(value, bool)
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


@dataclass(frozen=True)
class FastConfig:
    """Constants of the fast mode.

    ``min_tokens`` to ``ngram`` are the faithful mode's; ``candidates`` is its K.
    """

    at_once: int = 16
    """Images whose stems are grown together."""
    beams: int = 8
    children: int = 3
    """Of one stem, among the beams."""
    candidates: int = 512
    encoded: int = 10
    """Of the candidates of a stem, those that are encoded because they are likely and fit."""
    likeliest: int = 2
    """Of the candidates of a stem, those that are encoded because they are the likeliest."""
    sentences: int = 4
    """Whose words are exchanged."""
    exchanges: int = 3
    """Rounds in which words are exchanged."""
    words: int = 12
    """Tried at each place."""
    read: int = 12
    """Exchanges a round that the language model reads."""
    fluency: float = 0.05
    """Cosine that a nat a token is worth."""
    min_tokens: int = 10
    max_tokens: int = 20
    repetition_penalty: float = 2.0
    ngram: int = 3
    hard_prompts: tuple[str, ...] = HARD_PROMPTS
    filter_words: bool = True

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name == "exchanges" else 1
            if isinstance(value, int) and not isinstance(value, bool) and value < least:
                raise UsageError(f"{field.name} of the fast mode is {value}: give at least {least}")
        if self.min_tokens >= self.max_tokens or not self.hard_prompts:
            raise UsageError(
                "the fast mode needs a min_tokens below its max_tokens and at least one hard prompt"
            )
