"""What is kept between runs is found by what it was made from, and by nothing else."""

from pathlib import Path

import numpy as np
import pytest

from analysis.cache import ENVIRONMENT, cache_dir, cached_array, digest
from analysis.errors import UsageError
from analysis.text.cache import encode_cached


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    return tmp_path


class CountingEncoder:
    name, dim = "counting", 2

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        self.calls: list[list[str]] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.calls.append(list(texts))
        return np.array([[len(text), 1] for text in texts], np.float32)


def test_a_list_of_texts_is_encoded_once() -> None:
    encoder = CountingEncoder("a")
    first = encode_cached(encoder, ["one", "three"])
    again = encode_cached(encoder, ["one", "three"])
    np.testing.assert_array_equal(first, [[3, 1], [5, 1]])
    np.testing.assert_array_equal(first, again)
    assert encoder.calls == [["one", "three"]]


def test_other_texts_other_order_and_other_weights_are_other_entries() -> None:
    encoder, other = CountingEncoder("a"), CountingEncoder("b")
    for texts in (["x", "yy"], ["yy", "x"], ["xyy"], ["x", "yy", ""]):
        np.testing.assert_array_equal(encode_cached(encoder, texts)[:, 0], [len(t) for t in texts])
    encode_cached(other, ["x", "yy"])
    assert len(encoder.calls) == 4
    assert len(other.calls) == 1


def test_a_damaged_entry_is_made_again(elsewhere: Path) -> None:
    made = cached_array("things", "key", lambda: np.arange(3))
    path = elsewhere / "things" / "key.npy"
    path.write_bytes(path.read_bytes()[:10])
    np.testing.assert_array_equal(cached_array("things", "key", lambda: np.arange(3)), made)
    np.testing.assert_array_equal(np.load(path), made)


def test_parts_cannot_be_shifted_into_each_other() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("a") == digest(b"a")
    assert digest(np.arange(2)) != digest(np.arange(3))


def test_the_directory_is_where_the_environment_says(elsewhere: Path) -> None:
    assert cache_dir("kind") == elsewhere / "kind"
    assert (elsewhere / "kind").is_dir()


def test_a_place_that_can_hold_no_cache_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "file"))
    with pytest.raises(UsageError, match=f"let {ENVIRONMENT} name another"):
        cache_dir("kind")
