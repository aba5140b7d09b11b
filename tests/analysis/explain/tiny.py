"""Tiny random language models with a tokenizer of their own, and a toy text direction."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    BloomConfig,
    BloomForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from analysis.explain.language_model import LanguageModel, wrap_language_model

END = "<|endoftext|>"
WORDS = (
    "a",
    "the",
    "red",
    "blue",
    "glowing",
    "dark",
    "fish",
    "crab",
    "in",
    "with",
    "water",
    "sand",
)


def tokenizer(words: Sequence[str] = WORDS) -> PreTrainedTokenizerFast:
    """Byte-level BPE as GPT-2's: every word with the space before it is one token."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([f"Image of {' '.join(words)}. Photo 12 (of)\n"] * 8, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=raw, bos_token=END, eos_token=END)


def gpt2(vocabulary: int, *, layers: int = 2) -> PreTrainedModel:
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=vocabulary, n_positions=64, n_embd=32, n_layer=layers, n_head=4,
        bos_token_id=0, eos_token_id=0, initializer_range=0.2,
    )  # fmt: skip
    return GPT2LMHeadModel(config).eval()


def llama(vocabulary: int) -> PreTrainedModel:
    """Grouped-query attention: two heads of keys and values for four of queries."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
        initializer_range=0.2, bos_token_id=0, eos_token_id=0, pad_token_id=0,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()


def gpt_neox(vocabulary: int) -> PreTrainedModel:
    torch.manual_seed(0)
    config = GPTNeoXConfig(
        vocab_size=vocabulary, hidden_size=32, intermediate_size=48, num_hidden_layers=3,
        num_attention_heads=4, max_position_embeddings=64, initializer_range=0.2,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    return GPTNeoXForCausalLM(config).eval()


def bloom(vocabulary: int) -> PreTrainedModel:
    """ALiBi: distances in place of positions."""
    torch.manual_seed(0)
    config = BloomConfig(
        vocab_size=vocabulary, hidden_size=32, n_layer=2, n_head=4, initializer_range=0.2,
        bos_token_id=0, eos_token_id=0, pad_token_id=0,
    )  # fmt: skip
    return BloomForCausalLM(config).eval()


ARCHITECTURES: dict[str, Callable[[int], PreTrainedModel]] = {
    "gpt2": gpt2,
    "llama": llama,
    "gpt_neox": gpt_neox,
    "bloom": bloom,
}


def language_model(architecture: str = "gpt2") -> LanguageModel:
    words = tokenizer()
    return wrap_language_model(
        architecture, "0" * 64, ARCHITECTURES[architecture](len(words)), words
    )


def bag_of_words(texts: Sequence[str]) -> np.ndarray:
    """A toy û: one axis for every word, and a little of every axis for any other text."""
    rows = np.full((len(texts), len(WORDS)), 0.05, np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.replace(".", "").split():
            if word in WORDS:
                row[WORDS.index(word)] += 1
    return rows


def wanted(word: str) -> np.ndarray:
    """A feature that holds one word."""
    feature = np.zeros(len(WORDS), np.float32)
    feature[WORDS.index(word)] = 1
    return feature
