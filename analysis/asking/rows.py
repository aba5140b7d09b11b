"""Many vectors that a direction is held against, on the disk and read a block at a time.

An audit of 50,000 images keeps 150 MB of features. Centring or scaling them would copy them for
every text; here only their mean and their lengths are kept, and the rest is one product.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from analysis.textmap.base import unit_rows

BLOCK = 4096


@dataclass(frozen=True)
class Rows:
    """Vectors less their centre, for cosines."""

    values: Any
    """(rows, features) float32: an array, memory-mapped or not, or what can be sliced like one."""
    centre: Float[np.ndarray, " features"]
    lengths: Float[np.ndarray, " rows"]
    """Of the rows less the centre; 1 where a row is nothing else."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.lengths)

    def cosines(
        self, directions: Float[np.ndarray, "directions features"]
    ) -> Float[np.ndarray, "rows directions"]:
        """With unit directions."""
        return np.concatenate(list(self._blocks(directions)))

    def largest(
        self, directions: Float[np.ndarray, "directions features"]
    ) -> Float[np.ndarray, " directions"]:
        """The largest cosine of any row with each unit direction."""
        largest = np.full(len(directions), -np.inf, np.float32)
        for cosines in self._blocks(directions):
            np.maximum(largest, cosines.max(0), out=largest)
        return largest

    def units(self, ids: Int[np.ndarray, " some"]) -> Float[np.ndarray, "some features"]:
        """Some of the rows less the centre, of unit length (or zero)."""
        rows = [np.asarray(self.values[i : i + 1]) for i in ids.tolist()]
        return unit_rows(np.concatenate(rows) - self.centre)

    def _blocks(self, directions: np.ndarray) -> Iterator[np.ndarray]:
        shift = directions @ self.centre
        for block in _slices(len(self)):
            product = np.asarray(self.values[block]) @ directions.T - shift
            yield product / self.lengths[block, None]


def _slices(count: int) -> Iterator[slice]:
    for start in range(0, count, BLOCK):
        yield slice(start, min(start + BLOCK, count))  # safetensors wants the very end


def measured(values: Any, count: int, *, centred: bool) -> Rows:
    """Rows (one at least) with their lengths, and with their mean where that is to be taken off."""
    blocks = list(_slices(count))
    total = sum(np.asarray(values[block]).sum(0, dtype=np.float64) for block in blocks)
    centre = np.asarray(total if centred else total * 0, np.float32) / np.float32(count)
    parts = [np.linalg.norm(np.asarray(values[block]) - centre, axis=1) for block in blocks]
    lengths = np.concatenate(parts)
    return Rows(values, centre, np.where(lengths > 0, lengths, np.float32(1)))


def axes(count: int) -> Rows:
    """The neurons: each its own axis of the feature."""
    return measured(np.eye(count, dtype=np.float32), count, centred=False)


def decoder(directory: Path) -> Rows:
    """The directions of an autoencoder's latents, read from its file without its encoder."""
    from safetensors import safe_open

    from sae.autoencoder import WEIGHTS_FILE

    values = safe_open(directory / WEIGHTS_FILE, framework="np").get_slice("W_dec")
    return measured(values, values.get_shape()[0], centred=False)
