"""Zero-shot natural language explanations of one feature (paper section 3.2, figure 4).

A frozen language model is steered by key-value prefixes, which are optimised for one image. At
every timestep its K likeliest continuations are scored by cos(f, û(sentence)); the softmax of these
cosines is the target that the model's distribution o_l is pulled towards by one prefix update, and
the likeliest token after the update is said. Every iteration says one sentence; the prefixes, and
Adam's state with them, live on from one to the next.

Where the paper leaves room:

- Optimiser: Adam with decoupled weight decay (AdamW, see ``NleConfig``); the learning rate follows
  a cosine over the iterations, constant within one.
- Fluency loss: the cross-entropy of o_l relative to the bare model's distribution.
- Candidates are drawn among the tokens that may be said next; the rest of the vocabulary only
  shares the normalisation of o_l.
- The search scores the sentence with its hard prompt, as the paper's figure 4 shows; the
  explanation is scored, and selected, as the reader sees it, without the hard prompt.
- The model's own start token, where it has one, stands before the hard prompt.
"""

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from transformers import DynamicCache

from analysis.explain.config import NleConfig
from analysis.explain.decoding import next_token, sayable
from analysis.explain.language_model import LanguageModel
from analysis.explain.prefix import Prefix, next_token_logits
from analysis.explain.said import OPENING
from analysis.explain.scoring import SentenceScorer, TextDirection
from analysis.explain.unasked import has_unasked, withhold

_ARTICLE = re.compile(r"^(A|An|The)\b")

Progress = Callable[[int, int], object]
"""Told the number of iterations done and of all."""


@dataclass(frozen=True)
class Candidate:
    """The sentence of one iteration.

    Attributes:
        text: without hard prompt and full stop, as a reader sees it after "because it shows".
        raw: as the language model said it, with the hard prompt.
        score: cos(f, û(text)).
        fluency: mean log-probability of a token under the bare language model, in nats.
    """

    text: str
    raw: str
    hard_prompt: str
    score: float
    fluency: float


@dataclass(frozen=True)
class Explanation:
    """The candidate with the highest score, the others, and what it took.

    Attributes:
        encodings: number of sentences that went through the text encoder.
    """

    text: str
    raw: str
    score: float
    fluency: float
    candidates: tuple[Candidate, ...]
    seconds: float
    encodings: int

    @property
    def sentence(self) -> str:
        """In the paper's manner."""
        return OPENING + self.text


