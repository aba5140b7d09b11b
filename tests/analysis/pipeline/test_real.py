"""The audits of real classifiers, as a person types them, each in a process of its own."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from db.check import problems
from db.queries import classes, explanations, findings, images, overview, units
from db.queries.export import findings_records, labels_records
from db.queries.frame import kept_maps, shown_first
from db.reader import AuditReader

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "real"
N_CLASSES, N_IMAGES = 1000, 1300
NEED_IMAGES = {"images", "autoencoder", "units", "labels", "heatmaps", "explanations"}
FULL = {"model", "text", "text_maps", "concepts", "shortcuts", "atlas"} | NEED_IMAGES
SENSIBLE = {
    "volcano": r"crater|lava|mountain",
    "snowmobile": r"snow|sled|ski",
    "barbershop": r"barber|chair|shop",
}
TOP = 10
SECONDS = 180  # 60 on an idle machine of two cores

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not REAL.is_dir(), reason="the real pack (../shared/real) is not here"),
]

COMMANDS = {
    "vit": ("vit_tiny_patch16_224", True),
    "mobilenet": ("mobilenetv2_100", True),
    "weights": ("vit_tiny_patch16_224", False),
}


@dataclass(frozen=True)
class RealAudit:
    """A finished audit, read-only, and what its command said."""

    audit: AuditReader
    with_images: bool
    accuracy: float
    said: str


@pytest.fixture(scope="module", params=COMMANDS)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Each of the three commands, run once."""
    model, with_images = COMMANDS[request.param]
    out = tmp_path_factory.mktemp(request.param) / "audit"
    pictures = ["--images", REAL / "imagenet" / "val1300"] if with_images else ["--weights-only"]
    words = [
        *("audit", "--model", model),
        *("--checkpoint", REAL / "models" / f"{model}.safetensors"),
        *pictures,
        *("--class-names", REAL / "imagenet" / "class_names.json"),
        *("--concepts", REAL / "text" / "imagenet_descriptors.json"),
        *("--text-encoder", "packaged"),
        *("--language-model", REAL / "lm" / "gpt2-captions"),
        *("--out", out),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "analysis.cli", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == ""
    assert "Warning" not in done.stderr and "WARNING" not in done.stderr, done.stderr
    accuracy = {"vit_tiny_patch16_224": 0.80, "mobilenetv2_100": 0.78}[model]
    with AuditReader(out) as audit:
        yield RealAudit(audit, with_images, accuracy, done.stderr)


def test_all_stages_are_done_or_skipped_for_want_of_images(real: RealAudit) -> None:
    stages = overview.stages(real.audit.engine)
    done = set(stages["name"][stages["status"] == "done"])
    assert done == (FULL if real.with_images else FULL - NEED_IMAGES)
    assert set(stages["name"][stages["status"] == "skipped"]) == FULL - done
    run = overview.last_run(real.audit.engine)
    assert run is not None and run.status == "done"
    assert problems(real.audit.directory) == []
    assert (real.audit.directory / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("real", ["weights"], indirect=True)
def test_the_weights_alone_take_less_than_a_minute(real: RealAudit) -> None:
    """The stages' own seconds, so without loading the encoder."""
    stages = overview.stages(real.audit.engine)
    told = ", ".join(f"{n} {s:.1f}" for n, s in zip(stages["name"], stages["seconds"], strict=True))
    sys.stdout.write(f"\nweights only: {stages['seconds'].sum():.1f} s ({told})\n")
    assert stages["seconds"].sum() < SECONDS, told


def test_accuracy_is_the_classifiers_own(real: RealAudit) -> None:
    measures = overview.measures(real.audit.engine).set_index("name")
    if not real.with_images:
        assert set(measures["stage"]) == {"atlas"}  # a map needs no image
        return
    assert measures.loc["accuracy", "n"] == N_IMAGES
    assert measures.loc["accuracy", "value"] == pytest.approx(real.accuracy, abs=0.02)


@pytest.mark.parametrize("name", SENSIBLE)
def test_the_top_concepts_are_sensible(real: RealAudit, name: str) -> None:
    engine = real.audit.engine
    (class_id,) = (i for i, known in classes.class_names(engine).items() if known == name)
    first = shown_first(engine)
    assert first is not None
    best = classes.class_concepts(engine, class_id, first, limit=TOP)
    for source, rows in best.groupby("source"):
        concepts = rows["concept"].tolist()
        sensible = [text for text in concepts if re.search(SENSIBLE[name], text)]
        assert len(sensible) >= 2, f"{name} by {source}: {concepts}"


def test_held_out_classes_are_recognised_far_above_the_floors(real: RealAudit) -> None:
    maps = overview.text_maps(real.audit.engine).set_index("name")
    assert set(maps.index[maps["kept"]]) == {"mlp", "stacked"}
    assert maps["held_out_mrr"].idxmax() == "stacked"
    for name in ("mlp", "kernel", "stacked"):
        assert maps.loc[name, "held_out_mrr"] > 10 * maps.loc["random", "held_out_mrr"]
    if real.with_images:
        assert maps.loc["kernel", "image_top5"] > 0.2  # design §1 measured .37 and more


def test_findings_stand_for_every_class_by_both_maps(real: RealAudit) -> None:
    for name in kept_maps(real.audit.engine):
        records = findings_records(real.audit.engine, text_map=name)
        assert len(records) == 20 * N_CLASSES
        for row in records:
            set_apart = row["name_implied"] or row["duplicate_of"] is not None
            assert (row["rank"] is None) == set_apart
        assert {row["z_features"] is None for row in records} == (
            {True, False} if real.with_images else {True}
        )


def test_the_queries_of_every_page_answer(real: RealAudit) -> None:
    engine = real.audit.engine
    first = shown_first(engine) or ""
    counts = overview.counts(engine)
    assert counts.classes == N_CLASSES
    assert counts.images == (N_IMAGES if real.with_images else 0)
    assert findings.finding(engine, int(findings.findings(engine)["finding_id"][0])) is not None
    assert classes.class_info(engine, 980) is not None
    assert len(classes.classes(engine, limit=None)) == N_CLASSES
    if not real.with_images:
        assert counts.latents == counts.neurons == counts.explanations == 0
        assert labels_records(engine) == []
        return
    assert counts.explanations == 12  # four decisions by three methods
    assert not images.image_concepts(engine, 0, first).empty
    assert not images.image_predictions(engine, 0).empty
    assert len(images.thumbnails(engine, range(50))) == 50
    for kind in ("latent", "neuron"):
        assert units.count_units(engine, kind) > 0
        number = int(units.units(engine, kind)["number"][0])
        unit = units.unit(engine, kind, number)
        assert unit is not None
        assert not units.unit_classes(engine, unit.id).empty
    assert len(labels_records(engine)) == counts.latents + counts.neurons
    told = explanations.explanations(engine)
    assert told["text"].str.split().str.len().min() >= 3
    assert told.loc[told["score"].notna(), "floor"].notna().all()
    assert 0 < told["struck"].sum() < told["claims"].sum()
