"""The kinds of units of an audit, latents, neurons and channels, as the stages read them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors import InputError
from analysis.pipeline.runner import Context
from db.queries.overview import sae
from sae.autoencoder import SparseAutoencoder
from sae.config import SaeConfig, split_held_out
from sae.units import Units, channel_units, latent_units, neuron_units


@dataclass(frozen=True)
class Family:
    """All units of one kind, over all images, over those for choosing and those for scoring."""

    first_id: int
    everywhere: Units
    trained_on: Units
    held_out: Units


def families(context: Context) -> Iterator[Family]:
    """Every kind of units that the audit has, in the order of their ids."""
    features = np.asarray(context.store.array("features"))
    kept, held_out = held_out_rows(len(features), seed=context.config.seed)
    sae = autoencoder(context)
    first_id = 0

    def family(everywhere: Units, trained_on: Units, unseen: Units) -> Family:
        nonlocal first_id
        made = Family(first_id, everywhere, trained_on, unseen)
        first_id += everywhere.n_units
        return made

    parts = (features, features[kept], features[held_out])
    yield family(*(latent_units(sae, part) for part in parts))
    centre = features[kept].mean(axis=0)
    yield family(*(neuron_units(part, centre) for part in parts))
    if "channels" in context.store.array_names():
        means = np.asarray(context.store.array("channels"))
        centre = means[kept].mean(axis=0)
        parts = (means, means[kept], means[held_out])
        yield family(*(channel_units(part, centre) for part in parts))


def autoencoder(context: Context) -> SparseAutoencoder:
    """The autoencoder of the audit, as it lies beside the store."""
    row = sae(context.store.engine)
    if row is None:
        raise InputError("this audit has no autoencoder yet: go on with --resume")
    return SparseAutoencoder.from_directory(context.store.directory / row.directory)


def held_out_rows(n_images: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images that units are trained and labels chosen on, and images that both are scored on."""
    return split_held_out(n_images, SaeConfig.held_out_share, seed=seed)


def unit_directions(context: Context) -> dict[str, np.ndarray]:
    """Directions of all units by kind, (units, features); channels and neurons are axes."""
    return {
        family.everywhere.kind: np.eye(family.everywhere.n_units, dtype=np.float32)
        if family.everywhere.directions is None
        else family.everywhere.directions
        for family in families(context)
    }
