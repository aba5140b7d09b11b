from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import TypeCheckError

from sae.config import SaeConfig, split_held_out


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", 0),
        ("k", 0),
        ("k", 9),
        ("steps", 0),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("held_out_share", 1.0),
        ("held_out_share", -0.1),
        ("validation_share", 1.5),
        ("patience", 0),
        ("seed", -1),
    ],
)
def test_a_senseless_field_is_named_with_its_value_and_a_fix(field, value):
    with pytest.raises(ValueError, match=rf"^{field} is {value}: give"):
        SaeConfig(**{"width": 8, "k": 2, field: value})


def test_the_default_grows_with_images_and_dimensions():
    config = SaeConfig.default(2300, 192)
    assert (config.architecture, config.width, config.k) == ("matryoshka", 256, 8)
    assert config.levels == (32, 64, 128, 256)
    assert SaeConfig.default(10**6, 768).width == 1024  # at most twice the dimensions
    small = SaeConfig.default(100, 768)  # an eighth of the images, but not below 16
    assert (small.width, small.k, small.levels) == (16, 2, (2, 4, 8, 16))


def test_levels_hold_at_least_k_latents_and_only_matryoshka_has_several():
    assert SaeConfig(32, 6).levels == (8, 16, 32)
    assert SaeConfig(5, 5).levels == (5,)
    assert SaeConfig(32, 6, "topk").levels == (32,)


def test_an_unknown_architecture_is_named_with_the_known_ones():
    unknown: Any = "dense"  # under pytest jaxtyping is first to refuse it
    with pytest.raises((ValueError, TypeCheckError), match=r"'dense'[\s\S]*matryoshka"):
        SaeConfig(8, 2, unknown)


@given(st.integers(0, 10**7), st.integers(1, 4096))
def test_the_default_is_valid_for_any_size(n_images, feature_dim):
    config = SaeConfig.default(n_images, feature_dim)
    assert 1 <= config.k <= config.width


@given(st.integers(2, 500), st.floats(0.001, 0.999), st.integers(0, 5))
def test_held_out_rows_are_disjoint_and_complete(n, share, seed):
    train, held_out = split_held_out(n, share, seed=seed)
    assert len(train) >= 1 and len(held_out) >= 1
    np.testing.assert_array_equal(np.sort(np.concatenate([train, held_out])), np.arange(n))
    assert abs(len(held_out) - n * share) <= 1


def test_the_split_follows_the_seed():
    first, again, other = (split_held_out(100, 0.2, seed=s)[1] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_nothing_is_held_out_at_share_zero_and_one_image_cannot_be_split():
    assert len(split_held_out(5, 0.0, seed=0)[1]) == 0
    with pytest.raises(ValueError, match="at least 2"):
        split_held_out(1, 0.2, seed=0)
