"""What is cut of the maker's machine, and what is left."""

import pytest

from analysis.bundle.private import places, without_places


@pytest.mark.parametrize(
    ("told", "cut"),
    [
        ("--images /home/jane/data/val --seed 3", "--images …/val --seed 3"),
        ("--images /home/jane/data/val/", "--images …/val"),
        ("~/models/vit.safetensors", "…/vit.safetensors"),
        ("~jane/vit.pt", "…/vit.pt"),
        ("--lm ../shared/lm (78acad6f)", "--lm …/lm (78acad6f)"),
        ("./here/x", "…/x"),
        ("C:\\Users\\Jane\\val", "…/val"),
        ("C:/Users/Jane/val", "…/val"),
        ("\\\\server\\share\\val", "…/val"),
        ("hf:/home/jane/model", "hf:…/model"),
        ("file:///home/jane/model", "…/model"),
        ("see '/home/jane/a', \"/home/jane/b\"; /x", "see '…/a', \"…/b\"; …/x"),
        # Nothing that leads anywhere
        ("hf:facebook/deit-tiny", "hf:facebook/deit-tiny"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("val/jellyfish/1.png", "val/jellyfish/1.png"),
        ("and/or, 3 / 4, ...", "and/or, 3 / 4, ..."),
        ("…/val", "…/val"),
        (3, 3),
        (None, None),
    ],
)
def test_paths_keep_their_last_names(told: object, cut: object) -> None:
    assert without_places(told) == cut


def test_known_paths_may_hold_spaces_wherever_they_stand() -> None:
    config = {"images": "/home/jane doe/my val", "out": "audit", "spec": ["../a b/c", 3, None]}
    known = places(config)
    assert known == {"/home/jane doe/my val", "../a b/c"}
    assert without_places(config, known) == {"images": "…/my val", "out": "audit"} | {
        "spec": ["…/c", 3, None]
    }
    command = "audit --images '/home/jane doe/my val' --out /home/jane/audit"
    assert without_places(command, known) == "audit --images '…/my val' --out …/audit"


def test_cutting_twice_is_cutting_once() -> None:
    once = without_places("a /b/c ../d/e")
    assert without_places(once) == once == "a …/c …/e"
