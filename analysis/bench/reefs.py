"""The shipped reef and the others, each audited as a user's data would be; kept between runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.cache import cache_dir
from analysis.classifier.spec import ModelSpec
from analysis.pipeline.audit import run_audit
from analysis.progress import Progress
from analysis.reef.other_reefs import other_reefs, retrained
from analysis.reef.prepared import reef_config, render_reef, shipped_spec, trained_spec
from analysis.reef.shipped import classifier_manifest
from analysis.reef.world import DEFAULT_WORLD, WorldConfig
from db.layout import database

IMAGES_PER_CLASS = 12
"""As in the demo."""


@dataclass(frozen=True)
class AuditedReef:
    """A world, the classifier trained on it, what that was measured to do, and its audit."""

    name: str
    world: WorldConfig
    model: ModelSpec
    manifest: Mapping[str, Any]
    audit: Path

    def gap(self, class_name: str) -> float:
        """How much accuracy a planted class loses when its cue is withheld."""
        told = self.manifest["accuracies"]
        return told["with_cue"][class_name] - told["without_cue"][class_name]


def audited_reefs(count: int, progress: Progress) -> Iterator[AuditedReef]:
    """The shipped reef, then ``count`` others; each not made before takes some minutes."""
    shipped = (DEFAULT_WORLD, shipped_spec(), classifier_manifest())
    yield _audited("shipped, .95", *shipped, progress)
    for number, world in enumerate(other_reefs()[:count], start=1):
        trained = retrained(world, progress=progress)
        model = trained_spec(trained.directory / "classifier.safetensors", trained.manifest)
        name = f"{number}, {world.correlation}"
        yield _audited(name, world, model, trained.manifest, progress)


def _audited(
    name: str,
    world: WorldConfig,
    model: ModelSpec,
    manifest: Mapping[str, Any],
    progress: Progress,
) -> AuditedReef:
    """With the audit kept from an earlier run; what changed since is done again."""
    home = cache_dir("reef-audits") / name.split(",")[0]
    render_reef(
        home / "world",
        images_per_class=IMAGES_PER_CLASS,
        seed=0,
        progress=progress,
        world=world,
    )
    config = reef_config(model, home / "world", home / "audit", seed=0, explain=0)
    resume = database(config.out).exists()
    run_audit(config, progress=progress, command="glowworm bench", resume=resume)
    return AuditedReef(name, world, model, manifest, config.out)
