"""The kinds of units of an audit, latents, neurons and channels, as the stages read them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import InputError
from analysis.pipeline.runner import Context
from db.queries.overview import sae
from sae.autoencoder import SparseAutoencoder
from sae.config import SaeConfig, split_held_out
from sae.units import Units, channel_units, latent_units, neuron_units

AXES: dict[str, tuple[str, Callable[..., Units]]] = {
    "neuron": ("features", neuron_units),
    "channel": ("channels", channel_units),
}
"""Kinds whose units are the columns of an array: its name, and how they are read from it."""
Rows = np.ndarray | slice


@dataclass(frozen=True)
class Family:
    """All units of one kind; activations are made for the images that are asked for."""

    kind: str
    first_id: int
    units: Callable[[Rows], Units]
    """The units over some images, by row numbers."""

    @property
    def everywhere(self) -> Units:
        """Over all images."""
        return self.units(slice(None))


def families(context: Context) -> list[Family]:
    """Every kind of units that the audit has, in the order of their ids."""
    directions = unit_directions(context)
    first_ids = np.cumsum([0, *(len(rows) for rows in directions.values())]).tolist()
    return [
        Family(kind, first_id, _reader(context, kind))
        for kind, first_id in zip(directions, first_ids, strict=False)
    ]


def _reader(context: Context, kind: str) -> Callable[[Rows], Units]:
    if kind == "latent":
        latents, features = autoencoder(context), np.asarray(context.store.array("features"))
        return lambda rows: latent_units(latents, features[rows])
    name, units = AXES[kind]
    values = np.asarray(context.store.array(name))
    kept, _ = held_out_rows(len(values), seed=context.config.seed)
    centre = values[kept].mean(axis=0)
    return lambda rows: units(values[rows], centre)


def unit_directions(context: Context) -> dict[str, np.ndarray]:
    """Directions of all units by kind, (units, features); neurons and channels are axes."""
    there = context.store.array_names()
    found: dict[str, np.ndarray] = {"latent": autoencoder(context).decoder_directions}
    for kind, (name, _) in AXES.items():
        if name in there:
            found[kind] = np.eye(context.store.array(name).shape[1], dtype=np.float32)
    return found


def autoencoder(context: Context) -> SparseAutoencoder:
    """The autoencoder of the audit, as it lies beside the store."""
    row = sae(context.store.engine)
    if row is None:
        raise InputError("this audit has no autoencoder yet: go on with --resume")
    return SparseAutoencoder.from_directory(context.store.directory / row.directory)


def held_out_rows(n_images: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images that units are trained and labels chosen on, and images that both are scored on."""
    return split_held_out(n_images, SaeConfig.held_out_share, seed=seed)
