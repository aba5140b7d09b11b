"""Units, latents or neurons alike: when they are active, on which images, for which classes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32, Int

from sae.autoencoder import SparseAutoencoder
from sae.centring import Centring

_BLOCK_VALUES = 2**25  # 128 MiB of float32 held at once


@dataclass(frozen=True)
class Units:
    """Activations of units over images, read a block of units at a time.

    ``columns(start, stop)`` gives activations (images, stop - start), float32. A unit is active on
    an image where its activation exceeds its threshold. ``directions`` are what one unit of
    activation adds to the feature, in the classifier's units.
    """

    kind: Literal["latent", "neuron"]
    n_images: int
    columns: Callable[[int, int], Float32[np.ndarray, "images block"]]
    thresholds: Float32[np.ndarray, " units"]
    directions: Float[np.ndarray, "units features"]

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
    from scipy.sparse import csc_array

    topk = autoencoder.encode_topk(features)
    n = len(features)
    rows = np.repeat(np.arange(n), autoencoder.k)
    sparse = csc_array(
        (topk.values.ravel(), (rows, topk.latents.ravel())), shape=(n, autoencoder.width)
    )
    return Units(
        kind="latent",
        n_images=n,
        columns=lambda start, stop: sparse[:, start:stop].toarray(),
        thresholds=np.zeros(autoencoder.width, dtype=np.float32),
        directions=autoencoder.decoder_directions,
    )


def neuron_units(features: Float[np.ndarray, "images features"], centring: Centring) -> Units:
    """The feature's own dimensions, centred; active means more than one standard deviation above
    the mean of these images (a neuron is never exactly off, so "active" needs a convention).

    Only the positive pole of a neuron is described. ``centring.scale`` is not applied: activations
    are in the classifier's units.
    """
    n, d = features.shape
    deviation = np.zeros(d)
    offset = np.zeros(d)
    if n > 0:
        columns = (np.asarray(features[:, i], dtype=np.float64) for i in range(d))
        moments = np.array([(column.mean(), column.std()) for column in columns])
        offset, deviation = moments[:, 0] - centring.mean, moments[:, 1]
    return Units(
        kind="neuron",
        n_images=n,
        columns=lambda start, stop: (
            np.asarray(features[:, start:stop], dtype=np.float32) - centring.mean[start:stop]
        ),
        thresholds=(offset + deviation).astype(np.float32),
        directions=np.eye(d, dtype=np.float32),
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

    @property
    def alive(self) -> np.ndarray:
        """Whether a unit is active on any of the images."""
        return self.density > 0


def describe_units(
    units: Units, *, top: int = 24, strata: int = 8, bins: int = 20, seed: int
) -> UnitStatistics:
    """Statistics and example images of all units, in blocks.

    The quantile sample cuts a unit's active images, strongest first, into ``strata`` runs of
    equal length and draws one image from each: top images alone flatter a unit.
    """
    draws = np.random.default_rng(seed).random((units.n_units, strata))
    parts = [
        _describe_block(block, top, bins, draws[block.start : block.stop])
        for block in units.blocks()
    ]
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


def _pick(active: ActiveImages, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images and values at ranks (units, m) from 0; -1 and NaN beyond a unit's active images."""
    there = ranks < active.counts[:, None]
    at = np.where(there, active.starts[:, None] + ranks, 0)
    if len(active.images) == 0:
        return np.full(ranks.shape, -1), np.full(ranks.shape, np.nan, dtype=np.float32)
    values = np.where(there, active.values[at], np.float32(np.nan))
    return np.where(there, active.images[at], -1), values


@dataclass(frozen=True)
class ClassEffects:
    """The classes each unit moves most, by |effect|; effects are in logits."""

    classes: Int[np.ndarray, "units top"]
    effects: Float[np.ndarray, "units top"]


def class_effects(
    directions: Float[np.ndarray, "units features"],
    strengths: Float[np.ndarray, " units"],
    class_weights: Float[np.ndarray, "classes features"],
    *,
    top: int = 10,
) -> ClassEffects:
    """Effect of a unit on a class: strength · direction · (w_c - mean of w over the classes).

    ``strengths`` are the units' mean activations where active (``mean_activation``), so an effect
    is what the unit adds to the class's logit, against the average class, when it is typically
    on; latents and neurons are then comparable.
    """
    centred = class_weights - class_weights.mean(axis=0)
    effects = (directions * strengths[:, None]) @ centred.T
    top = min(top, effects.shape[1])
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :top]
    return ClassEffects(order, np.take_along_axis(effects, order, axis=1))
