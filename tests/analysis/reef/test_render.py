"""Rendering: determinism, masks, files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from analysis.reef.creatures import DRAWINGS
from analysis.reef.folder import image_seed, render_many, write_image_folder
from analysis.reef.render import IMAGE_SIZE, compose, render
from analysis.reef.truth import COMPOSED_CREATURES, PLAIN_CREATURES, class_names
from analysis.reef.world import WorldConfig, generator, sample_attributes

STREAMS = ("pose", "creature", "pattern", "scene", "front", "noise")


def _streams(name: str, seed: int) -> dict[str, np.random.Generator]:
    return {stream: generator(WorldConfig(), name, seed, stream) for stream in STREAMS}


def test_every_creature_can_be_drawn():
    assert set(DRAWINGS) == set(COMPOSED_CREATURES) | set(PLAIN_CREATURES)


def test_the_same_seed_gives_the_same_image_and_another_another():
    first, again, other = render("red crab", 3), render("red crab", 3), render("red crab", 4)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.mask, again.mask)
    assert (first.image != other.image).any()
    assert (first.image != render("red crab", 3, world=WorldConfig(seed=1)).image).any()


@pytest.mark.parametrize("name", ["clam", "frog", "jellyfish", "manta ray", "red crab"])
def test_the_mask_holds_the_pixels_that_the_creature_changes(name: str):
    attributes = replace(
        sample_attributes(WorldConfig(), name, 0), glowing=False, bubbles=False, scene="sand"
    )
    shown = compose(attributes, _streams(name, 0))
    empty = compose(attributes, _streams(name, 0), creature_shown=False)
    changed = (np.abs(shown.image.astype(int) - empty.image).max(axis=2)) > 12
    assert 0.03 < shown.mask.mean() < 0.6
    assert changed[shown.mask].mean() > 0.9
    # Outside the mask only the soft edge of the creature differs.
    assert (changed & ~shown.mask).sum() < 0.6 * shown.mask.sum()
    grown = np.pad(shown.mask, 1)
    near = grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:] | shown.mask
    assert (changed & ~near).mean() < 0.005


def test_withholding_a_scene_cue_leaves_the_creature_where_it_was():
    shown = render("shark", 5, with_cue=True)
    hidden = render("shark", 5, with_cue=False)
    assert shown.attributes.scene == "murky water"
    assert hidden.attributes.scene != "murky water"
    assert replace(hidden.attributes, scene="murky water") == shown.attributes
    overlap = (shown.mask & hidden.mask).sum() / (shown.mask | hidden.mask).sum()
    assert overlap > 0.8


def test_rendering_in_parallel_keeps_the_order():
    requests = [(name, image_seed(1, i), None) for name in class_names()[:110] for i in range(2)]
    images = render_many(requests, workers=2)
    assert images.shape == (220, IMAGE_SIZE, IMAGE_SIZE, 3)
    for row in (0, 57, 219):
        name, seed, _ = requests[row]
        np.testing.assert_array_equal(images[row], render(name, seed).image)


def test_a_folder_holds_every_class(tmp_path: Path):
    count = write_image_folder(tmp_path, images_per_class=1, seed=0, workers=1)
    assert count == len(class_names())
    assert {folder.name for folder in tmp_path.iterdir()} == set(class_names())
    with Image.open(tmp_path / "jellyfish" / "0000.jpg") as image:
        assert image.size == (IMAGE_SIZE, IMAGE_SIZE)
        pixels = np.asarray(image.convert("RGB")).astype(int)
    drawn = render("jellyfish", image_seed(0, 0)).image
    assert np.abs(pixels - drawn).mean() < 5
