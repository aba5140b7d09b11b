"""Files appear whole or not at all."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from db.files import sha256_of, whole_file, write_array, write_whole


def test_a_written_file_has_its_content_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", b"words")
    assert (tmp_path / "a.txt").read_bytes() == b"words"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, b"old")
    with pytest.raises(RuntimeError, match="stop"), whole_file(path) as file:
        file.write(b"half of the ne")
        raise RuntimeError("stop")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_the_name_appears_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with whole_file(path) as file:
        file.write(b"words")
        assert not path.exists()
    assert path.exists()


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    write_whole(tmp_path / "abc", b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert sha256_of(tmp_path / "abc") == expected


def test_an_array_comes_back_and_its_hash_is_the_files(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    sha256 = write_array(tmp_path / "a.npy", array)
    assert sha256 == hashlib.sha256((tmp_path / "a.npy").read_bytes()).hexdigest()
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), array)


def test_an_array_of_objects_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        write_array(tmp_path / "a.npy", np.array([{}], dtype=object))
    assert list(tmp_path.iterdir()) == []
