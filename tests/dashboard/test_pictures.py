"""Originals are shown only where they are still what the audit saw."""

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from PIL import Image

from dashboard import data
from dashboard.parts.pictures import _read_original, original


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    root.mkdir()
    Image.new("RGB", (2000, 1000), (10, 200, 30)).save(root / "large.png")
    (root / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.png").write_bytes((root / "large.png").read_bytes())
    return root


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_unchanged_file_is_shown_as_a_jpeg_of_bounded_size(folder: Path) -> None:
    shown = _read_original(str(folder), "large.png", sha256(folder / "large.png"))
    assert shown.jpeg is not None
    assert shown.jpeg.startswith(b"\xff\xd8")


def test_a_changed_file_is_not_shown(folder: Path) -> None:
    shown = _read_original(str(folder), "large.png", "0" * 64)
    assert shown.jpeg is None
    assert "changed" in str(shown.reason)


@pytest.mark.parametrize("path", ["../secret.png", "gone.png", "a\x00b.png", "", "."])
def test_no_path_leaves_the_folder(folder: Path, path: str) -> None:
    secret = sha256(folder.parent / "secret.png")
    shown = _read_original(str(folder), path, secret)
    assert shown.jpeg is None
    assert shown.reason


def test_an_absolute_path_leaves_the_folder_no_more(folder: Path) -> None:
    secret = folder.parent / "secret.png"
    assert _read_original(str(folder), str(secret), sha256(secret)).jpeg is None


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    secret = sha256(folder.parent / "secret.png")
    assert _read_original(str(folder), "link.png", secret).jpeg is None


def test_only_pictures_made_of_pixels_are_decoded(folder: Path) -> None:
    shown = _read_original(str(folder), "drawing.svg", sha256(folder / "drawing.svg"))
    assert shown.jpeg is None
    assert "decoded" in str(shown.reason)


def test_a_picture_too_large_to_be_honest_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.new("RGB", (100, 15)).save(folder / "bomb.png")
    shown = _read_original(str(folder), "bomb.png", sha256(folder / "bomb.png"))
    assert shown.jpeg is None


def of_bundle(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store whose images lay at a place that a bundle has cut to its last name."""

    class Run:
        config: ClassVar = {"images": "…/images"}

    monkeypatch.setattr(data, "store", lambda: SimpleNamespace(directory=directory))
    monkeypatch.setattr(data, "ask", lambda _query: Run())


def test_a_bundle_shows_the_pictures_that_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_bundle(tmp_path, monkeypatch)
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / f"{'a' * 64}.jpg").write_bytes(b"\xff\xd8 small")
    assert original("x.png", "a" * 64).jpeg == b"\xff\xd8 small"
    assert "thumbnails only" in str(original("x.png", "b" * 64).reason)


def test_no_hash_leads_out_of_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_bundle(tmp_path / "audit", monkeypatch)
    (tmp_path / "audit" / "shown").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(b"\xff\xd8 secret")
    assert original("x.png", "../../secret").jpeg is None


def test_a_place_that_was_cut_is_not_looked_for_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_bundle(tmp_path / "audit", monkeypatch)
    monkeypatch.chdir(tmp_path)
    picture = tmp_path / "…" / "images" / "x.png"
    picture.parent.mkdir(parents=True)
    Image.new("RGB", (9, 9)).save(picture)
    assert original("x.png", sha256(picture)).jpeg is None
