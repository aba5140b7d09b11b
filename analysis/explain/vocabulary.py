"""Which tokens may appear in an explanation, computed from the tokenizer's own vocabulary.

The paper excludes "specific tokens such as unneeded character symbols" and lists none. Here a token
is excluded when its text holds a character no sentence needs, that is anything but a letter, one
space, or one of ``ALLOWED_MARKS`` (so digits, brackets, quotation marks, line breaks and pieces of
characters go; hyphens too, behind which a small model invents words), when it is a special token,
or when it is empty. The one full stop that ends a sentence is kept apart from them.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor

from analysis.errors import TextError
from analysis.explain.unasked import unasked_words

ALLOWED_MARKS = frozenset(" ,'")
_ANCHOR = "a"


@dataclass(frozen=True)
class Vocabulary:
    """What the decoding rules must know of a tokenizer."""

    stop: int
    excluded: Bool[Tensor, " vocabulary"]
    starts_word: Bool[Tensor, " vocabulary"]
    unasked: Bool[Tensor, " vocabulary"]
    """Tokens that are a listed word by themselves (see ``unasked``)."""

    def filtered(self) -> "Vocabulary":
        """The same with the listed words excluded."""
        return replace(
            self,
            excluded=self.excluded | self.unasked,
            starts_word=self.starts_word & ~self.unasked,
        )

    def to(self, device: str) -> "Vocabulary":
        """The same on another device."""
        return replace(
            self,
            excluded=self.excluded.to(device),
            starts_word=self.starts_word.to(device),
            unasked=self.unasked.to(device),
        )

    def __len__(self) -> int:
        return len(self.excluded)


def read_vocabulary(tokenizer: Any, size: int, *, device: str = "cpu") -> Vocabulary:
    """Sort the tokens of a vocabulary.

    Args:
        tokenizer: a Hugging Face tokenizer.
        size: number of logits, which may exceed the number of tokens (padded embeddings).

    Raises:
        TextError: the tokenizer has no token for the full stop.
    """
    texts = _texts_in_context(tokenizer, min(size, len(tokenizer)))
    special = set(tokenizer.all_special_ids)
    sayable = [i for i, text in enumerate(texts) if i not in special and _is_sayable(text)]
    excluded = torch.ones(size, dtype=torch.bool, device=device)
    excluded[sayable] = False
    starts_word = torch.zeros(size, dtype=torch.bool, device=device)
    starts_word[[i for i in sayable if texts[i].startswith(" ")]] = True
    unasked = torch.zeros(size, dtype=torch.bool, device=device)
    unasked[[i for i in sayable if texts[i].strip().lower() in unasked_words()]] = True
    return Vocabulary(_full_stop(tokenizer), excluded, starts_word, unasked)


def _texts_in_context(tokenizer: Any, count: int) -> list[str]:
    """Text of every token behind a letter, where a tokenizer keeps the space that begins a word."""
    anchor = tokenizer.encode(_ANCHOR, add_special_tokens=False)
    alone = len(_decode(tokenizer, [anchor])[0])
    return [text[alone:] for text in _decode(tokenizer, [[*anchor, i] for i in range(count)])]


def _decode(tokenizer: Any, sequences: list[list[int]]) -> list[str]:
    return tokenizer.batch_decode(sequences, clean_up_tokenization_spaces=False)


def _is_sayable(text: str) -> bool:
    """Whether a sentence needs it: letters, perhaps one space before them, plain marks."""
    words = text.strip()
    return (
        bool(words)
        and "  " not in text
        and all(mark.isalpha() or mark in ALLOWED_MARKS for mark in text)
    )


def _full_stop(tokenizer: Any) -> int:
    """The token of a full stop that follows a word without a space."""
    stop = tokenizer.encode(f"{_ANCHOR}.", add_special_tokens=False)[-1]
    if _decode(tokenizer, [[stop]])[0].strip() != ".":
        raise TextError(
            "the language model's tokenizer has no token for the full stop alone, which ends a "
            "sentence: choose another language model, such as gpt2"
        )
    return stop
