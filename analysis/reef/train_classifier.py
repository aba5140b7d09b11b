"""Training the reef's shipped classifier: a small ResNet on rendered images."""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from jaxtyping import Float, Int, UInt8
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from analysis.progress import Advance, Progress, Silent
from analysis.reef.folder import image_seed, render_many
from analysis.reef.scorecard import Accuracies, measure_accuracies
from analysis.reef.truth import class_names
from analysis.reef.world import DEFAULT_WORLD, WorldConfig

TIMM_NAME = "resnet10t"
MODEL_ARGS = {"stem_width": 16, "channels": [32, 64, 128, 192]}
INPUT_SIZE = 64  # pixels
MEAN = STD = (0.5, 0.5, 0.5)
TRAINING_SEED_OFFSET = 1_000_000  # keeps training images apart from any that are rendered later
COMMAND = "python -m analysis.reef.train_classifier OUT"


@dataclass(frozen=True)
class ClassifierTraining:
    """How the classifier is trained."""

    seed: int = 0
    images_per_class: int = 120
    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    test_images_per_class: int = 10
    world: WorldConfig = DEFAULT_WORLD


def train(
    config: ClassifierTraining,
    out: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train, measure on fresh images, write ``classifier.safetensors`` and ``classifier.json``.

    Returns what the JSON file, the manifest, holds. The same config on the same machine with the
    same number of threads gives the same weights.
    """
    started = time.perf_counter()
    progress = progress or Silent()
    torch.manual_seed(config.seed)
    names = class_names()
    requests = [
        (name, image_seed(config.seed + TRAINING_SEED_OFFSET, i), None)
        for name in names
        for i in range(config.images_per_class)
    ]
    pixels = shrink(render_many(requests, world=config.world, workers=workers))
    targets = torch.arange(len(names)).repeat_interleave(config.images_per_class)
    model = timm.create_model(TIMM_NAME, num_classes=len(names), **MODEL_ARGS)
    with progress.task("training the reef's classifier", config.epochs) as advance:
        _fit(model, pixels, targets, config, advance)
    accuracies = measure_accuracies(
        predictor(model),
        images_per_class=config.test_images_per_class,
        seed=config.seed + 1,
        world=config.world,
        workers=workers,
    )
    out.mkdir(parents=True, exist_ok=True)
    weights = out / "classifier.safetensors"
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, weights)
    manifest = _manifest(config, accuracies, weights, time.perf_counter() - started)
    (out / "classifier.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def shrink(images: UInt8[np.ndarray, "images height width 3"]) -> UInt8[Tensor, "images 3 s s"]:
    """Images at the classifier's input size, resized as its preprocessing does."""
    size = (INPUT_SIZE, INPUT_SIZE)
    small = [Image.fromarray(i).resize(size, Image.Resampling.BILINEAR) for i in images]
    return torch.from_numpy(np.stack([np.asarray(i) for i in small])).permute(0, 3, 1, 2)


def predictor(
    model: nn.Module,
) -> Callable[[UInt8[np.ndarray, "images height width 3"]], Int[np.ndarray, " images"]]:
    """A function from rendered images to class ids."""

    def predict(
        images: UInt8[np.ndarray, "images height width 3"],
    ) -> Int[np.ndarray, " images"]:
        model.eval()
        with torch.inference_mode():
            batches = shrink(images).split(256)
            return np.concatenate([model(_normalise(b)).argmax(1).numpy() for b in batches])

    return predict


def _normalise(pixels: UInt8[Tensor, "images 3 s s"]) -> Float[Tensor, "images 3 s s"]:
    # One mean and one deviation for all three channels.
    scaled = (pixels.float() / 255 - MEAN[0]) / STD[0]
    return scaled.contiguous(memory_format=torch.channels_last)


def _augment(
    pixels: Float[Tensor, "images 3 s s"], generator: torch.Generator
) -> Float[Tensor, "images 3 s s"]:
    """Mirror half of the images and shift the batch by up to four pixels."""
    mirrored = torch.rand(len(pixels), 1, 1, 1, generator=generator) < 0.5
    pixels = torch.where(mirrored, pixels.flip(3), pixels)
    padded = nn.functional.pad(pixels, (4, 4, 4, 4), mode="reflect")
    y, x = (int(v) for v in torch.randint(0, 9, (2,), generator=generator))
    return padded[:, :, y : y + INPUT_SIZE, x : x + INPUT_SIZE]


def _fit(
    model: nn.Module,
    pixels: UInt8[Tensor, "images 3 s s"],
    targets: Int[Tensor, " images"],
    config: ClassifierTraining,
    advance: Advance,
) -> None:
    model.to(memory_format=torch.channels_last)
    generator = torch.Generator().manual_seed(config.seed)
    steps = len(pixels) // config.batch_size
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=steps * config.epochs, pct_start=0.15
    )
    loss_of = nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)
    for _ in range(config.epochs):
        model.train()
        order = torch.randperm(len(pixels), generator=generator)
        for batch in order[: steps * config.batch_size].view(steps, -1):
            loss = loss_of(model(_augment(_normalise(pixels[batch]), generator)), targets[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        advance(1)


def _manifest(
    config: ClassifierTraining, accuracies: Accuracies, weights: Path, seconds: float
) -> dict[str, Any]:
    settings = asdict(config)
    world = settings.pop("world")
    return {
        "model": TIMM_NAME,
        "model_args": MODEL_ARGS,
        "num_classes": len(class_names()),
        "input_size": INPUT_SIZE,
        "mean": MEAN,
        "std": STD,
        "crop_pct": 1.0,
        "interpolation": "bilinear",
        "class_names": class_names(),
        "world": world,
        "training": settings,
        "command": COMMAND,
        "seconds": round(seconds),
        "accuracies": asdict(accuracies),
        "file": weights.name,
        "bytes": weights.stat().st_size,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


if __name__ == "__main__":
    train(ClassifierTraining(), Path(sys.argv[1]))
