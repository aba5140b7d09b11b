import itertools

import numpy as np
import pytest

from sae.backend_saelens import _import_saelens, batches, train
from sae.config import SaeConfig
from tests.sae.planted import planted_features


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
    config = SaeConfig(16, 2, steps=800, batch_size=128)
    seen = []
    autoencoder = train(
        features, config, directory=directory, progress=lambda *counts: seen.append(counts)
    )
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
    _import_saelens()
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
    np.testing.assert_array_equal(first.encoder_weight, again.encoder_weight)


@pytest.mark.slow
def test_a_training_that_fails_leaves_nothing(tmp_path):
    features, _ = planted_features(n=100)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(features, SaeConfig(8, 2), directory=tmp_path / "sae", progress=stop)
    assert list(tmp_path.iterdir()) == []
