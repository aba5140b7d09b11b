"""The bench on the small world: every search on the same plants, and its denominators."""

import pytest

from analysis.bench.canary import bench_canary
from analysis.bench.shortcut_baselines import BASELINES
from analysis.canary import certificate, planting
from analysis.canary.cues import CUES
from analysis.progress import Silent
from tests.analysis import small
from tests.analysis.conftest import SmallAudit


def test_all_searches_by_both_maps(
    small_audit: SmallAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planting, "LEAST_IMAGES", small.PER_CLASS)
    monkeypatch.setattr(planting, "LEAST_CLASSES", 6)
    monkeypatch.setattr(planting, "LARGEST_SHARE", 0.5)
    monkeypatch.setattr(certificate, "_latents", lambda *_, **__: None)  # they take seconds
    searches, plants = bench_canary(
        small_audit.world / "images",
        small.cached_encoder("packaged"),
        small.CONCEPTS,
        model=None,
        checkpoint=None,
        class_names=None,
        draws=2,
        seed=0,
        progress=Silent(),
    )
    keys = [(row["map"], row["search"]) for row in searches.rows]
    assert keys == [
        (text_map, name) for text_map in ("own", "backbone") for name in ("glowworm", *BASELINES)
    ]
    # Three of six classes, twice. Without latents nothing can be supported, but a search that
    # does not test calls whatever comes first so.
    for row in searches.rows:
        tests = row["search"] not in ("plain top-B (the paper's)", "neurons")
        assert row["first"].endswith(" of 6") and row["late"].endswith(" of 6")
        assert row["false"] == "0 of 6" if tests else row["false"].endswith(" of 6")
    first = {"own": 0, "backbone": 0}
    for plant in plants.rows:
        assert plant["cue"] in [cue.name for cue in CUES[:3]]
        first[plant["map"]] += plant["rank"] == 1
    assert len(plants.rows) == 2 * 6
    ours = {row["map"]: row["first"] for row in searches.rows if row["search"] == "glowworm"}
    assert ours == {text_map: f"{hits} of 6" for text_map, hits in first.items()}
