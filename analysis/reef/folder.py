"""The world as files: many renderings at once, in parallel, and as a folder of class folders."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from analysis.progress import Advance
from analysis.reef.render import render
from analysis.reef.truth import class_names
from analysis.reef.world import DEFAULT_WORLD, Attributes, WorldConfig, sample_attributes

In = TypeVar("In")
Out = TypeVar("Out")
Job = tuple[str, int, bool | None, WorldConfig]


def write_image_folder(
    directory: Path,
    *,
    images_per_class: int,
    seed: int,
    world: WorldConfig = DEFAULT_WORLD,
    workers: int | None = None,
    progress: Advance = lambda _: None,
) -> int:
    """Render every class into ``directory/<class name>/<number>.jpg``; returns the image count.

    Different seeds give different images, as do the images of one folder.
    """
    jobs = []
    for name in class_names():
        (directory / name).mkdir(parents=True, exist_ok=True)
        for i in range(images_per_class):
            jobs.append((str(directory / name / f"{i:04d}.jpg"), name, image_seed(seed, i), world))
    for _ in _map(_write, jobs, workers):
        progress(1)
    return len(jobs)


def render_many(
    requests: Iterable[tuple[str, int, bool | None]],
    *,
    world: WorldConfig = DEFAULT_WORLD,
    workers: int | None = None,
) -> UInt8[np.ndarray, "images height width 3"]:
    """The images of many ``(class name, seed, with_cue)`` requests, in their order."""
    jobs: list[Job] = [(*request, world) for request in requests]
    return np.stack(list(_map(_pixels, jobs, workers)))


def image_seed(seed: int, index: int) -> int:
    """The seed of image ``index`` of a set; sets with different seeds share no image."""
    return seed * 1_000_003 + index


def attributes_of(path: str, seed: int, world: WorldConfig = DEFAULT_WORLD) -> Attributes:
    """What a file that ``write_image_folder`` wrote with this seed shows; ``path`` below it."""
    name, file = path.rsplit("/", 1)
    return sample_attributes(world, name, image_seed(seed, int(file.split(".")[0])))


def _write(job: tuple[str, str, int, WorldConfig]) -> None:
    path, name, seed, world = job
    image = Image.fromarray(render(name, seed, world=world).image)
    image.save(path, quality=95, subsampling=0)


def _pixels(job: Job) -> np.ndarray:
    name, seed, with_cue, world = job
    return render(name, seed, with_cue=with_cue, world=world).image


def _map(function: Callable[[In], Out], jobs: list[In], workers: int | None) -> Iterator[Out]:
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(jobs) < 200:
        yield from map(function, jobs)
        return
    # Spawned, not forked: the parent may hold threads of torch.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(function, jobs, chunksize=32)
