"""Features of a folder, and going on after a stop."""

import hashlib
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from analysis.classifier.positions import Positions, find_positions
from analysis.classifier.split import Classifier
from analysis.errors import InputError, ModelError
from analysis.images import batches
from analysis.images import extract as module
from analysis.images.decode import decode
from analysis.images.extract import extract
from analysis.images.extraction import Extraction, Skipped
from analysis.images.folder import list_images
from analysis.progress import Advance
from tests.analysis.images.conftest import PREPROCESSING, make_classifier, noise

CLASSES = {"a": 0, "b": 1}


class Bar:
    """Counts, and stops the work like a person does."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.done = 0
        self.total: int | None = None
        self.stop_at = stop_at

    @contextmanager
    def task(self, description: str, total: int | None) -> Iterator[Advance]:
        self.total = total
        yield self.advance

    def advance(self, count: int) -> None:
        self.done += count
        if self.stop_at is not None and self.done >= self.stop_at:
            raise KeyboardInterrupt

    def say(self, text: str) -> None: ...
    def warn(self, text: str) -> None: ...


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHARD_IMAGES", 6)
    monkeypatch.setattr(batches, "CHUNK", 2)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are decoded from now on."""
    names: list[str] = []

    def record(path: Path, preprocessing: object) -> object:
        names.append(path.name)
        return decode(path, preprocessing)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "decode", record)
    return names


