"""Concept files in every format, and what is wrong with those that are refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.text.vocabulary import load_concepts


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.txt", "red\nblue sea\n"),
        ("blanks.txt", "\n  red \n\n blue sea\n \n"),
        ("repeated.txt", "red\nblue sea\nred\n red\n"),
        ("windows.txt", b"\xef\xbb\xbfred\r\nblue sea\r\n"),
        ("no-suffix", "red\nblue sea"),
        ("list.json", '["red", " blue sea ", "red", ""]'),
        ("windows.json", b'\xef\xbb\xbf["red", "blue sea"]'),
        ("CAPITALS.JSON", '["red", "blue sea"]'),
        ("descriptors.json", '{"shark": ["red"], "crab": ["blue sea", "red"]}'),
    ],
)
def test_formats(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert load_concepts(written(tmp_path, name, content)) == ["red", "blue sea"]


def test_a_users_line_may_begin_with_a_hash(tmp_path: Path) -> None:
    assert load_concepts(written(tmp_path, "tags.txt", "#nofilter\n")) == ["#nofilter"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", "", "hold no concept"),
        ("blank.txt", " \n\t\n", "hold no concept"),
        ("empty.json", "[]", "hold no concept"),
        ("latin.txt", "café".encode("latin-1"), "UTF-8"),
        ("broken.json", '["red"', "are not JSON"),
        ("deep.json", "[" * 100_000, "are not JSON"),
        ("half.json", r'["\ud800"]', "are not JSON"),
        ("text.json", '"red"', "another shape"),
        ("mixed.json", '{"a": ["red"], "b": "blue"}', "another shape"),
        ("numbers.json", '["red", 3]', "not text"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    with pytest.raises(InputError, match=reason) as refusal:
        load_concepts(written(tmp_path, name, content))
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "give" in str(refusal.value)


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.txt", tmp_path):
        with pytest.raises(InputError, match="cannot read the concepts"):
            load_concepts(path)


def test_the_projects_own_vocabulary_is_clean() -> None:
    concepts = load_concepts(None)
    assert len(concepts) > 500
    assert len(set(concepts)) == len(concepts)
    assert all(text == text.strip() and text and not text.startswith("#") for text in concepts)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=20))
def test_json_lists_come_back_stripped_once_each_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("concepts") / "list.json"
    path.write_text(json.dumps(texts), "utf-8")
    expected: list[str] = []
    for text in texts:
        if text.strip() and text.strip() not in expected:
            expected.append(text.strip())
    if expected:
        assert load_concepts(path) == expected
    else:
        with pytest.raises(InputError):
            load_concepts(path)
