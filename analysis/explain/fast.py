"""The fast mode: sentences for many features at once, by a beam search in place of prefixes.

The paper's search spends nearly all its time on encoding sentences, K = 512 at every token of every
iteration, to learn which tokens fit. Here the fit of every word of the language model's vocabulary
is known beforehand, from one encoding of each, kept for all images: a product with f says which of
the K likeliest continuations are worth an encoding at all. What is encoded is scored exactly, as
in the faithful mode, and shared between images where they say the same.

Stems of several hard prompts compete in one beam. A stem's worth is cos(f, û(text)) plus its mean
log-probability under the bare language model times ``fluency``; the same sum chooses the sentence.
At last single words of the best sentences are exchanged for others while that sum rises. The rules
of decoding are the faithful mode's (``decoding``). Nothing is drawn: the search has no seed.
"""

import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from analysis.explain.config import FastConfig
from analysis.explain.decoding import forbid_repeated_ngrams, penalise_repetition, sayable
from analysis.explain.language_model import LanguageModel
from analysis.explain.scoring import TextDirection
from analysis.explain.unasked import has_unasked, withhold
from analysis.explain.vocabulary import Vocabulary
from analysis.explain.zero_shot import Candidate, Explanation, Progress, tidy
from analysis.textmap.base import unit_rows

LM_ROWS = 64
"""Sentences that go through the language model at once."""


@dataclass(frozen=True)
class Stem:
    """The beginning of a sentence, or a whole one.

    Attributes:
        prompt: number of its hard prompt.
        tokens: after the hard prompt.
        logs: log-probability of each of them under the bare language model.
    """

    prompt: int
    tokens: tuple[int, ...] = ()
    logs: tuple[float, ...] = ()
    text: str = ""
    score: float = 0.0

    @property
    def fluency(self) -> float:
        """Mean log-probability of a token, in nats."""
        return float(np.mean(self.logs)) if self.logs else 0.0


