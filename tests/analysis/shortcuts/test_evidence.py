"""Each line of evidence on a world whose truth is known."""

import numpy as np
import pytest

from analysis.shortcuts import crossing, dependence
from analysis.shortcuts.case import Case, Ground
from analysis.shortcuts.inputs import Seen
from analysis.shortcuts.latent_side import Carriers
from analysis.shortcuts.lines import mean_with_interval
from analysis.shortcuts.naming import naming
from analysis.shortcuts.pictures import pictures, strongest
from tests.analysis.shortcuts import planted


def case(class_id: int = 0, cue: int = 0, *, named: bool = True) -> Case:
    ground = Ground.of(planted.head(), planted.seen(), seed=0)
    direction = (planted.CUE, planted.OTHER_CUE)[cue]
    latents = np.array([planted.CLASSES + cue] if named else [], int)
    return Case(ground, class_id, direction, latents)


def test_masking_takes_exactly_what_the_latents_add():
    one = case()
    line = dependence.masking(one)
    own = planted.seen().features[:30]
    active = np.where(own[:, planted.CLASSES] > 0.5, own[:, planted.CLASSES], 0)
    row = planted.head().centred[0]
    assert line.value == pytest.approx(float((active * row[planted.CLASSES]).mean()), rel=1e-5)
    assert line.low is not None
    assert line.high is not None
    assert line.low < line.value < line.high
    assert line.holds is True
    assert line.n == 30


def test_masking_a_cue_that_nothing_rests_on_does_not_hold():
    assert dependence.masking(case(3, 1)).holds is False


def test_accuracy_falls_where_the_cue_decides():
    line = dependence.accuracy(case())
    assert line.detail["before"] == 1.0
    assert line.value == pytest.approx(0.0)  # the class's own axis is enough here
    assert line.holds is False


def test_projecting_out_equals_setting_the_part_to_its_mean():
    one = case(named=False)
    line = dependence.projecting(one)
    centred = planted.seen().centred[:30]
    fall = centred @ planted.CUE * (planted.CUE @ planted.head().centred[0])
    assert line.value == pytest.approx(float(fall.mean()), rel=1e-5)
    assert line.holds is True


def test_images_of_other_classes_are_drawn():
    line = crossing.drawn(case())
    # Within classes a showing image has one unit more of the cue: 3 · (1 - 1/8) = 2.625 logits
    assert line.value == pytest.approx(2.625, abs=0.15)
    assert line.holds is True
    assert line.n == int(planted.shows()[30:, 0].sum())


def test_nothing_is_drawn_by_a_cue_that_nothing_rests_on():
    line = crossing.drawn(case(0, 1))
    assert line.value == pytest.approx(0, abs=0.5)  # by chance both cues meet
    assert line.holds is False


def test_images_without_the_cue_lose_their_margin():
    line = crossing.lost(case())
    assert line.value == pytest.approx(3, abs=0.2)
    assert line.holds
    assert line.detail["with"] == 24
    assert line.detail["without"] == 6
    assert line.detail["accuracy_without"] == 1.0


def test_what_cannot_be_tested_says_why():
    bare = case(named=False)
    for line in (dependence.masking(bare), crossing.drawn(bare), crossing.lost(bare)):
        assert line.value is None
        assert line.holds is None
        assert "latent" in line.detail["why"]
    world = planted.seen()
    few = Seen(world.features[28:], world.labels[28:], world.autoencoder)
    ground = Ground.of(planted.head(), few, seed=0)
    line = dependence.masking(Case(ground, 0, planted.CUE, np.array([planted.CLASSES])))
    assert line.value is None
    assert line.n == 2


def test_pairs_are_of_the_class_and_drawn_ones_are_not():
    told = list(pictures(case()))
    labels, shown = planted.seen().labels, planted.shows()[:, 0]
    by_role = {role: [p for p in told if p.role == role] for role in ("with", "without", "drawn")}
    assert [len(some) for some in by_role.values()] == [4, 4, 4]
    assert all(labels[p.image_id] == 0 and shown[p.image_id] for p in by_role["with"])
    assert all(labels[p.image_id] == 0 and not shown[p.image_id] for p in by_role["without"])
    assert all(labels[p.image_id] != 0 and shown[p.image_id] for p in by_role["drawn"])
    assert len({p.image_id for p in told}) == 12
    with_, without = (np.mean([p.margin for p in by_role[r]]) for r in ("with", "without"))
    assert with_ - without == pytest.approx(3, abs=0.3)


def test_strongest_shows_most_first():
    one = case()
    order = one.shows[strongest(one, 30)]
    assert (np.diff(order) <= 0).all()
    assert len(order) == 24


def test_an_interval_covers_its_mean_and_is_of_the_right_width():
    values = np.random.default_rng(0).standard_normal(400)
    mean, low, high = mean_with_interval(values, seed=0)
    assert mean == pytest.approx(values.mean())
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def _carriers(share: tuple[float, float]) -> Carriers:
    """Class 0's own axis and the cue's; the latter is called by concept 0."""
    latent = np.full((planted.CLASSES, 2), -1)
    latent[0] = 0, planted.CLASSES
    shares = np.zeros(latent.shape)
    shares[0] = share
    label = np.where(latent == planted.CLASSES, 0, 1)
    return Carriers(latent, shares, label, np.where(latent == planted.CLASSES, 0.9, 0.0))


def test_the_named_share_stands_in_an_interval_beside_names_dealt_out():
    carriers = _carriers((0.6, 0.4))
    line = naming(case(), carriers, carriers.named(np.array([0]))[0])
    assert line.value == pytest.approx(0.4)
    assert line.low is not None
    assert line.high is not None
    assert line.low < 0.4 < line.high < 0.6
    assert line.control == pytest.approx(0.5, abs=0.03)  # either carrier, as the draw falls
    assert line.holds is True
    assert line.detail["latents"] == [planted.CLASSES]


def test_nothing_called_so_carries_nothing():
    carriers = _carriers((0.6, 0.4))
    line = naming(case(named=False), carriers, carriers.named(np.array([7]))[0])
    assert line.value == 0
    assert line.holds is False


def test_latents_that_divide_the_class_otherwise_are_the_control_of_what_is_lost():
    world = planted.seen()
    world.features[:30:2, planted.CLASSES + 1] = 1  # every other image shows the other cue
    ground = Ground.of(planted.head(), world, seed=0)
    line = crossing.lost(Case(ground, 0, planted.CUE, np.array([planted.CLASSES])))
    assert line.control is not None
    assert line.value is not None
    assert line.control < line.value / 2  # nothing rests on it, but by chance it goes with the cue
    assert line.holds is True
