"""The stage of heat-maps, on stores whose units are written by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from sqlalchemy import select
from torch import nn

from analysis.classifier.class_names import ClassNames
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier, split
from analysis.config import AuditConfig
from analysis.images.decode import decode
from analysis.pipeline.families import autoencoder, held_out_rows
from analysis.pipeline.runner import Context, Outcome, run_stages
from analysis.pipeline.stages import heatmaps as module
from analysis.pipeline.stages.heatmaps import HEATMAPS
from analysis.pipeline.stages.images import IMAGES
from db import schema
from db.store import AuditStore
from tests.analysis.classifier.models import huggingface_directory
from tests.analysis.images.conftest import PREPROCESSING, make_classifier, noise
from tests.analysis.small import Recorder

N_IMAGES, N_LATENTS = 12, 5
ROWS_OF_SAE = {
    **dict.fromkeys(("n_train", "n_held_out"), 1),
    **dict.fromkeys(("explained_variance", "l0", "alive_share", "top1_agreement"), 1.0),
    **dict.fromkeys(("logit_kl", "floor_explained_variance", "floor_top1_agreement"), 1.0),
    "seconds": 1.0,
}


def classifier_of(net: nn.Module, preprocessing: Preprocessing, name: str) -> Classifier:
    side = preprocessing.input_size
    parts = split(net.requires_grad_(False), torch.randn(2, 3, side, side), name=name)
    return Classifier(
        spec=ModelSpec(name),
        head=parts.head,
        extract=parts.extract,
        preprocessing=preprocessing,
        class_names=None,
        weights_sha256=name,
        split_method=parts.method,
        split_error=parts.error,
        device="cpu",
    )


def stage_net() -> Classifier:
    """A layer after pooling, as in MobileNetV3: four channels, sixteen features."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 5, stride=3),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 16),
        nn.Linear(16, 7),
    )
    return classifier_of(net, PREPROCESSING, "stage")


