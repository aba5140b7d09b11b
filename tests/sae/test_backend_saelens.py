import itertools
from dataclasses import replace

import numpy as np
import pytest

from sae.autoencoder import Threshold
from sae.backend_saelens import LOOKS, batches, import_saelens, threshold_shift, train
from sae.config import SaeConfig
from sae.metrics import explained_variance
from tests.sae.planted import identity_autoencoder, planted_features


def test_batches_have_one_size_and_every_epoch_sees_every_row():
    features = np.arange(10, dtype=np.float32)[:, None]
    rows = [b[:, 0] for b in itertools.islice(batches(features, 4, seed=0), 10)]
    assert {len(batch) for batch in rows} == {4}
    for epoch in np.concatenate(rows).reshape(4, 10):
        assert sorted(epoch) == list(range(10))


def test_a_batch_may_be_larger_than_the_data():
    first = next(batches(np.arange(3, dtype=np.float32)[:, None], 7, seed=0))
    assert len(first) == 7 and set(first[:, 0]) == {0, 1, 2}


def test_an_existing_directory_is_refused_before_anything_is_imported(tmp_path):
    with pytest.raises(FileExistsError, match="give a new directory"):
        train(np.eye(3, dtype=np.float32), SaeConfig(2, 1), directory=tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    features, truth = planted_features()
    directory = tmp_path_factory.mktemp("sae") / "trained"
    config = SaeConfig(16, 2, "topk", steps=800, batch_size=128, patience=20)
    seen = []
    autoencoder = train(
        features, config, directory=directory, progress=lambda *counts: seen.append(counts)
    ).autoencoder
    return features, truth, config, directory, autoencoder, seen


@pytest.mark.slow
def test_planted_directions_are_found(trained):
    _, truth, _, _, autoencoder, seen = trained
    directions = autoencoder.decoder_directions
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    best = (truth @ directions.T).max(axis=1)
    assert (best > 0.9).mean() >= 0.75, best
    assert seen[0] == (1, 800) and seen[-1] == (800, 800)


@pytest.mark.slow
def test_latents_and_reconstructions_are_those_of_sae_lens(trained):
    import torch

    features, _, _, directory, autoencoder, _ = trained
    import_saelens()
    from sae_lens import SAE

    theirs = SAE.load_from_disk(directory)
    x = torch.from_numpy(autoencoder.centring.apply(features[:200]))
    with torch.no_grad():
        latents = theirs.encode(x)
        rebuilt = theirs.decode(latents).numpy()
    np.testing.assert_allclose(
        autoencoder.encode(features[:200]), latents.numpy(), rtol=1e-5, atol=1e-5
    )
    ours = autoencoder.centring.apply(autoencoder.decode(latents.numpy()))
    np.testing.assert_allclose(ours, rebuilt, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_the_directory_holds_these_files_and_nothing_is_left_beside_it(trained):
    directory = trained[3]
    names = sorted(path.name for path in directory.iterdir())
    assert names == ["centring.safetensors", "cfg.json", "sae_weights.safetensors"]
    assert [path.name for path in directory.parent.iterdir()] == ["trained"]


@pytest.mark.slow
def test_one_seed_gives_one_autoencoder_and_leaves_global_state_alone(trained, tmp_path):
    import torch

    features = trained[0]
    config = SaeConfig(16, 2, steps=30, batch_size=64, seed=3)
    torch.manual_seed(0)
    threads, expected = torch.get_num_threads(), torch.rand(1)
    torch.manual_seed(0)
    first = train(features, config, directory=tmp_path / "a")
    assert torch.rand(1) == expected and torch.get_num_threads() == threads
    torch.manual_seed(99)
    again = train(features, config, directory=tmp_path / "b")
    np.testing.assert_array_equal(
        first.autoencoder.encoder_weight, again.autoencoder.encoder_weight
    )


@pytest.mark.slow
def test_a_training_that_fails_leaves_nothing(tmp_path):
    features, _ = planted_features(n=100)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(features, SaeConfig(8, 2), directory=tmp_path / "sae", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["batchtopk", "matryoshka", "jumprelu"])
def test_thresholds_are_set_anew_and_read_as_sae_lens_reads_them(tmp_path, architecture):
    import torch

    features, _ = planted_features()
    config = SaeConfig(16, 2, architecture, steps=600, batch_size=128)
    trained = train(features, config, directory=tmp_path / "sae")
    autoencoder = trained.autoencoder
    fresh = features[::7]
    l0 = autoencoder.encode_sparse(features).nnz / len(features)
    assert l0 == pytest.approx(2, abs=0.15)
    assert trained.threshold is not None and trained.threshold != trained.threshold_trained
    import_saelens()
    from sae_lens import SAE

    theirs = SAE.load_from_disk(tmp_path / "sae")
    with torch.no_grad():
        latents = theirs.encode(torch.from_numpy(autoencoder.centring.apply(fresh[:200]))).numpy()
    np.testing.assert_allclose(autoencoder.encode(fresh[:200]), latents, rtol=1e-4, atol=1e-5)
    rebuilt = autoencoder.decode(autoencoder.encode(fresh))
    assert explained_variance(fresh, rebuilt) > 0.7


@pytest.mark.slow
def test_training_stops_early_on_noise_and_keeps_the_best_state(tmp_path):
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((300, 40)).astype(np.float32)  # nothing to learn: it overfits
    config = SaeConfig(64, 8, steps=1000, batch_size=64, patience=3)
    seen = []
    trained = train(
        noise, config, directory=tmp_path / "sae", progress=lambda done, _: seen.append(done)
    )
    assert trained.steps_taken < seen[-1] < 1000
    assert seen[-1] - trained.steps_taken == 3 * (1000 // LOOKS)


def test_the_threshold_shift_lets_k_latents_pass_in_the_mean():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((500, 6)).astype(np.float32)
    autoencoder = replace(
        identity_autoencoder(6, k=1), gate=Threshold(np.linspace(0, 1, 6).astype(np.float32))
    )
    for k in (1, 2):
        shift = threshold_shift(autoencoder, features, k)
        gate = Threshold(autoencoder.gate.thresholds + np.float32(shift))
        assert replace(autoencoder, gate=gate).encode_sparse(features).nnz == 500 * k
    # About half of the values are above zero: six cannot be active, all that can are.
    assert threshold_shift(autoencoder, features, 6) < 0
    with pytest.raises(ValueError, match="no thresholds"):
        threshold_shift(identity_autoencoder(6, k=1), features, 1)
