"""Cues change the pixels that they should, in any size, and leave the original alone."""

import numpy as np
import pytest

from analysis.canary.cues import (
    BORDER_COLOUR,
    CUES,
    PATCH_COLOUR,
    TINT_COLOUR,
    TINT_SHARE,
    Cue,
    cue_words,
)


def named(name: str) -> Cue:
    return next(cue for cue in CUES if cue.name == name)


def noise(side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)


@pytest.mark.parametrize("side", [16, 64, 225])
@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.name)
def test_a_cue_is_seen_and_its_picture_is_another(cue: Cue, side: int) -> None:
    original = noise(side)
    before = original.copy()
    marked = cue.plant(original)
    assert marked.shape == original.shape and marked.dtype == np.uint8
    assert (original == before).all()
    assert (marked != original).any()
    assert (cue.plant(original) == marked).all()


def test_the_seven_cues_have_words_of_their_own() -> None:
    assert [cue.name for cue in CUES] == [
        "corner patch", "tint", "glow", "border", "text", "blur", "texture",
    ]  # fmt: skip
    assert len(cue_words()) == sum(len(cue.words) for cue in CUES)


def test_a_patch_covers_one_corner_only() -> None:
    # Side 64: a margin of 64 // 32 = 2 and an edge of 64 // 4 = 16.
    original = noise(64)
    marked = named("corner patch").plant(original)
    assert (marked[2:18, 2:18] == PATCH_COLOUR).all()
    changed = np.argwhere((marked != original).any(axis=2))
    assert changed.min() >= 2 and changed.max() <= 17


def test_a_border_keeps_what_is_inside() -> None:
    original = noise(60)  # 60 // 12 = 5
    marked = named("border").plant(original)
    assert (marked[5:-5, 5:-5] == original[5:-5, 5:-5]).all()
    for edge in (marked[:5], marked[-5:], marked[:, :5], marked[:, -5:]):
        assert (edge == BORDER_COLOUR).all()


def test_a_tint_mixes_every_pixel_by_its_share() -> None:
    black, white = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 255, np.uint8)
    share = np.array(TINT_COLOUR) * TINT_SHARE
    assert (named("tint").plant(black) == np.rint(share)).all()
    assert (named("tint").plant(white) == np.rint(share + (1 - TINT_SHARE) * 255)).all()


def test_a_glow_is_strongest_in_the_middle() -> None:
    marked = named("glow").plant(np.zeros((65, 65, 3), np.uint8)).mean(axis=2)
    assert marked.argmax() == 32 * 65 + 32
    assert marked[32, 32] > 5 * marked[0, 0]


def test_a_blur_takes_contrast_away() -> None:
    assert named("blur").plant(noise(80)).std() < 0.5 * noise(80).std()
