"""Stage 11: heat-maps of the units on their example images."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifier.positions import Positions
from analysis.heatmaps import (
    Readout,
    centring_of_positions,
    heat_maps,
    latent_readout,
    like_features,
    neuron_readout,
)
from analysis.images.batches import as_batch, decode_ahead
from analysis.images.decode import Decoded, quiet_pillow
from analysis.pipeline.families import autoencoder, held_out_rows
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import classifier, images_root
from analysis.pipeline.stages.images import positions
from analysis.progress import Advance
from db.queries.heatmaps import example_images, image_files
from db.schema import UnitMap
from sae.centring import Centring

MAPS_PER_STRATUM = {"top": 8, "quantile": 4, "random": 4}
MOST_IMAGES = 50_000
"""Distinct images that go through the classifier once more."""
CENTRED_ON = 128
"""Images whose patch tokens give the mean and the scale of all patch tokens."""
NOTES = {
    "mean": "Heat-maps are exact: a neuron's activation, and a latent's before it is gated, is the "
    "mean over the positions of what the map shows before it is cut off at zero.",
    "token": "Heat-maps are approximate (patch tokens): the classifier's features are no mean over "
    "the patches, so a map shows what each patch's token holds of a unit.",
    "stage": "Heat-maps are exact, and of channels only: the features are no mean over positions, "
    "so latents and neurons have none.",
}


def _run(context: Context) -> Outcome:
    where = positions(context)
    assert where is not None  # the stage is skipped without positions
    pictures = _Pictures(context, where)
    examples, notes = _examples(context, where)
    ids = np.unique(examples["image_id"].to_numpy(np.int64))
    readouts = readouts_of(context, where)
    with context.progress.task("Drawing heat-maps", len(ids)) as advance:
        drawn = _draw(pictures, examples, ids, readouts, advance)
    missing = [i for i in ids.tolist() if i in pictures.missing]
    return Outcome(
        rows={UnitMap: drawn.rows()},
        notes=[NOTES[where.kind], *notes, *_missing_note(missing, len(ids))],
    )


def _examples(context: Context, where: Positions) -> tuple[pd.DataFrame, list[str]]:
    """Units and images that get a map, each pair once: unit_id, kind, number, image_id."""
    examples = example_images(context.store.engine, MAPS_PER_STRATUM)
    examples = examples.loc[(examples["kind"] == "channel") == (where.kind == "stage")]
    images = pd.unique(examples["image_id"])
    notes = []
    if len(images) > MOST_IMAGES:
        examples = examples.loc[np.isin(examples["image_id"], images[:MOST_IMAGES])]
        notes = [
            f"Heat-maps were drawn on {MOST_IMAGES:,} of the {len(images):,} example images of the "
            "units, strongest activations first."
        ]
    return examples.loc[~examples.duplicated(["unit_id", "image_id"])], notes


@dataclass
class _Pictures:
    """The audit's images, run through the classifier once more."""

    context: Context
    where: Positions
    files: list[tuple[str, str]] = field(init=False)
    """Path and hash of each image."""
    missing: set[int] = field(default_factory=set)
    """Ids of the images whose file is gone, or another than that whose features were taken."""

    def __post_init__(self) -> None:
        self.files = image_files(self.context.store.engine)

    def maps(self, ids: np.ndarray, advance: Advance) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Ids in their order, missing ones left out, and features (ids, rows, columns, features),
        a batch at a time."""
        config, model = self.context.config, classifier(self.context)
        root = images_root(self.context)
        decoded = decode_ahead(
            (root / self.files[i][0] for i in ids.tolist()),
            model.preprocessing,
            workers=config.workers,
            ahead=2 * max(config.batch_size, config.workers),
        )
        with closing(decoded), quiet_pillow():
            pairs = zip(ids.tolist(), decoded, strict=True)
            while batch := list(islice(pairs, config.batch_size)):
                same = {
                    i: picture.pixels
                    for i, picture in batch
                    if isinstance(picture, Decoded) and picture.sha256 == self.files[i][1]
                }
                self.missing.update(i for i, _ in batch if i not in same)
                if same:
                    pixels = as_batch(list(same.values())).to(model.device)
                    maps = self.where.of(model.preprocessing.normalize(pixels))
                    yield np.array(list(same)), maps.float().cpu().numpy()
                advance(len(batch))


def readouts_of(context: Context, where: Positions) -> Mapping[str, Readout]:
    """How each kind of unit that gets maps is read, made once a run."""
    return context.once("readouts", lambda: _readouts(context, where, _tokens(context, where)))


def _tokens(context: Context, where: Positions) -> Centring | None:
    """Mean and scale of patch tokens; None where they are not needed, or no image is left."""
    if where.kind != "token":
        return None
    pictures = _Pictures(context, where)
    drawn = np.random.default_rng(context.config.seed).permutation(len(pictures.files))
    sample = np.sort(drawn[:CENTRED_ON])
    with context.progress.task("Measuring patch tokens", len(sample)) as advance:
        try:
            return centring_of_positions(maps for _, maps in pictures.maps(sample, advance))
        except ValueError:
            return None


def _readouts(context: Context, where: Positions, tokens: Centring | None) -> Mapping[str, Readout]:
    """Latents and neurons, or channels."""
    pooled = context.store.array("channels" if where.kind == "stage" else "features")
    kept, _ = held_out_rows(len(pooled), seed=context.config.seed)
    if where.kind == "stage":
        return {"channel": neuron_readout(pooled[kept].mean(axis=0))}
    centring = Centring.of(pooled[kept])
    exact = {
        "latent": latent_readout(autoencoder(context)),
        "neuron": neuron_readout(centring.mean),
    }
    if where.kind == "mean":
        return exact
    if tokens is None:
        return {}
    return {kind: _of_tokens(read, tokens, centring) for kind, read in exact.items()}


def _of_tokens(read: Readout, tokens: Centring, features: Centring) -> Readout:
    return lambda at, numbers: read(like_features(at, tokens, features), numbers)


@dataclass(frozen=True)
class _Drawn:
    """Maps, one for each row of ``examples``, as far as they were made."""

    examples: pd.DataFrame
    values: np.ndarray
    """(examples, rows, columns) uint8"""
    peaks: np.ndarray
    made: np.ndarray

    def rows(self) -> Iterator[dict[str, Any]]:
        """Of ``UnitMap``, made one by one."""
        _, rows, columns = self.values.shape
        pairs = self.examples[["unit_id", "image_id"]].to_numpy()
        for i in np.flatnonzero(self.made):
            yield {
                "unit_id": int(pairs[i, 0]),
                "image_id": int(pairs[i, 1]),
                "rows": rows,
                "columns": columns,
                "peak": float(self.peaks[i]),
                "values": self.values[i].tobytes(),
            }


def _draw(
    pictures: _Pictures,
    examples: pd.DataFrame,
    ids: np.ndarray,
    readouts: Mapping[str, Readout],
    advance: Advance,
) -> _Drawn:
    """One forward pass over the images; of each map only a byte a position is kept."""
    examples = examples.sort_values(["image_id", "unit_id"])
    images, numbers = (examples[name].to_numpy(np.int64) for name in ("image_id", "number"))
    kinds = examples["kind"].to_numpy()
    grid = pictures.where.rows, pictures.where.columns
    drawn = _Drawn(
        examples,
        values=np.zeros((len(examples), *grid), np.uint8),
        peaks=np.zeros(len(examples), np.float32),
        made=np.zeros(len(examples), bool),
    )
    for batch, maps in pictures.maps(ids, advance):
        first, last = np.searchsorted(images, [batch[0], batch[-1] + 1])
        there = np.arange(first, last)[np.isin(images[first:last], batch)]
        for kind, read in readouts.items():
            which = there[kinds[there] == kind]
            of_kind = heat_maps(maps, read, np.searchsorted(batch, images[which]), numbers[which])
            drawn.values[which], drawn.peaks[which] = of_kind.values, of_kind.peaks
            drawn.made[which] = True
    return drawn


def _missing_note(missing: Sequence[int], images: int) -> list[str]:
    if not missing:
        return []
    return [
        f"Heat-maps of {len(missing):,} of {images:,} images are missing: their files vanished or "
        "changed since their features were taken."
    ]


def _skip(context: Context) -> str | None:
    if "images" in context.skipped:
        return "heat-maps are about images, and this audit has none"
    if "units" in context.skipped:
        return "there are no latents and neurons to draw"
    if positions(context) is None:
        name = classifier(context).spec.name
        return f"no spatial map leads to the features of {name}"
    return None


HEATMAPS = Stage(
    name="heatmaps",
    title="Heat-maps",
    needs=("model", "images", "units"),
    inputs=lambda _: {
        "maps": MAPS_PER_STRATUM,
        "images": MOST_IMAGES,
        "centred_on": CENTRED_ON,
    },
    run=_run,
    skip=_skip,
)
