"""Units, latents, neurons or channels alike: when they are active, and on which images."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32, Int

from sae.autoencoder import SparseAutoencoder

UnitKind = Literal["latent", "neuron", "channel"]

_BLOCK_VALUES = 2**25  # 128 MiB of float32 held at once


@dataclass(frozen=True)
class Units:
    """Activations of units over images, read a block of units at a time.

    ``columns(start, stop)`` gives activations (images, stop - start), float32. A unit is active on
    an image where its activation exceeds its threshold. ``directions`` are what one unit of
    activation adds to the feature, in the classifier's units; None for units that lie before the
    feature (channels), which add to it in no one direction.
    """

    kind: UnitKind
    n_images: int
    columns: Callable[[int, int], Float32[np.ndarray, "images block"]]
    thresholds: Float32[np.ndarray, " units"]
    directions: Float[np.ndarray, "units features"] | None

    @property
    def n_units(self) -> int:
        return len(self.thresholds)

    def blocks(self, *, columns: int = 1) -> Iterator["UnitBlock"]:
        """All units, in blocks that fit in memory whatever the number of images.

        ``columns`` is how many values per unit and image the caller holds at once.
        """
        size = max(1, _BLOCK_VALUES // max(1, self.n_images * columns))
        for start in range(0, self.n_units, size):
            stop = min(start + size, self.n_units)
            yield UnitBlock(start, self.columns(start, stop), self.thresholds[start:stop])


@dataclass(frozen=True)
class UnitBlock:
    """Consecutive units, the first of which is number ``start``."""

    start: int
    activations: Float32[np.ndarray, "images block"]
    thresholds: Float32[np.ndarray, " block"]

    @property
    def stop(self) -> int:
        return self.start + len(self.thresholds)

    def active(self) -> "ActiveImages":
        """The active images of each unit, strongest first (equal ones in order of images)."""
        units, images = np.nonzero((self.activations > self.thresholds).T)
        values = self.activations[images, units]
        order = np.lexsort((images, -values, units))
        counts = np.bincount(units, minlength=len(self.thresholds))
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        return ActiveImages(images[order], values[order], counts, starts)


@dataclass(frozen=True)
class ActiveImages:
    """Unit u is active on ``images[starts[u] : starts[u] + counts[u]]``, strongest first."""

    images: Int[np.ndarray, " active"]
    values: Float32[np.ndarray, " active"]
    counts: Int[np.ndarray, " block"]
    starts: Int[np.ndarray, " block"]


def latent_units(
    autoencoder: SparseAutoencoder, features: Float[np.ndarray, "images features"]
) -> Units:
    """The autoencoder's latents on these images; active means above zero."""
    sparse = autoencoder.encode_sparse(features).tocsc()
    return Units(
        kind="latent",
        n_images=len(features),
        columns=lambda start, stop: sparse[:, start:stop].toarray(),
        thresholds=np.zeros(autoencoder.width, dtype=np.float32),
        directions=autoencoder.decoder_directions,
    )


def neuron_units(
    features: Float[np.ndarray, "images features"], centre: Float[np.ndarray, " features"]
) -> Units:
    """The feature's own dimensions, centred; see ``axis_units``."""
    return axis_units("neuron", features, centre, np.eye(features.shape[1], dtype=np.float32))


def channel_units(
    means: Float[np.ndarray, "images channels"], centre: Float[np.ndarray, " channels"]
) -> Units:
    """The channels of the classifier's last stage, averaged over positions and centred."""
    return axis_units("channel", means, centre, None)


def axis_units(
    kind: UnitKind,
    values: Float[np.ndarray, "images units"],
    centre: Float[np.ndarray, " units"],
    directions: Float[np.ndarray, "units features"] | None,
) -> Units:
    """Columns of an array as units; active means more than one standard deviation above the mean
    of these images (a neuron is never exactly off, so "active" needs a convention).

    Only the positive pole is described. Activations are in the classifier's units.
    """
    n, d = values.shape
    centre = np.asarray(centre, dtype=np.float32)
    deviation = np.zeros(d)
    offset = np.zeros(d)
    if n > 0:
        columns = (np.asarray(values[:, i], dtype=np.float64) for i in range(d))
        moments = np.array([(column.mean(), column.std()) for column in columns])
        offset, deviation = moments[:, 0] - centre, moments[:, 1]
    return Units(
        kind=kind,
        n_images=n,
        columns=lambda start, stop: (
            np.asarray(values[:, start:stop], dtype=np.float32) - centre[start:stop]
        ),
        thresholds=(offset + deviation).astype(np.float32),
        directions=directions,
    )


