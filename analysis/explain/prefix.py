"""Learnable key-value pairs before every attention block (paper section 3.2 and appendix I).

With Y tokens there are Y queries and 5 + Y keys and values in every block: each token attends to
itself, the tokens before it and the 5 prefixes. The prefixes enter as a filled key-value cache, so
any causal language model with such a cache can be steered, whatever its heads and positions.

The tokens keep the positions 0, 1, ... that they have without the prefixes. A prefix is a learned
vector and stands nowhere in the sentence; so the distribution without prefixes is the bare model's
exactly, and prefixes displace no token. (A model that counts distances alone, as with ALiBi,
sees the prefixes right before the first token.)
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from analysis.errors import TextError


@dataclass(frozen=True)
class BlockShape:
    """Keys and values of one attention block.

    Under grouped-query attention there are fewer heads of them than of queries.
    """

    heads: int
    key_dim: int
    value_dim: int


def cache_shapes(model: PreTrainedModel) -> tuple[BlockShape, ...]:
    """Shapes of a model's key-value cache, block by block, read from the cache it fills itself.

    Raises:
        TextError: the model keeps no cache of keys and values for every block.
    """
    cache = _own_cache(model)
    if not isinstance(cache, DynamicCache) or not cache.layers:
        raise TextError(
            f"{type(model).__name__} keeps no cache of keys and values, which the prefixes need: "
            "choose a causal transformer such as gpt2"
        )
    return tuple(_shape(layer, number, model) for number, layer in enumerate(cache.layers))


def _own_cache(model: PreTrainedModel) -> object:
    """What a model returns as its cache after one token, None where it takes none."""
    if "past_key_values" not in inspect.signature(model.forward).parameters:
        return None
    probe = torch.zeros((1, 1), dtype=torch.long, device=model.device)
    with torch.no_grad():
        return getattr(model(input_ids=probe, use_cache=True), "past_key_values", None)


def _shape(layer: object, number: int, model: PreTrainedModel) -> BlockShape:
    keys, values = getattr(layer, "keys", None), getattr(layer, "values", None)
    if (
        isinstance(layer, DynamicLayer)
        and isinstance(keys, Tensor)
        and isinstance(values, Tensor)
        and keys.ndim == values.ndim == 4
        and keys.shape[:3] == values.shape[:3]
    ):
        return BlockShape(heads=keys.shape[1], key_dim=keys.shape[3], value_dim=values.shape[3])
    raise TextError(
        f"block {number} of {type(model).__name__} keeps no keys and values of its own "
        f"({type(layer).__name__}), which the prefixes need: choose a causal transformer "
        "such as gpt2"
    )


@dataclass(frozen=True)
class Prefix:
    """The learnable keys and values, one pair of tensors a block."""

    keys: tuple[Float[Tensor, "1 heads prefixes key_dim"], ...]
    values: tuple[Float[Tensor, "1 heads prefixes value_dim"], ...]

    @classmethod
    def random(
        cls,
        shapes: Sequence[BlockShape],
        length: int,
        *,
        scale: float,
        seed: int,
        device: torch.device | str = "cpu",
    ) -> "Prefix":
        """Normal with standard deviation ``scale``, the same on every device."""
        generator = torch.Generator().manual_seed(seed)

        def draw(heads: int, dim: int) -> Tensor:
            drawn = torch.randn((1, heads, length, dim), generator=generator) * scale
            return drawn.to(device).requires_grad_()

        pairs = [(draw(s.heads, s.key_dim), draw(s.heads, s.value_dim)) for s in shapes]
        return cls(keys=tuple(k for k, _ in pairs), values=tuple(v for _, v in pairs))

    def parameters(self) -> list[Tensor]:
        """What the optimiser moves."""
        return [*self.keys, *self.values]

    def cache(self) -> DynamicCache:
        """A fresh cache that holds the prefixes and through which gradients flow to them."""
        return DynamicCache(list(zip(self.keys, self.values, strict=True)))


def next_token_logits(
    model: PreTrainedModel,
    tokens: Int[Tensor, " tokens"],
    cache: DynamicCache | None = None,
    *,
    first_position: int = 0,
) -> Float[Tensor, " vocabulary"]:
    """Logits o_l of the token that follows ``tokens``.

    Args:
        tokens: of one sentence; those already in ``cache`` left out.
        cache: keys and values to attend to besides, ``Prefix.cache()`` or earlier tokens; it grows.
        first_position: position of the first of ``tokens``.
    """
    arguments: dict[str, object] = {"input_ids": tokens[None], "past_key_values": cache}
    accepted = inspect.signature(model.forward).parameters
    if "position_ids" in accepted:
        positions = torch.arange(len(tokens), device=tokens.device) + first_position
        arguments["position_ids"] = positions[None]
    if "logits_to_keep" in accepted:
        arguments["logits_to_keep"] = 1
    return model(**arguments, use_cache=cache is not None).logits[0, -1].float()