def flat_net() -> Classifier:
    """Features of pixels, without a map."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 16), nn.Linear(16, 7))
    return classifier_of(net, PREPROCESSING, "flat")


def token_net(directory: Path) -> Classifier:
    net = huggingface_directory(directory, [str(i) for i in range(7)])
    prepared = Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3, "bilinear")
    return classifier_of(net, prepared, "token")


class Audit:
    """A store with images and hand-written units: ``active`` are rows (unit, stratum, images)."""

    def __init__(
        self, root: Path, classifier: Classifier, active: list[tuple[int, str, list[int]]]
    ) -> None:
        self.root, self.active = root, active
        (root / "images").mkdir(parents=True)
        for i in range(N_IMAGES):
            noise(i).save(root / "images" / f"{i:02d}.png")
        self.classifier = classifier
        config = AuditConfig(classifier.spec, root / "audit", images=root / "images", batch_size=5)
        self.context = Context(config, Recorder())
        self.context.made |= {"classifier": classifier, "class_names": ClassNames(tuple("abcdefg"))}
        with AuditStore.create(config.out) as self.context.store:
            run = self.begin()
            self.put(run, "model", 1, self.model())
            outcome = IMAGES.run(self.context)
            self.put(run, "images", 2, outcome)
            self.put(run, "units", 3, self.units())

    def begin(self) -> int:
        return self.context.store.begin_run("test", {}, {}, 0)

    def put(self, run: int, name: str, position: int, outcome: Outcome) -> None:
        self.context.store.finish_stage(
            run,
            name,
            position,
            name,
            seconds=1,
            rows=outcome.rows,
            arrays=outcome.arrays,
            files=outcome.files,
        )

    def model(self) -> Outcome:
        return Outcome(
            rows={schema.Class: [{"id": i, "name": str(i), "folder": None} for i in range(7)]}
        )

    def units(self) -> Outcome:
        """Latents 0 to 4, neurons 10 to 25, channels 30 to 33; unit 4 is dead."""
        directory = self.context.config.out / "sae"
        directory.mkdir()
        rng = np.random.default_rng(0)
        width = self.classifier.feature_dim
        shapes = {
            "W_enc": (width, N_LATENTS),
            "b_enc": (N_LATENTS,),
            "W_dec": (N_LATENTS, width),
            "b_dec": (width,),
        }
        weights = {k: rng.normal(size=shape).astype(np.float32) for k, shape in shapes.items()}
        save_file(weights, directory / "sae_weights.safetensors")
        config = {"architecture": "topk", "k": 2, "apply_b_dec_to_input": True}
        (directory / "cfg.json").write_text(json.dumps(config), "utf-8")
        described = {
            "density": 0.5,
            "mean_activation": 1.0,
            "max_activation": 1.0,
            "histogram": {},
        }
        kinds = (("latent", 0, N_LATENTS), ("neuron", 10, 16), ("channel", 30, 4))
        return Outcome(
            rows={
                schema.SparseAutoencoder: [
                    {"id": 1, "config": {}, "directory": "sae", **ROWS_OF_SAE}
                ],
                schema.Unit: [
                    {"id": first + i, "kind": kind, "number": i, "alive": first + i != 4}
                    | described
                    for kind, first, count in kinds
                    for i in range(count)
                ],
                schema.Activation: [
                    {
                        "unit_id": unit,
                        "stratum": stratum,
                        "rank": rank,
                        "image_id": image,
                        "value": 1.0,
                    }
                    for unit, stratum, images in self.active
                    for rank, image in enumerate(images, start=1)
                ],
            },
            files=sorted(directory.iterdir()),
        )

    def run(self) -> Recorder:
        """The stage by the runner; returns what it said."""
        recorder = Recorder()
        self.context.progress = recorder
        with AuditStore.open(self.context.config.out) as self.context.store:
            stage = HEATMAPS.__class__(**{**vars(HEATMAPS), "needs": ()})
            run_stages(self.context, (stage,), self.begin())
            with self.context.store.engine.connect() as connection:
                rows = connection.execute(select(schema.UnitMap.__table__)).all()
            self.made = {(row.unit_id, row.image_id): row for row in rows}
        return recorder

    def positions_of(self, image: int) -> np.ndarray:
        """The map of one image, decoded and run alone: (rows, columns, features)."""
        where = self.context.made["positions"]
        pixels = decode(
            self.root / "images" / f"{image:02d}.png", self.classifier.preprocessing
        ).pixels
        batch = torch.from_numpy(pixels.copy())[None]
        return where.of(self.classifier.preprocessing.normalize(batch))[0].numpy()

    def array(self, name: str) -> np.ndarray:
        with AuditStore.open(self.context.config.out) as store:
            return np.array(store.array(name))

    def autoencoder(self) -> Any:
        with AuditStore.open(self.context.config.out) as self.context.store:
            return autoencoder(self.context)


def assert_map(row: Any, heat: np.ndarray) -> None:
    """A stored map is that heat, a byte a position."""
    heat = np.maximum(heat, 0)
    assert (row.rows, row.columns) == heat.shape
    assert row.peak == pytest.approx(heat.max(), rel=1e-4, abs=1e-5)
    stored = np.frombuffer(row.values, np.uint8).reshape(heat.shape)
    assert np.abs(stored / 255 * row.peak - heat).max() <= heat.max() * 0.003 + 1e-6


ACTIVE = [
    (0, "top", [3, 7]),
    (0, "quantile", [7, 1]),  # 7 is among the top, too
    (2, "random", [0, 11]),
    (4, "top", [5]),  # dead
    (12, "top", [3]),
    (31, "top", [2, 9]),
]


def test_maps_of_latents_and_neurons_where_features_are_the_mean(tmp_path: Path) -> None:
    audit = Audit(tmp_path, make_classifier(), ACTIVE)
    said = audit.run()
    assert said.tasks == ["Drawing heat-maps"]
    assert any("exact" in line for line in said.said)
    assert set(audit.made) == {(0, 3), (0, 7), (0, 1), (2, 0), (2, 11), (12, 3)}
    sae, features = audit.autoencoder(), audit.array("features")
    for unit, image in ((0, 3), (0, 7), (0, 1), (2, 0), (2, 11)):
        at = audit.positions_of(image).reshape(16, 16)
        pre = sae.pre_activations(at)[:, unit].reshape(4, 4)
        assert_map(audit.made[unit, image], pre)
        assert pre.mean() == pytest.approx(
            sae.pre_activations(features[image : image + 1])[0, unit], abs=1e-4
        )
    kept, _ = held_out_rows(N_IMAGES, seed=0)
    neuron = audit.positions_of(3)[:, :, 2] - features[kept, 2].mean()
    assert_map(audit.made[12, 3], neuron)


def test_channels_alone_have_maps_where_features_are_changed_after_pooling(
    tmp_path: Path,
) -> None:
    audit = Audit(tmp_path, stage_net(), ACTIVE)
    said = audit.run()
    assert any("of channels only" in line for line in said.said)
    assert set(audit.made) == {(31, 2), (31, 9)}
    channels = audit.array("channels")
    assert channels.shape == (N_IMAGES, 4) and channels.dtype == np.float32
    expected = [audit.positions_of(i).mean((0, 1)) for i in range(N_IMAGES)]
    assert np.allclose(channels, expected, atol=1e-5)
    kept, _ = held_out_rows(N_IMAGES, seed=0)
    for image in (2, 9):
        heat = audit.positions_of(image)[:, :, 1] - channels[kept, 1].mean()
        assert_map(audit.made[31, image], heat)


def test_patch_tokens_are_brought_to_the_features_mean_and_scale(tmp_path: Path) -> None:
    audit = Audit(tmp_path, token_net(tmp_path / "model"), ACTIVE)
    said = audit.run()
    assert any("approximate (patch tokens)" in line for line in said.said)
    assert set(audit.made) == {(0, 3), (0, 7), (0, 1), (2, 0), (2, 11), (12, 3)}
    tokens = np.stack([audit.positions_of(i) for i in range(N_IMAGES)]).reshape(-1, 16)
    kept, _ = held_out_rows(N_IMAGES, seed=0)
    features = audit.array("features")[kept]
    own_scale = np.sqrt(tokens.var(0).mean())
    scale = np.sqrt(features.var(0).mean())
    at = (tokens - tokens.mean(0)) / own_scale * scale + features.mean(0)
    at = at.reshape(N_IMAGES, 4, 4, 16).astype(np.float32)
    pre = audit.autoencoder().pre_activations(at[7].reshape(16, 16))[:, 0]
    assert_map(audit.made[0, 7], pre.reshape(4, 4))
    assert_map(audit.made[12, 3], at[3, :, :, 2] - features[:, 2].mean())


def test_no_channels_are_stored_where_they_are_neurons(tmp_path: Path) -> None:
    audit = Audit(tmp_path, make_classifier(), [])
    with AuditStore.open(audit.context.config.out) as store:
        assert store.array_names() == {"features", "labels"}


def test_only_the_first_images_of_each_stratum_have_maps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAPS_PER_STRATUM", {"top": 2, "random": 1})
    active = [(0, "top", [9, 8, 7]), (0, "quantile", [4, 5]), (1, "random", [2, 3])]
    audit = Audit(tmp_path, make_classifier(), active)
    audit.run()
    assert set(audit.made) == {(0, 9), (0, 8), (1, 2)}


def test_too_many_images_are_cut_to_the_strongest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IMAGES", 3)
    active = [(0, "random", [0]), (1, "quantile", [1]), (2, "top", [2, 3]), (3, "top", [4])]
    audit = Audit(tmp_path, make_classifier(), [*active, (11, "quantile", [3])])
    said = audit.run()
    # the firsts of both tops, then the second of unit 2; image 3 then serves unit 11, too
    assert set(audit.made) == {(2, 2), (3, 4), (2, 3), (11, 3)}
    assert any("3 of the 5 example images" in line for line in said.said)


def test_images_that_vanished_or_changed_have_no_maps(tmp_path: Path) -> None:
    active = [(0, "top", [1, 2, 3]), (12, "top", [2, 8])]
    audit = Audit(tmp_path, make_classifier(), active)
    (tmp_path / "images" / "01.png").unlink()
    noise(99).save(tmp_path / "images" / "02.png")
    said = audit.run()
    assert set(audit.made) == {(0, 3), (12, 8)}
    assert any("Heat-maps of 2 of 4 images are missing" in line for line in said.said)


@pytest.mark.parametrize("kind", ["mean", "token"])
def test_without_any_image_left_no_map_is_drawn(tmp_path: Path, kind: str) -> None:
    model = make_classifier() if kind == "mean" else token_net(tmp_path / "model")
    audit = Audit(tmp_path, model, ACTIVE)
    for path in (tmp_path / "images").iterdir():
        path.unlink()
    said = audit.run()
    assert audit.made == {}
    assert any("5 of 5 images are missing" in line for line in said.said)


def test_units_without_examples_have_no_maps(tmp_path: Path) -> None:
    audit = Audit(tmp_path, make_classifier(), [])
    audit.run()
    assert audit.made == {}


@pytest.mark.parametrize(
    ("skipped", "reason"),
    [({"images", "units"}, "this audit has none"), ({"units"}, "no latents and neurons")],
)
def test_what_is_not_there_skips_the_stage(tmp_path: Path, skipped: set[str], reason: str) -> None:
    audit = Audit(tmp_path, make_classifier(), ACTIVE)
    audit.context.skipped |= skipped
    said = audit.run()
    assert reason in said.warned[0]
    assert audit.made == {}


def test_a_classifier_without_a_map_skips_the_stage(tmp_path: Path) -> None:
    audit = Audit(tmp_path, flat_net(), ACTIVE)
    said = audit.run()
    assert "no spatial map leads to the features of flat" in said.warned[0]
