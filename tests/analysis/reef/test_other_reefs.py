"""Other worlds, their plants, and classifiers that are made once."""

import json
from pathlib import Path

import pytest

from analysis.progress import Silent
from analysis.reef import other_reefs as module
from analysis.reef.other_reefs import CUES, EXPECTED, other_reefs, retrained
from analysis.reef.truth import PLANTED


def test_five_worlds_with_other_plants_at_spread_correlations():
    worlds = other_reefs()
    assert [world.correlation for world in worlds] == [0.8, 0.85, 0.9, 0.95, 1.0]
    assert len({world.planted for world in worlds}) == 5
    for world in worlds:
        assert len(world.planted) == CUES
        assert len({cue for _, cue in world.planted}) == CUES
        assert not set(world.planted) & set(PLANTED)
        assert not any(cue in EXPECTED.get(name, ()) for name, cue in world.planted)
    assert worlds == other_reefs()


def test_a_classifier_is_trained_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GLOWWORM_CACHE", str(tmp_path))
    trained = []

    def train(config, out, **_):
        trained.append(config.world)
        out.mkdir(parents=True, exist_ok=True)
        if len(trained) > 1:  # the first one is stopped before its manifest
            (out / "classifier.json").write_text(json.dumps({"seed": config.seed}))

    monkeypatch.setattr(module, "train", train)
    world = other_reefs()[2]
    retrained(world, progress=Silent())
    reef = retrained(world, progress=Silent())
    again = retrained(world, progress=Silent())
    assert trained == [world, world]
    assert reef == again
    assert again.manifest == {"seed": 3}
