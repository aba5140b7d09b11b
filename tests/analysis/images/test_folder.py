"""Listing ImageFolder trees."""

from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.images.folder import ImageFile, list_images, stamp

CLASSES = {"n1": 0, "zebra": 0, "n2": 1, "striped fish": 1, "T-shirt": 2}


def touch(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")
    return root


def test_folders_are_ids_or_names_and_may_cover_some_classes(tmp_path: Path) -> None:
    listing = list_images(
        touch(tmp_path, "zebra/b.JPG", "zebra/a.png", "n2/deep/er/c.webp"), CLASSES
    )
    assert listing.files == (
        ImageFile("n2/deep/er/c.webp", 1),
        ImageFile("zebra/a.png", 0),
        ImageFile("zebra/b.JPG", 0),
    )
    assert listing.unmatched_folders == ()
    assert listing.notes == ()


@pytest.mark.parametrize("folder", ["striped_fish", "Striped Fish", "striped-fish"])
def test_plain_forms_of_names_match(tmp_path: Path, folder: str) -> None:
    assert list_images(touch(tmp_path, f"{folder}/a.jpg"), CLASSES).files[0].class_id == 1


def test_exact_names_go_before_plain_forms_and_ambiguous_ones_match_nothing(
    tmp_path: Path,
) -> None:
    classes = {"Polish": 0, "polish": 1}
    listing = list_images(touch(tmp_path, "Polish/a.jpg", "polish/a.jpg", "POLISH/a.jpg"), classes)
    assert [(file.path, file.class_id) for file in listing.files] == [
        ("POLISH/a.jpg", None),
        ("Polish/a.jpg", 0),
        ("polish/a.jpg", 1),
    ]


def test_pictures_in_the_root_are_unlabelled(tmp_path: Path) -> None:
    listing = list_images(touch(tmp_path, "a.jpg", "n1/b.jpg"), CLASSES)
    assert listing.files == (ImageFile("a.jpg", None), ImageFile("n1/b.jpg", 0))
    assert listing.notes == ()


def test_folders_without_a_class_are_unlabelled_and_noted(tmp_path: Path) -> None:
    listing = list_images(touch(tmp_path, "n1/a.jpg", "junk/b.jpg", "empty/c.txt"), CLASSES)
    assert listing.files == (ImageFile("junk/b.jpg", None), ImageFile("n1/a.jpg", 0))
    assert listing.unmatched_folders == ("junk",)
    assert "1 of 2 folders are named after no class (junk)" in listing.notes[0]


def test_a_tree_without_any_class_is_unlabelled_and_noted(tmp_path: Path) -> None:
    paths = [f"folder{i}/a.jpg" for i in range(9)]
    listing = list_images(touch(tmp_path, *paths), CLASSES)
    assert {file.class_id for file in listing.files} == {None}
    assert listing.notes[0].startswith("no folder is named after a class (folder0, folder1")
    assert "…" in listing.notes[0]


def test_other_files_and_hidden_ones_are_passed_over(tmp_path: Path) -> None:
    root = touch(tmp_path, "n1/a.jpg", "n1/a.txt", "n1/._a.jpg", ".git/b.jpg", "n1/jpg")
    assert [file.path for file in list_images(root, CLASSES).files] == ["n1/a.jpg"]


def test_links_that_leave_the_tree_are_not_followed(tmp_path: Path) -> None:
    outside = touch(tmp_path / "outside", "secret.jpg", "n1/c.jpg")
    root = touch(tmp_path / "root", "n1/a.jpg")
    (root / "n1" / "b.jpg").symlink_to(outside / "secret.jpg")
    (root / "n1" / "inside.jpg").symlink_to(root / "n1" / "a.jpg")
    (root / "n1" / "gone.jpg").symlink_to(root / "nothing.jpg")
    (root / "n2").symlink_to(outside / "n1", target_is_directory=True)
    listing = list_images(root, CLASSES)
    assert [file.path for file in listing.files] == ["n1/a.jpg", "n1/inside.jpg"]
    assert listing.notes[0].startswith("3 files or folders are left out")


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    touch(tmp_path / "root", "n1/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "root", target_is_directory=True)
    assert len(list_images(tmp_path / "link", CLASSES).files) == 1


def test_names_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    root = touch(tmp_path, "n1/a.jpg")
    try:
        (root / "n1" / "b\udcff.jpg").write_bytes(b"x")
    except OSError:
        pytest.skip("this file system has no such names")
    listing = list_images(root, CLASSES)
    assert [file.path for file in listing.files] == ["n1/a.jpg"]
    listing.notes[0].encode()


def test_nothing_to_list_is_refused_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a directory: give"):
        list_images(tmp_path / "absent", CLASSES)
    with pytest.raises(InputError, match=r"holds no pictures \(.*\): check --images"):
        list_images(touch(tmp_path / "root", "a.txt"), CLASSES)
    (tmp_path / "root" / "n1").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(InputError, match="1 links are not followed"):
        list_images(tmp_path / "root", CLASSES)


def test_the_stamp_sees_names_sizes_and_changes(tmp_path: Path) -> None:
    root = touch(tmp_path, "n1/a.jpg", "n1/b.jpg")
    before = stamp(root, ["n1/a.jpg"])
    assert before == stamp(root, ["n1/a.jpg"]) != stamp(root, ["n1/b.jpg"])
    (root / "n1" / "a.jpg").write_bytes(b"xx")
    assert stamp(root, ["n1/a.jpg"]) != before
    with pytest.raises(InputError, match="is gone: run the command again"):
        stamp(root, ["n1/c.jpg"])
