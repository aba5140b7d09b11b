import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from sae.autoencoder import SparseAutoencoder
from tests.sae.planted import CFG, identity_autoencoder, random_weights, save_weights


def by_the_formula(weights, config, x):
    """sae-lens's TopK encoder and decoder, written out for one row after the other."""
    norms = (
        np.linalg.norm(weights["W_dec"], axis=1) if config["rescale_acts_by_decoder_norm"] else 1
    )
    shift = weights["b_dec"] if config["apply_b_dec_to_input"] else 0
    pre = ((x - shift) @ weights["W_enc"] + weights["b_enc"]) * norms
    latents = np.zeros_like(pre)
    for row, values in zip(latents, pre, strict=True):
        best = np.argsort(-values)[: config["k"]]
        row[best] = np.maximum(values[best], 0)
    return latents, (latents / norms) @ weights["W_dec"] + weights["b_dec"]


@pytest.mark.parametrize("rescale", [True, False])
@pytest.mark.parametrize("subtract", [True, False])
def test_encoding_and_decoding_follow_the_settings(tmp_path, rescale, subtract):
    config = CFG | {"rescale_acts_by_decoder_norm": rescale, "apply_b_dec_to_input": subtract}
    weights = random_weights()
    save_weights(tmp_path / "sae", weights, config)
    x = np.random.default_rng(1).standard_normal((50, 8)).astype(np.float32)
    autoencoder = SparseAutoencoder.from_directory(tmp_path / "sae")
    latents, rebuilt = by_the_formula(weights, config, x)
    np.testing.assert_allclose(autoencoder.encode(x), latents, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        autoencoder.decode(latents.astype(np.float32)), rebuilt, rtol=1e-5, atol=1e-5
    )


def test_centring_is_applied_before_and_taken_back_after(tmp_path):
    weights = random_weights()
    save_weights(tmp_path / "plain", weights, CFG)
    save_weights(tmp_path / "centred", weights, CFG)
    mean = np.arange(8, dtype=np.float32)
    stored = {"mean": mean, "scale": np.array([4.0], dtype=np.float32)}
    save_file(stored, tmp_path / "centred" / "centring.safetensors")
    plain, centred = (
        SparseAutoencoder.from_directory(tmp_path / name) for name in ("plain", "centred")
    )
    x = np.random.default_rng(1).standard_normal((5, 8)).astype(np.float32)
    latents = plain.encode(x)
    np.testing.assert_allclose(centred.encode(4 * x + mean), latents, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(
        centred.decode(latents), 4 * plain.decode(latents) + mean, rtol=1e-5, atol=1e-4
    )
    one = np.zeros((2, 20), dtype=np.float32)
    one[0, 7] = 1
    step = centred.decode(one)
    np.testing.assert_allclose(
        step[0] - step[1], centred.decoder_directions[7], rtol=1e-5, atol=1e-5
    )


@given(st.integers(1, 6), st.integers(0, 100))
def test_at_most_k_latents_are_active_and_none_is_negative(k, seed):
    x = np.random.default_rng(seed).standard_normal((9, 6)).astype(np.float32)
    latents = identity_autoencoder(6, k=k).encode(x)
    assert ((latents > 0).sum(axis=1) <= k).all() and (latents >= 0).all()


def test_blocks_of_rows_do_not_change_the_latents(tmp_path):
    save_weights(tmp_path / "sae", random_weights(), CFG)
    autoencoder = SparseAutoencoder.from_directory(tmp_path / "sae")
    x = np.random.default_rng(1).standard_normal((50, 8)).astype(np.float32)
    single = np.concatenate([autoencoder.encode(row[None]) for row in x])
    np.testing.assert_allclose(autoencoder.encode(x), single, rtol=1e-5, atol=1e-5)
    assert autoencoder.encode(x[:0]).shape == (0, 20)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"architecture": "gated"}, "'gated'.*only topk, jumprelu and standard"),
        ({"architecture": None}, "only topk, jumprelu and standard"),
        ({"normalize_activations": "layer_norm"}, "normalize_activations is 'layer_norm'"),
        ({"reshape_activations": "hook_z"}, "reshape_activations is 'hook_z'"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, change, message):
    save_weights(tmp_path / "sae", random_weights(), CFG | change)
    with pytest.raises(ValueError, match=message):
        SparseAutoencoder.from_directory(tmp_path / "sae")


