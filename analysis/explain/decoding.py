"""The decoding rules of appendix I as small functions on the scores of the next token.

Scores are log-probabilities: the paper modifies "the model's output probabilities", and the raw
logits of a language model have an arbitrary offset (GPT-2's lie far below zero), on which a factor
means nothing. "Setting the <.> token score to 0" is therefore read as a probability of zero, a
score of minus infinity. Tokens are counted and compared over the generated explanation only, not
over the hard prompt before it, which the reader never sees. The rules shape the choice of a token;
the losses see the language model's plain distribution.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from analysis.explain.config import NleConfig
from analysis.explain.vocabulary import Vocabulary


def penalise_repetition(
    scores: Float[Tensor, " vocabulary"], generated: Sequence[int], penalty: float
) -> Float[Tensor, " vocabulary"]:
    """Reduce the scores of tokens already said by a factor (Keskar et al., 2019).

    A positive score is divided by it, a negative one multiplied, so that both fall; on
    log-probabilities a factor of 2 squares the probability.
    """
    if not generated:
        return scores
    said = torch.tensor(sorted(set(generated)), device=scores.device)
    before = scores[said]
    return scores.index_copy(0, said, torch.where(before > 0, before / penalty, before * penalty))


def forbid_repeated_ngrams(
    scores: Float[Tensor, " vocabulary"], generated: Sequence[int], order: int
) -> Float[Tensor, " vocabulary"]:
    """Minus infinity for every token that would complete an n-gram said before."""
    stem_length = order - 1
    if len(generated) < order:
        return scores
    stem = tuple(generated[len(generated) - stem_length :])
    starts = range(len(generated) - stem_length)
    completing = [
        generated[start + stem_length]
        for start in starts
        if tuple(generated[start : start + stem_length]) == stem
    ]
    return _forbid(scores, completing)


def promote_stop(
    scores: Float[Tensor, " vocabulary"],
    stop: int,
    said: int,
    *,
    minimum: int,
    maximum: int,
    bonus: float,
) -> Float[Tensor, " vocabulary"]:
    """Raise the full stop's score as the length nears its maximum.

    The paper does not say by how much: here by ``bonus`` nats more with every token past the
    minimum, and for the last token that fits, the full stop is all that is left.
    """
    if said < minimum:
        return scores
    if said == maximum - 1:
        return torch.full_like(scores, -math.inf).index_fill(0, _index(scores, [stop]), 0.0)
    return scores.index_add(
        0, _index(scores, [stop]), scores.new_tensor([bonus * (said - minimum + 1)])
    )


def exclude_tokens(
    scores: Float[Tensor, " vocabulary"], excluded: Bool[Tensor, " vocabulary"]
) -> Float[Tensor, " vocabulary"]:
    """Minus infinity for every excluded token."""
    return scores.masked_fill(excluded, -math.inf)


def sayable(vocabulary: Vocabulary, said: int, minimum: int) -> Bool[Tensor, " vocabulary"]:
    """Tokens that may come next whatever words were said before.

    All but the excluded ones; the full stop only once ``minimum`` tokens are said; and the first
    token must begin a word, or it would change the hard prompt's last one.
    """
    allowed = vocabulary.starts_word if said == 0 else ~vocabulary.excluded
    ends = torch.zeros_like(allowed)
    ends[vocabulary.stop] = True
    return allowed | ends if said >= minimum else allowed & ~ends


def next_token(
    log_probabilities: Float[Tensor, " vocabulary"],
    generated: Sequence[int],
    vocabulary: Vocabulary,
    config: NleConfig,
) -> int:
    """The most likely token after all rules."""
    said = len(generated)
    scores = penalise_repetition(log_probabilities, generated, config.repetition_penalty)
    scores = exclude_tokens(scores, ~sayable(vocabulary, said, config.min_tokens))
    scores = promote_stop(
        scores,
        vocabulary.stop,
        said,
        minimum=config.min_tokens,
        maximum=config.max_tokens,
        bonus=config.stop_bonus,
    )
    scores = forbid_repeated_ngrams(scores, generated, config.ngram)
    return int(scores.argmax())


def _forbid(scores: Tensor, tokens: Sequence[int]) -> Tensor:
    return scores.index_fill(0, _index(scores, tokens), -math.inf) if tokens else scores


def _index(scores: Tensor, tokens: Sequence[int]) -> Tensor:
    return torch.tensor(list(tokens), device=scores.device)
