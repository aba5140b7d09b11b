"""Prefixes against references written out: every query attends to 5 + Y keys."""

import math

import pytest
import torch
from torch import Tensor
from transformers import (
    DynamicCache,
    MambaConfig,
    MambaForCausalLM,
    OpenAIGPTConfig,
    OpenAIGPTLMHeadModel,
)

from analysis.errors import TextError
from analysis.explain.prefix import BlockShape, Prefix, cache_shapes, next_token_logits
from tests.analysis.explain import tiny

TOKENS = torch.tensor([3, 17, 5, 40, 8])
VOCABULARY = 60
everywhere = pytest.mark.parametrize("architecture", tiny.ARCHITECTURES)


def _prefix(model, *, length: int = 5, scale: float = 1.0) -> Prefix:
    return Prefix.random(cache_shapes(model), length, scale=scale, seed=0)


def _gpt2_by_hand(model, tokens: Tensor, prefix: Prefix) -> Tensor:
    """GPT-2's forward pass with keys and values concatenated by hand; logits of the last token."""
    body = model.transformer
    queries, heads = len(tokens), model.config.n_head
    x = body.wte.weight[tokens] + body.wpe.weight[:queries]
    for block, keys, values in zip(body.h, prefix.keys, prefix.values, strict=True):
        projected = block.ln_1(x) @ block.attn.c_attn.weight + block.attn.c_attn.bias
        q, k, v = (part.view(queries, heads, -1).transpose(0, 1) for part in projected.chunk(3, -1))
        k, v = torch.cat([keys[0], k], 1), torch.cat([values[0], v], 1)
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        assert scores.shape == (heads, queries, 5 + queries)
        unseen = torch.ones(queries, queries).triu(1).bool()
        scores[..., 5:] = scores[..., 5:].masked_fill(unseen, -math.inf)
        attended = (scores.softmax(-1) @ v).transpose(0, 1).reshape(queries, -1)
        x = x + attended @ block.attn.c_proj.weight + block.attn.c_proj.bias
        hidden = block.mlp.act(block.ln_2(x) @ block.mlp.c_fc.weight + block.mlp.c_fc.bias)
        x = x + hidden @ block.mlp.c_proj.weight + block.mlp.c_proj.bias
    return body.ln_f(x)[-1] @ body.wte.weight.T


def test_prefixed_attention_equals_keys_and_values_concatenated_by_hand():
    model = tiny.gpt2(VOCABULARY)
    prefix = _prefix(model)
    with torch.no_grad():
        expected = _gpt2_by_hand(model, TOKENS, prefix)
        actual = next_token_logits(model, TOKENS, prefix.cache())
    torch.testing.assert_close(actual, expected, atol=1e-4, rtol=1e-4)


@everywhere
def test_without_a_prefix_the_model_is_bare(architecture):
    model = tiny.ARCHITECTURES[architecture](VOCABULARY)
    with torch.no_grad():
        bare = model(input_ids=TOKENS[None]).logits[0, -1]
        torch.testing.assert_close(next_token_logits(model, TOKENS), bare)
        empty = next_token_logits(model, TOKENS, _prefix(model, length=0).cache())
        torch.testing.assert_close(empty, bare)


@everywhere
def test_keys_and_values_of_real_tokens_act_as_those_tokens(architecture):
    model = tiny.ARCHITECTURES[architecture](VOCABULARY)
    cache = DynamicCache()
    with torch.no_grad():
        next_token_logits(model, TOKENS[:3], cache)
        prefix = Prefix(
            keys=tuple(layer.keys for layer in cache.layers),
            values=tuple(layer.values for layer in cache.layers),
        )
        behind = next_token_logits(model, TOKENS[3:], prefix.cache(), first_position=3)
        whole = next_token_logits(model, TOKENS)
    torch.testing.assert_close(behind, whole, atol=1e-4, rtol=1e-4)


@everywhere
def test_gradients_reach_every_prefix_of_every_block(architecture):
    model = tiny.ARCHITECTURES[architecture](VOCABULARY).requires_grad_(False)
    prefix = _prefix(model)
    next_token_logits(model, TOKENS, prefix.cache()).log_softmax(-1)[7].backward()
    for parameter in prefix.parameters():
        assert parameter.grad is not None
        assert (parameter.grad.abs().sum((0, 1, 3)) > 0).all()


def test_shapes_follow_the_cache():
    assert cache_shapes(tiny.gpt2(VOCABULARY)) == (BlockShape(4, 8, 8),) * 2
    assert cache_shapes(tiny.llama(VOCABULARY)) == (BlockShape(2, 8, 8),) * 2
    assert cache_shapes(tiny.gpt_neox(VOCABULARY)) == (BlockShape(4, 8, 8),) * 3


def test_random_prefixes_follow_seed_and_scale():
    shapes = (BlockShape(heads=16, key_dim=64, value_dim=32),)
    prefix = Prefix.random(shapes, 5, scale=0.5, seed=1)
    again = Prefix.random(shapes, 5, scale=0.5, seed=1)
    other = Prefix.random(shapes, 5, scale=0.5, seed=2)
    assert prefix.keys[0].shape == (1, 16, 5, 64)
    assert prefix.values[0].shape == (1, 16, 5, 32)
    assert prefix.keys[0].std().item() == pytest.approx(0.5, rel=0.05)
    torch.testing.assert_close(prefix.keys[0], again.keys[0])
    assert not torch.equal(prefix.keys[0], other.keys[0])


def test_a_model_without_a_cache_is_refused():
    no_cache = OpenAIGPTLMHeadModel(
        OpenAIGPTConfig(vocab_size=VOCABULARY, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    )
    recurrent = MambaForCausalLM(
        MambaConfig(vocab_size=VOCABULARY, hidden_size=8, num_hidden_layers=1, state_size=4)
    )
    for model in (no_cache, recurrent):
        with pytest.raises(TextError, match="keys and values"):
            cache_shapes(model)