def explain(
    feature: Float[np.ndarray, " features"],
    text_direction: TextDirection,
    language_model: LanguageModel,
    config: NleConfig,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Explanation:
    """Say in words what a feature holds.

    Args:
        feature: f, in the space of ``text_direction`` (both centred, or neither).
        text_direction: û, from texts to directions.
    """
    started = time.perf_counter()
    search = _Search(feature, text_direction, language_model, config, seed)
    candidates = []
    for iteration in range(config.iterations):
        candidates.append(search.iterate())
        if progress is not None:
            progress(iteration + 1, config.iterations)
    return chosen(
        candidates, config, seconds=time.perf_counter() - started, encodings=search.scorer.encodings
    )


def chosen(
    candidates: Sequence[Candidate], config: NleConfig, *, seconds: float, encodings: int
) -> Explanation:
    """The candidate with the highest score that may be shown; where none may, the highest with
    its listed words marked as withheld."""
    shown = [c for c in candidates if not (config.filter_words and has_unasked(c.text))]
    best = max(shown or candidates, key=lambda candidate: candidate.score)
    return Explanation(
        text=best.text if shown else withhold(best.text),
        raw=best.raw,
        score=best.score,
        fluency=best.fluency,
        candidates=tuple(candidates),
        seconds=seconds,
        encodings=encodings,
    )


class _Search:
    """The prefixes of one image and what trains them."""

    def __init__(
        self,
        feature: Float[np.ndarray, " features"],
        text_direction: TextDirection,
        language_model: LanguageModel,
        config: NleConfig,
        seed: int,
    ) -> None:
        self.scorer = SentenceScorer(feature, text_direction)
        self._lm, self._config = language_model, config
        known = language_model.vocabulary
        self._vocabulary = known.filtered() if config.filter_words else known
        self._prefix = Prefix.random(
            language_model.shapes,
            config.prefixes,
            scale=config.init_scale,
            seed=seed,
            device=language_model.device,
        )
        self._optimiser = torch.optim.AdamW(
            self._prefix.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
            self._optimiser, T_max=config.iterations
        )
        self._random = random.Random(seed)

    def iterate(self) -> Candidate:
        """One sentence, with one prefix update before each of its tokens."""
        hard_prompt = self._random.choice(self._config.hard_prompts)
        context = self._lm.encode(hard_prompt)
        generated: list[int] = []
        fluency: list[float] = []
        bare_cache = DynamicCache()
        while len(generated) < self._config.max_tokens:
            tokens = torch.tensor([*context, *generated], device=self._lm.device)
            bare = self._bare(tokens, bare_cache)
            self._update(tokens, bare, said=len(generated))
            with torch.no_grad():
                chosen = self._choose(tokens, generated)
            generated.append(chosen)
            fluency.append(float(bare[chosen]))
            if chosen == self._vocabulary.stop:
                break
        self._schedule.step()
        return self._candidate(hard_prompt, context, generated, float(np.mean(fluency)))

    def _bare(self, tokens: Tensor, cache: DynamicCache) -> Float[Tensor, " vocabulary"]:
        """Log-probabilities without the prefixes; the cache of the sentence so far stays valid."""
        done = cache.get_seq_length()
        with torch.no_grad():
            logits = next_token_logits(self._lm.model, tokens[done:], cache, first_position=done)
        return logits.log_softmax(-1)

    def _steered(self, tokens: Tensor) -> Float[Tensor, " vocabulary"]:
        """Log-probabilities o_l with the prefixes.

        The whole sentence is read anew: its keys and values depend on the prefixes it attends to.
        """
        return next_token_logits(self._lm.model, tokens, self._prefix.cache()).log_softmax(-1)

    def _update(self, tokens: Tensor, bare: Tensor, *, said: int) -> None:
        """One step of the prefixes towards the candidates that fit the feature."""
        steered = self._steered(tokens)
        allowed = sayable(self._vocabulary, said, self._config.min_tokens)
        count = min(self._config.candidates, int(allowed.sum()))
        chosen = steered.detach().masked_fill(~allowed, -torch.inf).topk(count).indices
        sentences = self._lm.decode([[*tokens.tolist(), i] for i in chosen.tolist()])
        cosines = torch.from_numpy(self.scorer(sentences)).to(steered)
        target = (cosines / self._config.temperature).softmax(-1)
        fit = -(target * steered[chosen]).sum()
        fluency = -(bare.exp() * steered).sum()
        self._optimiser.zero_grad()
        (fit + self._config.fluency_weight * fluency).backward()
        self._optimiser.step()

    def _choose(self, tokens: Tensor, generated: list[int]) -> int:
        return next_token(self._steered(tokens), generated, self._vocabulary, self._config)

    def _candidate(
        self, hard_prompt: str, context: list[int], generated: list[int], fluency: float
    ) -> Candidate:
        raw = self._lm.decode([[*context, *generated]])[0]
        text = tidy(raw.strip().removeprefix(hard_prompt))
        return Candidate(
            text=text,
            raw=raw,
            hard_prompt=hard_prompt,
            score=float(self.scorer([text])[0]),
            fluency=fluency,
        )


def tidy(text: str) -> str:
    """A continuation of "it shows": single spaces, no full stop, no capital on an article."""
    phrase = " ".join(text.split()).removesuffix(".").rstrip(" ,")
    return _ARTICLE.sub(lambda article: article[0].lower(), phrase)
