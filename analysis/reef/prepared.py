"""A reef as a user's own data would be, and the audit of a classifier that was trained on it."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from analysis.classifier.spec import ModelSpec
from analysis.config import AuditConfig
from analysis.explain.language_model import PACKAGED
from analysis.progress import Progress
from analysis.reef.folder import write_image_folder
from analysis.reef.shipped import CLASSIFIER_MANIFEST, CLASSIFIER_WEIGHTS
from analysis.reef.truth import class_names
from analysis.reef.vocabulary import vocabulary
from analysis.reef.world import DEFAULT_WORLD, WorldConfig

IMAGE_SEED = 100
"""Apart from the seeds of training and of the manifest's test images."""


def shipped_spec() -> ModelSpec:
    """How the shipped classifier is loaded."""
    return trained_spec(CLASSIFIER_WEIGHTS, json.loads(CLASSIFIER_MANIFEST.read_text()))


def trained_spec(weights: Path, manifest: dict[str, Any]) -> ModelSpec:
    """How a classifier that ``train_classifier`` wrote is loaded."""
    return ModelSpec(
        name=manifest["model"],
        model_args=tuple(sorted(manifest["model_args"].items())),
        checkpoint=weights,
        input_size=manifest["input_size"],
        mean=tuple(manifest["mean"]),
        std=tuple(manifest["std"]),
        crop_pct=manifest["crop_pct"],
        interpolation=manifest["interpolation"],
    )


def reef_config(
    model: ModelSpec, directory: Path, out: Path, *, seed: int, explain: int
) -> AuditConfig:
    """The audit of such a classifier on what ``render_reef`` wrote."""
    return AuditConfig(
        model=model,
        images=directory / "images",
        class_names=directory / "class_names.json",
        concepts=directory / "concepts.txt",
        language_model=PACKAGED,
        out=out,
        explain=explain,
        seed=seed,
    )


def render_reef(
    directory: Path,
    *,
    images_per_class: int,
    seed: int,
    progress: Progress,
    world: WorldConfig = DEFAULT_WORLD,
) -> None:
    """An image folder, class names and a vocabulary; what is already there is kept."""
    names = class_names()
    described = {"images_per_class": images_per_class, "seed": seed, "classes": len(names)}
    wanted = json.loads(json.dumps(described | {"world": asdict(world)}))
    done = directory / "rendered.json"
    if done.is_file() and json.loads(done.read_text("utf-8")) == wanted:
        return
    shutil.rmtree(directory, ignore_errors=True)
    with progress.task("Rendering the reef", len(names) * images_per_class) as advance:
        write_image_folder(
            directory / "images",
            images_per_class=images_per_class,
            seed=IMAGE_SEED + seed,
            world=world,
            progress=advance,
        )
    (directory / "class_names.json").write_text(json.dumps(names, indent=1), "utf-8")
    (directory / "concepts.txt").write_text("\n".join(vocabulary()) + "\n", "utf-8")
    done.write_text(json.dumps(wanted), "utf-8")  # last: a stopped rendering starts anew
