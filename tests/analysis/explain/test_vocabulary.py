"""Which tokens may be said, on a vocabulary small enough to read."""

import pytest
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

from analysis.errors import TextError
from analysis.explain.unasked import unasked_words
from analysis.explain.vocabulary import read_vocabulary
from tests.analysis.explain import tiny


@pytest.fixture(scope="module")
def words():
    return tiny.tokenizer()


def _token(words, text: str) -> int:
    (token,) = words.encode(text, add_special_tokens=False)
    return token


def test_words_may_be_said_and_symbols_may_not(words):
    vocabulary = read_vocabulary(words, len(words))
    for text in (" fish", "f", ",", "'"):
        assert not vocabulary.excluded[_token(words, text)], text
    for text in ("1", "(", "\n", " ", tiny.END, "!", '"', "-"):
        assert vocabulary.excluded[_token(words, text)], text


def test_pieces_of_characters_may_not_be_said(words):
    vocabulary = read_vocabulary(words, len(words))
    pieces = words.encode("é", add_special_tokens=False)
    assert len(pieces) == 2
    assert vocabulary.excluded[pieces].all()


def test_the_full_stop_is_known_and_kept_apart(words):
    vocabulary = read_vocabulary(words, len(words))
    assert words.decode([vocabulary.stop]) == "."
    assert vocabulary.excluded[vocabulary.stop]


def test_a_word_starts_with_its_space(words):
    vocabulary = read_vocabulary(words, len(words))
    assert vocabulary.starts_word[_token(words, " fish")]
    assert not vocabulary.starts_word[_token(words, "f")]


def test_padded_logits_are_excluded(words):
    vocabulary = read_vocabulary(words, len(words) + 7)
    assert len(vocabulary) == len(words) + 7
    assert vocabulary.excluded[-7:].all()
    assert not vocabulary.starts_word[-7:].any()


def test_listed_words_are_known_and_left_out_on_demand_only():
    listed = min(unasked_words())
    words = tiny.tokenizer((*tiny.WORDS, listed, listed.title()))
    vocabulary = read_vocabulary(words, len(words) + 7)
    unasked = {_token(words, text) for text in (f" {listed}", f" {listed.title()}")}
    assert unasked <= set(vocabulary.unasked.nonzero()[:, 0].tolist())
    assert not vocabulary.unasked[_token(words, " fish")]
    assert not vocabulary.excluded[list(unasked)].any()
    filtered = vocabulary.filtered()
    changed = (filtered.excluded != vocabulary.excluded).nonzero()[:, 0].tolist()
    assert set(changed) == set(vocabulary.unasked.nonzero()[:, 0].tolist())
    assert filtered.excluded[list(unasked)].all()
    assert not filtered.starts_word[list(unasked)].any()
    assert filtered.starts_word[_token(words, " fish")]
    assert (filtered.stop, len(filtered)) == (vocabulary.stop, len(vocabulary))


def test_a_tokenizer_without_a_full_stop_is_refused():
    raw = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    with pytest.raises(TextError, match="full stop"):
        read_vocabulary(PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="[UNK]"), 2)