@dataclass(frozen=True)
class UnitStatistics:
    """One row per unit. Means, histograms and samples are over the images it is active on."""

    density: Float[np.ndarray, " units"]  # share of images
    mean_activation: Float[np.ndarray, " units"]  # 0 for a unit that is never active
    max_activation: Float[np.ndarray, " units"]  # likewise
    histogram_edges: Float[np.ndarray, "units edges"]  # from the threshold to the maximum
    histogram_counts: Int[np.ndarray, "units bins"]
    top_images: Int[np.ndarray, "units top"]  # strongest first; -1 where there is none
    top_values: Float[np.ndarray, "units top"]  # NaN where there is none
    quantile_images: Int[np.ndarray, "units strata"]  # one image of each stratum
    quantile_values: Float[np.ndarray, "units strata"]
    random_images: Int[np.ndarray, "units random"]  # of all images, active or not
    random_values: Float[np.ndarray, "units random"]

    @property
    def alive(self) -> np.ndarray:
        """Whether a unit is active on any of the images."""
        return self.density > 0


def describe_units(
    units: Units, *, top: int = 24, strata: int = 8, chance: int = 8, bins: int = 20, seed: int
) -> UnitStatistics:
    """Statistics and example images of all units, in blocks.

    The quantile sample cuts a unit's active images, strongest first, into ``strata`` runs of
    equal length and draws one image from each: top images alone flatter a unit. ``chance``
    images are drawn from all, for each unit its own, in the order in which they were drawn.
    """
    rng = np.random.default_rng(seed)
    draws = rng.random((units.n_units, strata))
    chance = min(chance, units.n_images)
    drawn = rng.random((units.n_units, chance))
    parts = []
    for block in units.blocks():
        rows = slice(block.start, block.stop)
        described = _describe_block(block, top, bins, draws[rows])
        parts.append((*described, *_draw(block, drawn[rows])))
    return UnitStatistics(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _describe_block(
    block: UnitBlock, top: int, bins: int, draws: np.ndarray
) -> tuple[np.ndarray, ...]:
    active = block.active()
    counts, n_units = active.counts, len(active.counts)
    unit_of = np.repeat(np.arange(n_units), counts)
    some = np.maximum(counts, 1)
    mean = np.bincount(unit_of, active.values, minlength=n_units) / some
    top_images, top_values = _pick(active, np.broadcast_to(np.arange(top), (n_units, top)))
    maximum = np.where(counts > 0, _pick(active, np.zeros((n_units, 1), dtype=int))[1][:, 0], 0)
    low = np.where(counts > 0, block.thresholds, 0)
    steps = np.linspace(0, 1, bins + 1)
    edges = low[:, None] + (maximum - low)[:, None] * steps
    span = np.where(maximum > low, maximum - low, 1)
    cell = ((active.values - low[unit_of]) / span[unit_of] * bins).astype(int)
    histogram = np.bincount(
        unit_of * bins + np.clip(cell, 0, bins - 1), minlength=n_units * bins
    ).reshape(n_units, bins)
    strata = draws.shape[1]
    cuts = counts[:, None] * np.arange(strata + 1) // strata
    chosen = cuts[:, :-1] + (draws * np.diff(cuts, axis=1)).astype(int)
    chosen = np.where(np.diff(cuts, axis=1) > 0, chosen, counts[:, None])  # an empty stratum
    density = counts / max(1, len(block.activations))
    picked = _pick(active, chosen)
    return density, mean, maximum, edges, histogram, top_images, top_values, *picked


def _draw(block: UnitBlock, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different images for each unit, by draws (units, m) in [0, 1), and the values there."""
    n, m = len(block.activations), draws.shape[1]
    # One image out of each of m equal runs of images: none comes twice.
    cuts = n * np.arange(m + 1) // max(1, m)
    images = (cuts[:-1] + draws * np.diff(cuts)).astype(int)
    images = np.take_along_axis(images, np.argsort(draws, axis=1), axis=1)
    return images, np.take_along_axis(block.activations, images.T, axis=0).T


def _pick(active: ActiveImages, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images and values at ranks (units, m) from 0; -1 and NaN beyond a unit's active images."""
    there = ranks < active.counts[:, None]
    at = np.where(there, active.starts[:, None] + ranks, 0)
    if len(active.images) == 0:
        return np.full(ranks.shape, -1), np.full(ranks.shape, np.nan, dtype=np.float32)
    values = np.where(there, active.values[at], np.float32(np.nan))
    return np.where(there, active.images[at], -1), values