class FastSearch:
    """What is shared between images: the language model's words and all that was encoded."""

    def __init__(
        self, text_direction: TextDirection, language_model: LanguageModel, config: FastConfig
    ) -> None:
        self._text_direction, self._lm, self._config = text_direction, language_model, config
        known = language_model.vocabulary
        allowed = known.filtered() if config.filter_words else known
        self._vocabulary: Vocabulary = allowed.to("cpu")  # where its scores are compared
        self._prompts = [language_model.encode(prompt) for prompt in config.hard_prompts]
        self._directions: dict[str, np.ndarray] = {}
        self._words = self._word_directions()

    @property
    def encodings(self) -> int:
        """Sentences encoded so far, words of the vocabulary left out."""
        return len(self._directions)

    def explain(
        self,
        features: Float[np.ndarray, "images features"],
        progress: Progress | None = None,
    ) -> list[Explanation]:
        """Say in words what each feature holds; ``seconds`` and ``encodings`` are a mean share.

        Args:
            features: f, in the space of the text directions (both centred, or neither).
        """
        started, before = time.perf_counter(), self.encodings
        targets = unit_rows(np.asarray(features, np.float32))
        fits = torch.from_numpy(targets @ self._words.T)
        beams = [[Stem(i) for i in range(len(self._prompts))] for _ in targets]
        finished: list[list[Stem]] = [[] for _ in targets]
        for said in range(self._config.max_tokens):
            beams = self._advance(beams, finished, targets, fits, said)
            if progress is not None:
                progress(said + 1, self._config.max_tokens + self._config.exchanges)
        best = [self._best(stems) for stems in finished]
        for round_ in range(self._config.exchanges):
            best = self._exchange(best, targets, fits)
            if progress is not None:
                progress(
                    self._config.max_tokens + round_ + 1,
                    self._config.max_tokens + self._config.exchanges,
                )
        share = 1 / max(1, len(targets))
        seconds = (time.perf_counter() - started) * share
        encodings = round((self.encodings - before) * share)
        return [self._told(stems, seconds, encodings) for stems in best]

    def worth(self, stem: Stem) -> float:
        """What the search raises: score plus weighted fluency."""
        return stem.score + self._config.fluency * stem.fluency

    def _word_directions(self) -> Float[np.ndarray, "vocabulary features"]:
        """û of every token that is a word, at unit length; zeros for the others."""
        numbers = torch.nonzero(self._vocabulary.starts_word)[:, 0].tolist()
        words = [text.strip() for text in self._lm.decode([[i] for i in numbers])]
        directions = unit_rows(self._text_direction(words)).astype(np.float32)
        directions -= directions.mean(axis=0)
        everywhere = np.zeros((len(self._vocabulary), directions.shape[1]), np.float32)
        everywhere[numbers] = directions
        return everywhere

    def _advance(
        self,
        beams: list[list[Stem]],
        finished: list[list[Stem]],
        targets: np.ndarray,
        fits: Tensor,
        said: int,
    ) -> list[list[Stem]]:
        """Every stem of every image one token longer; those that may end here end as well."""
        owners = [image for image, stems in enumerate(beams) for _ in stems]
        stems = [stem for of_image in beams for stem in of_image]
        if not stems:
            return beams
        plain = self._next([self._prompts[s.prompt] + list(s.tokens) for s in stems])
        if said >= self._config.min_tokens:
            stop = self._vocabulary.stop
            for owner, stem, log in zip(owners, stems, plain[:, stop].tolist(), strict=True):
                finished[owner].append(
                    replace(stem, tokens=(*stem.tokens, stop), logs=(*stem.logs, log))
                )
        if said == self._config.max_tokens - 1:
            return [[] for _ in beams]
        grown: list[list[Stem]] = [[] for _ in beams]
        chosen = self._promising(stems, plain, fits[owners], said)
        for row, (owner, stem) in enumerate(zip(owners, stems, strict=True)):
            for token in chosen[row]:
                grown[owner].append(
                    replace(
                        stem,
                        tokens=(*stem.tokens, token),
                        logs=(*stem.logs, float(plain[row, token])),
                    )
                )
        scored = self._scored(grown, targets)
        return [self._kept(of_image) for of_image in scored]

    def _next(self, sequences: list[list[int]]) -> Float[Tensor, "stems vocabulary"]:
        """Log-probabilities of the token after each sequence under the bare language model."""
        parts = []
        for start in range(0, len(sequences), LM_ROWS):
            rows = sequences[start : start + LM_ROWS]
            logits = self._logits(rows)
            ends = torch.tensor([len(row) - 1 for row in rows], device=logits.device)
            parts.append(logits[torch.arange(len(rows)), ends].log_softmax(-1).cpu())
        return torch.cat(parts)

    def _logits(self, rows: list[list[int]]) -> Float[Tensor, "rows tokens vocabulary"]:
        """Of every token of every row; padding stands behind, where no token looks."""
        longest = max(len(row) for row in rows)
        padded = [row + [0] * (longest - len(row)) for row in rows]
        with torch.no_grad():
            ids = torch.tensor(padded, device=self._lm.device)
            return self._lm.model(input_ids=ids, use_cache=False).logits.float()

    def _promising(
        self, stems: list[Stem], plain: Tensor, fits: Tensor, said: int
    ) -> list[list[int]]:
        """Tokens of each stem that are worth an encoding: likely ones that also fit the image."""
        allowed = sayable(self._vocabulary, said, self._config.min_tokens).clone()
        allowed[self._vocabulary.stop] = False
        chosen = []
        for row, stem in enumerate(stems):
            scores = penalise_repetition(
                plain[row], stem.tokens, self._config.repetition_penalty
            ).masked_fill(~allowed, -torch.inf)
            scores = forbid_repeated_ngrams(scores, stem.tokens, self._config.ngram)
            likely = scores.topk(min(self._config.candidates, int(allowed.sum()))).indices
            promise = scores[likely] * self._config.fluency + fits[row, likely]
            best = promise.topk(min(self._config.encoded, len(likely))).indices
            first = likely[: self._config.likeliest]
            told = [*likely[best].tolist(), *first.tolist()]
            chosen.append([t for t in dict.fromkeys(told) if bool(scores[t] > -torch.inf)])
        return chosen

    def _scored(self, stems: list[list[Stem]], targets: np.ndarray) -> list[list[Stem]]:
        """With their texts and scores; what was not encoded before is encoded in one go."""
        flat = [stem for of_image in stems for stem in of_image]
        decoded = self._lm.decode([stem.tokens for stem in flat])
        texts = [tidy(text) for text in decoded]
        new = sorted(set(texts) - self._directions.keys(), key=lambda text: (len(text), text))
        if new:
            directions = unit_rows(self._text_direction(new)).astype(np.float32)
            self._directions.update(zip(new, directions, strict=True))
        told = iter(texts)
        return [
            [
                replace(stem, text=text, score=float(self._directions[text] @ target))
                for stem, text in zip(of_image, told, strict=False)
            ]
            for of_image, target in zip(stems, targets, strict=True)
        ]

    def _kept(self, stems: list[Stem]) -> list[Stem]:
        """The best stems of an image, none twice and few of one parent."""
        kept: list[Stem] = []
        texts: set[str] = set()
        children: dict[tuple[int, ...], int] = {}
        for stem in sorted(stems, key=self.worth, reverse=True):
            parent = (stem.prompt, *stem.tokens[:-1])
            if stem.text in texts or children.get(parent, 0) == self._config.children:
                continue
            texts.add(stem.text)
            children[parent] = children.get(parent, 0) + 1
            kept.append(stem)
            if len(kept) == self._config.beams:
                break
        return kept

    def _best(self, finished: list[Stem]) -> list[Stem]:
        """The best sentences of different words, clean ones first."""
        told: dict[str, Stem] = {}
        for stem in sorted(finished, key=self.worth, reverse=True):
            told.setdefault(stem.text, stem)
        return sorted(told.values(), key=self._unclean)[: self._config.sentences]

    def _unclean(self, stem: Stem) -> bool:
        return self._config.filter_words and has_unasked(stem.text)

    def _exchange(
        self, best: list[list[Stem]], targets: np.ndarray, fits: Tensor
    ) -> list[list[Stem]]:
        """The sentences of every image, and the same with one word exchanged: the best of them."""
        edited = [
            [stem for sentence in stems for stem in self._variants(sentence, fits[image])]
            for image, stems in enumerate(best)
        ]
        scored = self._scored(edited, targets)
        rising = [
            sorted(
                (v for v in of_image if v.score > stems[-1].score),
                key=lambda stem: -stem.score,
            )[: self._config.read]
            for of_image, stems in zip(scored, best, strict=True)
        ]
        read = iter(self._read([stem for of_image in rising for stem in of_image]))
        told = [[next(read) for _ in of_image] for of_image in rising]
        return [self._best([*b, *t]) for b, t in zip(best, told, strict=True)]

    def _variants(self, sentence: Stem, fit: Tensor) -> list[Stem]:
        """One whole word exchanged for each of the words that fit the image best."""
        starts = self._vocabulary.starts_word
        ends = [*(bool(starts[t]) for t in sentence.tokens[1:-1]), True]
        places = [
            i for i, token in enumerate(sentence.tokens[:-1]) if bool(starts[token]) and ends[i]
        ]
        count = min(self._config.words, int(starts.sum()))
        words = fit.masked_fill(~starts, -torch.inf).topk(count).indices.tolist()
        said = set(sentence.tokens)
        return [
            replace(
                sentence, tokens=(*sentence.tokens[:i], word, *sentence.tokens[i + 1 :]), logs=()
            )
            for i in places
            for word in words
            if word not in said
        ]

    def _read(self, sentences: list[Stem]) -> list[Stem]:
        """With the log-probabilities of their tokens under the bare language model."""
        told = []
        for start in range(0, len(sentences), LM_ROWS):
            rows = sentences[start : start + LM_ROWS]
            logits = self._logits([self._prompts[s.prompt] + list(s.tokens) for s in rows])
            logs = logits.log_softmax(-1).cpu()
            for row, stem in enumerate(rows):
                first = len(self._prompts[stem.prompt]) - 1
                at = torch.arange(first, first + len(stem.tokens))
                read = logs[row, at, torch.tensor(stem.tokens)].tolist()
                told.append(replace(stem, logs=tuple(read)))
        return told

    def _told(self, stems: list[Stem], seconds: float, encodings: int) -> Explanation:
        candidates = tuple(self._candidate(stem) for stem in stems)
        best = candidates[0]
        return Explanation(
            text=withhold(best.text) if self._unclean(stems[0]) else best.text,
            raw=best.raw,
            score=best.score,
            fluency=best.fluency,
            candidates=candidates,
            seconds=seconds,
            encodings=encodings,
        )

    def _candidate(self, stem: Stem) -> Candidate:
        prompt = self._config.hard_prompts[stem.prompt]
        raw = self._lm.decode([self._prompts[stem.prompt] + list(stem.tokens)])[0]
        return Candidate(stem.text, raw, prompt, stem.score, stem.fluency)
