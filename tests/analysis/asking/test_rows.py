"""Rows on the disk, a block at a time, against the same sums on plain arrays."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from analysis.asking import rows as rows_module
from analysis.asking.rows import axes, decoder, measured
from analysis.textmap.base import cosine, unit_rows


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks, the last not full."""
    monkeypatch.setattr(rows_module, "BLOCK", 4)


def values(n: int = 10, d: int = 6) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal((n, d)).astype(np.float32) + 3
    drawn[2] = 0
    return drawn


DIRECTIONS = unit_rows(np.random.default_rng(1).standard_normal((3, 6)).astype(np.float32))


@pytest.mark.parametrize("centred", [True, False])
def test_cosines_are_those_of_the_whole(centred: bool, tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", values())
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    rows = measured(mapped, len(mapped), centred=centred)
    whole = values() - (values().mean(0) if centred else 0)
    expected = cosine(whole, DIRECTIONS)
    np.testing.assert_allclose(rows.cosines(DIRECTIONS), expected, atol=1e-5)
    np.testing.assert_allclose(rows.largest(DIRECTIONS), expected.max(0), atol=1e-5)
    np.testing.assert_allclose(rows.units(np.array([7, 0])), unit_rows(whole)[[7, 0]], atol=1e-6)


def test_latents_are_read_from_their_file(tmp_path: Path) -> None:
    save_file({"W_dec": values(), "W_enc": values().T.copy()}, tmp_path / "sae_weights.safetensors")
    expected = cosine(values(), DIRECTIONS)
    np.testing.assert_allclose(decoder(tmp_path).cosines(DIRECTIONS), expected, atol=1e-5)


def test_a_neuron_is_an_axis() -> None:
    np.testing.assert_allclose(axes(6).cosines(DIRECTIONS), DIRECTIONS.T, atol=1e-6)
