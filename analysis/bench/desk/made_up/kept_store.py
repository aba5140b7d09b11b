"""The made-up audit, written as audits are and kept between runs."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from analysis.bench.desk.made_up.people import speak
from analysis.bench.desk.made_up.records import Records
from analysis.bench.desk.made_up.stages.autoencoder import autoencoder
from analysis.bench.desk.made_up.stages.explanations import explanations
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.stages.pictures import images, model
from analysis.bench.desk.made_up.stages.plane import atlas
from analysis.bench.desk.made_up.stages.shortcuts import canary, repair, shortcuts
from analysis.bench.desk.made_up.stages.texts import concepts, text, text_maps
from analysis.bench.desk.made_up.stages.units import heatmaps, labels, units
from analysis.bench.desk.made_up.world import World
from analysis.bench.desk.sizes import Sizes
from analysis.cache import cache_dir, digest
from analysis.progress import Advance, Progress
from db.schema import Base
from db.store import AuditStore
from db.version import HEAD

Stages = dict[str, Callable[[World], Filled]]

AUDIT, OTHER, PHOTOGRAPHS = "audit", "other", "photographs"


def kept_store(sizes: Sizes, progress: Progress) -> Path:
    """The directory of an audit of these sizes, made where it was not made before; beside it lies
    the audit of another training, which the desk compares it with.

    At the default sizes that takes two minutes or three, and 2.3 GB in the cache. A run that
    breaks off leaves nothing.
    """
    home = cache_dir("desk") / _key(sizes)
    if not home.exists():
        partial_home = home.with_name(f"{home.name}.{os.getpid()}.part")
        try:
            _make(sizes, partial_home, home / PHOTOGRAPHS, progress)
            partial_home.rename(home)
        finally:
            shutil.rmtree(partial_home, ignore_errors=True)
    return home / AUDIT


def _key(sizes: Sizes) -> str:
    """Of the sizes, of the store's schema and of the code that fills it."""
    tables = {table.name: list(table.columns.keys()) for table in Base.metadata.sorted_tables}
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*.py"))]
    return digest(repr(asdict(sizes)), HEAD, repr(tables), *code)[:16]


def _make(sizes: Sizes, home: Path, photographs: Path, progress: Progress) -> None:
    """``photographs``: where the images will lie once the directory has its name."""
    home.mkdir(parents=True)
    world, other = World(sizes), World(sizes, training=1)
    _photographs(world, home / PHOTOGRAPHS, progress)
    _fill(world, home / AUDIT, _stages(home / AUDIT), photographs, progress)
    speak(world, home / AUDIT)
    _fill(other, home / OTHER, _compared(home / OTHER), photographs, progress)


def _fill(
    world: World, directory: Path, stages: Stages, photographs: Path, progress: Progress
) -> None:
    config = {"images": str(photographs), "text_encoder": "packaged", "seed": world.sizes.seed}
    with AuditStore.create(directory) as store:
        run = store.begin_run("glowworm bench desk", config, {}, world.sizes.seed)
        for position, (name, fill) in enumerate(stages.items(), start=1):
            filled = fill(world)
            total = sum(map(len, filled.rows.values()))
            with progress.task(f"Making up the {directory.name}: {name}", total) as advance:
                store.finish_stage(
                    run,
                    name,
                    position,
                    digest(name),
                    seconds=1.0,
                    rows=_counted(filled, advance),
                    arrays=filled.arrays,
                    files=filled.files,
                    notes=filled.notes,
                )
        store.end_run(run, "done")


def _compared(directory: Path) -> Stages:
    """What the page that compares audits reads of the other one."""
    return {
        "model": model,
        "images": images,
        "text": text,
        "text_maps": text_maps,
        "concepts": concepts,
        "autoencoder": partial(autoencoder, directory=directory),
        "units": units,
        "labels": labels,
        "shortcuts": shortcuts,
    }


def _stages(directory: Path) -> Stages:
    return _compared(directory) | {
        "heatmaps": heatmaps,
        "explanations": explanations,
        "atlas": atlas,
        "canary": canary,
        "repair 0": repair,
    }


def _counted(filled: Filled, advance: Advance) -> Mapping[type[Base], Iterator[dict[str, Any]]]:
    return {table: _each(records, advance) for table, records in filled.rows.items()}


def _each(records: Records, advance: Advance) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(records, start=1):
        if number % 1000 == 0:
            advance(1000)
        yield row


def _photographs(world: World, folder: Path, progress: Progress) -> None:
    with progress.task("Laying out images", len(world.photographed)) as advance:
        for image in world.photographed.tolist():
            file = folder / world.path(image)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(world.photograph(image))
            advance(1)