def test_missing_weights_and_a_missing_k_are_named(tmp_path):
    weights = random_weights()
    save_weights(tmp_path / "a", {"W_enc": weights["W_enc"]}, CFG)
    with pytest.raises(ValueError, match=r"lacks \['W_dec', 'b_dec', 'b_enc'\]"):
        SparseAutoencoder.from_directory(tmp_path / "a")
    save_weights(tmp_path / "b", weights, CFG)
    config = {name: value for name, value in CFG.items() if name != "k"}
    (tmp_path / "b" / "cfg.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="has no k"):
        SparseAutoencoder.from_directory(tmp_path / "b")


def test_a_configuration_that_names_no_architecture_is_refused(tmp_path):
    save_weights(tmp_path / "sae", random_weights(), {"k": 3})
    with pytest.raises(ValueError, match="names no architecture"):
        SparseAutoencoder.from_directory(tmp_path / "sae")


@pytest.mark.parametrize("architecture", ["jumprelu", "standard"])
def test_thresholds_gate_the_latents(tmp_path, architecture):
    weights = random_weights()
    thresholds = np.linspace(0, 2, 20).astype(np.float32)
    if architecture == "jumprelu":
        weights["threshold"] = thresholds
    else:
        thresholds = np.zeros(20)
    config = CFG | {
        "architecture": architecture,
        "rescale_acts_by_decoder_norm": False,
        "apply_b_dec_to_input": False,
    }
    save_weights(tmp_path / "sae", weights, config)
    x = np.random.default_rng(1).standard_normal((50, 8)).astype(np.float32)
    pre = x @ weights["W_enc"] + weights["b_enc"]
    expected = np.where((pre > thresholds) & (pre > 0), pre, 0)
    autoencoder = SparseAutoencoder.from_directory(tmp_path / "sae")
    np.testing.assert_allclose(autoencoder.encode(x), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        autoencoder.decode(expected), expected @ weights["W_dec"] + weights["b_dec"], rtol=1e-4
    )


def test_files_that_do_not_fit_together_are_refused(tmp_path):
    jumprelu = CFG | {"architecture": "jumprelu"}
    save_weights(tmp_path / "a", random_weights(), jumprelu)
    with pytest.raises(ValueError, match=r"lacks \['threshold'\]"):
        SparseAutoencoder.from_directory(tmp_path / "a")
    weights = random_weights() | {"threshold": np.zeros(19, dtype=np.float32)}
    save_weights(tmp_path / "b", weights, jumprelu)
    with pytest.raises(ValueError, match=r"threshold in .* has shape \(19,\).*\(20,\)"):
        SparseAutoencoder.from_directory(tmp_path / "b")


def test_sparse_latents_hold_what_is_active_only():
    x = np.random.default_rng(0).standard_normal((40, 6)).astype(np.float32)
    autoencoder = identity_autoencoder(6, k=2)
    sparse = autoencoder.encode_sparse(x)
    np.testing.assert_array_equal(sparse.toarray(), autoencoder.encode(x))
    assert sparse.nnz == (autoencoder.encode(x) > 0).sum()


def test_damaged_and_senseless_weights_are_refused(tmp_path):
    weights = random_weights()
    save_weights(tmp_path / "cut", weights, CFG)
    file = tmp_path / "cut" / "sae_weights.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(ValueError, match="is damaged"):
        SparseAutoencoder.from_directory(tmp_path / "cut")
    weights["W_enc"][2, 3] = np.nan
    save_weights(tmp_path / "nan", weights, CFG)
    with pytest.raises(ValueError, match=r"W_enc in .* is not finite"):
        SparseAutoencoder.from_directory(tmp_path / "nan")
