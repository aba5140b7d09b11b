"""Where a language model is looked for, and what is refused."""

import hashlib
from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled
from safetensors.torch import load_file, save_file

from analysis.errors import TextError
from analysis.explain import language_model
from analysis.explain.language_model import load_language_model
from tests.analysis.explain import tiny


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("lm")
    words = tiny.tokenizer()
    tiny.gpt2(len(words)).save_pretrained(directory)
    words.save_pretrained(directory)
    return directory


def _copy(saved: Path, to: Path, *, without: str = "") -> Path:
    for file in saved.iterdir():
        if file.name != without:
            (to / file.name).write_bytes(file.read_bytes())
    return to


def test_a_directory_loads_frozen_with_the_sha256_of_its_weights(saved):
    lm = load_language_model(str(saved))
    weights = (saved / "model.safetensors").read_bytes()
    assert lm.sha256 == hashlib.sha256(weights).hexdigest()
    assert not any(p.requires_grad for p in lm.model.parameters())
    assert not lm.model.training
    assert len(lm.shapes) == 2
    assert len(lm.vocabulary) == len(tiny.tokenizer())


def test_texts_begin_with_the_start_token_and_come_back_without_it(saved):
    lm = load_language_model(str(saved))
    tokens = lm.encode("Image of the red fish.")
    assert tokens[0] == lm.tokenizer.bos_token_id
    assert lm.decode([tokens, tokens[:-1]]) == ["Image of the red fish.", "Image of the red fish"]


def test_pickled_weights_are_never_read(saved, tmp_path):
    _copy(saved, tmp_path, without="model.safetensors")
    torch.save(load_file(saved / "model.safetensors"), tmp_path / "pytorch_model.bin")
    with pytest.raises(TextError, match=r"no \*\.safetensors"):
        load_language_model(str(tmp_path))


def test_weights_that_lack_a_part_are_refused_not_drawn_at_random(saved, tmp_path):
    _copy(saved, tmp_path)
    weights = load_file(saved / "model.safetensors")
    del weights["transformer.h.1.attn.c_attn.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TextError, match=r"lack transformer\.h\.1\.attn\.c_attn\.weight"):
        load_language_model(str(tmp_path))


def test_what_is_no_language_model_is_refused_in_one_line(saved, tmp_path):
    _copy(saved, tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "unheard-of", "auto_map": {}}')
    with pytest.raises(TextError) as caught:
        load_language_model(str(tmp_path))
    assert "\n" not in str(caught.value)
    assert "--language-model" in str(caught.value)


@pytest.mark.parametrize("name", ["./nowhere", "/no/such/model", "a/b/c"])
def test_a_missing_directory_is_refused(name):
    with pytest.raises(TextError, match="no language model in"):
        load_language_model(name)


def test_the_packaged_model_is_looked_for_in_the_reef(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(language_model.resources, "files", lambda _: tmp_path)
    with pytest.raises(TextError, match="packaged language model"):
        load_language_model("packaged")
    assets = tmp_path / "assets" / "language_model"
    assets.mkdir(parents=True)
    _copy(saved, assets)
    assert load_language_model("packaged").name == "packaged"


def test_the_local_cache_comes_first(saved, monkeypatch):
    def snapshot(name, *, local_files_only=False, **_):
        assert local_files_only
        return str(saved)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert load_language_model("gpt2").name == "gpt2"


def test_the_hub_is_asked_once_and_the_refusal_names_the_fix(monkeypatch):
    asked = []

    def snapshot(name, *, local_files_only=False, **_):
        assert local_files_only
        raise LocalEntryNotFoundError("not here")

    def info(self, name, *, timeout):
        asked.append(timeout)
        raise OfflineModeIsEnabled("no network")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", info)
    with pytest.raises(TextError, match="`packaged`") as caught:
        load_language_model("gpt2")
    assert asked == [language_model.HUB_TIMEOUT]
    assert "\n" not in str(caught.value)


def test_an_incomplete_copy_is_fetched_again(saved, tmp_path, monkeypatch):
    def snapshot(name, *, local_files_only=False, **_):
        return str(tmp_path if local_files_only else saved)

    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: None)
    assert load_language_model("gpt2").name == "gpt2"


def test_a_name_that_no_hub_can_have_is_refused():
    with pytest.raises(TextError, match="neither a directory nor"):
        load_language_model("a name with spaces")
