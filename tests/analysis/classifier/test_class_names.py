"""Names of classes, brought or given."""

import json
from pathlib import Path

import pytest

from analysis.classifier.class_names import (
    ClassNames,
    folder_ids,
    imagenet_1k,
    load_class_names,
)
from analysis.errors import InputError


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_json_object_gives_folders_and_names_in_their_order(tmp_path: Path) -> None:
    path = write(tmp_path / "names.json", {"n2": "zebra", "n1": "ape"})
    classes = load_class_names(path, num_classes=2)
    assert classes.names == ("zebra", "ape")
    assert classes.folders == ("n2", "n1")
    assert classes.source == str(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", ["zebra", " ape "]),
        ("a.txt", "zebra\n\n ape \n"),
        ("a.txt", "\ufeffzebra\r\nape"),
    ],
)
def test_lists_and_text_give_names_alone(tmp_path: Path, name: str, content: object) -> None:
    classes = load_class_names(write(tmp_path / name, content), num_classes=2)
    assert (classes.names, classes.folders) == (("zebra", "ape"), None)


def test_a_wrong_number_names_both_numbers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "zebra\nape\n")
    with pytest.raises(InputError, match="names 2 classes, but the classifier has 3 outputs"):
        load_class_names(path, num_classes=3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        (r'["a", "\ud800"]', "not valid JSON"),
        ("3", "holds no names"),
        ('["a", 3]', "entry 2 of"),
        ('["a", " "]', "entry 2 of"),
        ('{"n1": {"a": 1}}', "entry 1 of"),
        ('{"n1": "a", "n1": "b"}', "'n1' twice"),
    ],
)
def test_files_that_hold_no_names_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_class_names(write(tmp_path / "a.json", content), num_classes=2)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the class names"):
        load_class_names(tmp_path / "absent.txt", num_classes=2)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(InputError, match="cannot read the class names"):
        load_class_names(tmp_path / "latin.txt", num_classes=1)


def test_imagenet_comes_with_folders() -> None:
    classes = imagenet_1k()
    assert len(classes.names) == 1000
    assert classes.names[:2] == ("tench", "goldfish")
    assert classes.folders is not None
    assert classes.folders[0] == "n01440764"
    assert "crane" in classes.duplicates


def test_folders_go_before_names_and_ambiguous_names_match_nothing() -> None:
    classes = ClassNames(("crane", "crane", "b", "a"), ("n1", "n2", "a", "n4"))
    assert folder_ids(classes) == {"n1": 0, "n2": 1, "a": 2, "n4": 3, "b": 2}
    assert folder_ids(ClassNames(("x", "y"))) == {"x": 0, "y": 1}