def run(classifier: Classifier, root: Path, work: Path, **options: object) -> Extraction:
    files = list_images(root, CLASSES).files
    return extract(classifier, root, files, work_dir=work, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("batch_size", [1, 4, 100])
@pytest.mark.parametrize("workers", [1, 3])
def test_equals_one_picture_at_a_time(
    classifier: Classifier, folder: Path, tmp_path: Path, batch_size: int, workers: int
) -> None:
    result = run(classifier, folder, tmp_path, batch_size=batch_size, workers=workers)
    files = list_images(folder, CLASSES).files
    assert [row.path for row in result.rows] == [file.path for file in files]
    assert [row.class_id for row in result.rows] == [0] * 10 + [1] * 10
    for i, (row, thumbnail) in enumerate(zip(result.rows, result.thumbnails(), strict=True)):
        path = folder / row.path
        with Image.open(path) as image:
            features = classifier.features(classifier.preprocessing(image)[None])
        logits = classifier.head(features)[0]
        best = logits.argsort(descending=True)[:5]
        assert np.allclose(result.features[i], features[0], atol=1e-6)
        assert result.top_classes[i].tolist() == best.tolist()
        assert np.allclose(result.top_logits[i], logits[best], atol=1e-6)
        assert np.allclose(result.top_probabilities[i], logits.softmax(0)[best], atol=1e-6)
        assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (row.width, row.height) == (30, 22)
        with Image.open(io.BytesIO(thumbnail)) as image:
            assert image.size == (30, 22)
    assert result.skipped == ()
    assert isinstance(result.features, np.memmap)
    assert not result.features.flags.writeable
    assert result.features.dtype == np.float32


def test_fewer_classes_than_five_give_fewer_predictions(folder: Path, tmp_path: Path) -> None:
    result = run(make_classifier(classes=3), folder, tmp_path)
    assert result.top_classes.shape == (20, 3)
    assert np.allclose(result.top_probabilities.sum(1), 1, atol=1e-6)


def test_accuracy_counts_labelled_images_only(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    noise(99).save(folder / "unlabelled.png")
    result = run(classifier, folder, tmp_path)
    assert result.rows[-1].class_id is None
    hits = sum(
        row.class_id == best
        for row, best in zip(result.rows[:-1], result.top_classes[:-1, 0], strict=True)
    )
    assert result.accuracy == hits / 20
    files = list_images(folder, {}).files
    unlabelled = extract(classifier, folder, files, work_dir=tmp_path)
    assert unlabelled.accuracy is None


def test_unreadable_files_are_skipped_and_reported(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    (folder / "a" / "00.png").write_bytes(b"not a picture")
    (folder / "b" / "zz.jpg").write_bytes(b"")
    bar = Bar()
    result = run(classifier, folder, tmp_path, progress=bar)
    assert [skip.path for skip in result.skipped] == ["a/00.png", "b/zz.jpg"]
    assert all("no picture" in skip.reason for skip in result.skipped)
    assert isinstance(result.skipped[0], Skipped)
    assert len(result.rows) == len(result.features) == len(list(result.thumbnails())) == 19
    assert (bar.done, bar.total) == (21, 21)


def test_a_shard_without_any_readable_file(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    for name in ("00", "02", "04", "06", "08", "10"):  # the whole first shard
        (folder / "a" / f"{name}.png").write_bytes(b"x")
    result = run(classifier, folder, tmp_path)
    assert (len(result.rows), len(result.skipped)) == (14, 6)
    assert result.rows[0].path == "a/12.png"
    assert len(list(result.thumbnails())) == 14


def test_no_readable_file_is_refused_with_an_example(
    classifier: Classifier, tmp_path: Path
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "x.png").write_bytes(b"x")
    with pytest.raises(InputError, match=r"none of 1 images can be read \(x.png: it is no"):
        run(classifier, tmp_path / "images", tmp_path / "work")


def test_a_stopped_run_goes_on_where_it_was(
    classifier: Classifier, folder: Path, tmp_path: Path, decoded: list[str]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(classifier, folder, tmp_path / "work", batch_size=2, progress=Bar(stop_at=14))
    decoded.clear()
    bar = Bar()
    resumed = run(classifier, folder, tmp_path / "work", batch_size=2, progress=bar)
    assert len(decoded) == 20 - 12  # two shards of six were finished
    assert (bar.done, bar.total) == (20, 20)
    whole = run(classifier, folder, tmp_path / "other", batch_size=2)
    assert np.array_equal(resumed.features, whole.features)
    assert resumed.rows == whole.rows
    assert list(resumed.thumbnails()) == list(whole.thumbnails())


def test_a_finished_run_decodes_nothing_again(
    classifier: Classifier, folder: Path, tmp_path: Path, decoded: list[str]
) -> None:
    first = run(classifier, folder, tmp_path)
    decoded.clear()
    again = run(classifier, folder, tmp_path)
    assert decoded == []
    assert np.array_equal(first.features, again.features)


def test_stale_shards_are_never_used(
    classifier: Classifier, folder: Path, tmp_path: Path, decoded: list[str]
) -> None:
    def decodes(subject: Classifier) -> int:
        decoded.clear()
        run(subject, folder, tmp_path)
        return len(decoded)

    assert decodes(classifier) == 20
    assert decodes(make_classifier(seed=1)) == 20
    sharper = replace(classifier.preprocessing, interpolation="bicubic")
    assert decodes(replace(classifier, preprocessing=sharper)) == 20
    noise(77, 40, 40).save(folder / "a" / "00.png")
    assert decodes(classifier) == 20
    assert decodes(classifier) == 0


def test_a_damaged_shard_is_made_again(
    classifier: Classifier, folder: Path, tmp_path: Path, decoded: list[str]
) -> None:
    first = run(classifier, folder, tmp_path)
    content = bytearray(first.shards[1].read_bytes())
    content[len(content) // 2] ^= 0xFF
    first.shards[1].write_bytes(content)
    decoded.clear()
    again = run(classifier, folder, tmp_path)
    assert len(decoded) == 6
    assert np.array_equal(first.features, again.features)


def test_files_appear_whole_or_not_at_all(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(classifier, folder, tmp_path / "work", batch_size=2, progress=Bar(stop_at=8))
    names = [path.name for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert names == ["shard-000000.npz"]


def test_features_that_are_not_finite_are_refused(
    classifier: Classifier, folder: Path, tmp_path: Path
) -> None:
    broken = replace(classifier, extract=lambda pixels: torch.full((len(pixels), 16), torch.nan))
    with pytest.raises(ModelError, match="features that are not finite"):
        run(broken, folder, tmp_path)


def test_no_more_than_a_window_is_decoded_ahead(folder: Path, decoded: list[str]) -> None:
    paths = sorted(folder.rglob("*.png"))
    pictures = batches.decode_ahead(paths, PREPROCESSING, workers=1, ahead=4)
    first = list(islice(pictures, 4))
    time.sleep(0.2)
    assert len(first) == 4 <= len(decoded) <= 8
    assert len(list(pictures)) == 16
    assert decoded == [path.name for path in paths]


def test_what_is_waiting_is_dropped_when_the_work_stops(folder: Path, decoded: list[str]) -> None:
    paths = sorted(folder.rglob("*.png")) * 50
    pictures = batches.decode_ahead(paths, PREPROCESSING, workers=1, ahead=900)
    next(pictures)
    pictures.close()
    assert len(decoded) < 1000


# ---------------------------------------------------------------- channels of a stage map


@pytest.fixture
def stage(classifier: Classifier) -> Positions:
    """The map that the tiny classifier pools, here as if its channels were no neurons."""
    positions = find_positions(classifier)
    assert positions is not None
    return replace(positions, kind="stage")


def test_channels_are_means_over_the_positions_of_each_picture(
    classifier: Classifier, stage: Positions, folder: Path, tmp_path: Path
) -> None:
    result = run(classifier, folder, tmp_path, batch_size=4, stage=stage)
    assert result.channels is not None
    assert result.channels.shape == (20, 16)
    assert result.channels.dtype == np.float32
    assert isinstance(result.channels, np.memmap)
    for row, channels in zip(result.rows, result.channels, strict=True):
        with Image.open(folder / row.path) as image:
            maps = stage.of(classifier.preprocessing(image)[None])[0].numpy()
        expected = sum(maps[y, x] for y in range(4) for x in range(4)) / 16
        assert np.allclose(channels, expected, atol=1e-6)
    plain = run(classifier, folder, tmp_path / "plain", batch_size=4)
    assert np.array_equal(result.features, plain.features)
    assert plain.channels is None


def test_channels_cost_no_second_forward_pass(
    classifier: Classifier, stage: Positions, folder: Path, tmp_path: Path
) -> None:
    seen: list[int] = []
    handle = stage.layer.register_forward_hook(lambda *call: seen.append(len(call[-1])))
    run(classifier, folder, tmp_path, batch_size=4, stage=stage)
    handle.remove()
    assert sum(seen) == 20


def test_shards_without_channels_are_not_taken_for_those_with(
    classifier: Classifier, stage: Positions, folder: Path, tmp_path: Path, decoded: list[str]
) -> None:
    run(classifier, folder, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(classifier, folder, tmp_path, batch_size=2, stage=stage, progress=Bar(stop_at=14))
    decoded.clear()
    resumed = run(classifier, folder, tmp_path, batch_size=2, stage=stage)
    assert len(decoded) == 20 - 12
    whole = run(classifier, folder, tmp_path / "other", batch_size=2, stage=stage)
    assert resumed.channels is not None and whole.channels is not None
    assert np.array_equal(resumed.channels, whole.channels)


def test_a_shard_without_any_readable_file_has_no_channels(
    classifier: Classifier, stage: Positions, folder: Path, tmp_path: Path
) -> None:
    for name in ("00", "02", "04", "06", "08", "10"):
        (folder / "a" / f"{name}.png").write_bytes(b"x")
    result = run(classifier, folder, tmp_path, stage=stage)
    assert result.channels is not None
    assert result.channels.shape == (14, 16)


def test_channels_that_are_not_finite_are_refused(
    classifier: Classifier, stage: Positions, folder: Path, tmp_path: Path
) -> None:
    spoil = stage.layer.register_forward_hook(lambda *call: call[-1] / 0 * 0)
    finite = replace(classifier, extract=lambda x: classifier.extract(x).nan_to_num())
    with pytest.raises(ModelError, match="features that are not finite"):
        run(finite, folder, tmp_path, stage=replace(stage, classifier=finite))
    spoil.remove()
