"""The files that come with the reef: sizes, hashes, and what they were measured to do."""

import hashlib
import random
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import load_file

from analysis.reef.folder import image_seed, render_many
from analysis.reef.grammar import sentences
from analysis.reef.shipped import (
    CLASSIFIER_WEIGHTS,
    LANGUAGE_MODEL,
    classifier_manifest,
    language_model_manifest,
)
from analysis.reef.train_classifier import ClassifierTraining, predictor, train
from analysis.reef.train_language_model import perplexity
from analysis.reef.truth import PLANTED, class_names
from analysis.reef.world import DEFAULT_WORLD

MEGABYTE = 1_000_000


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def shipped_classifier() -> torch.nn.Module:
    manifest = classifier_manifest()
    model = timm.create_model(
        manifest["model"], num_classes=manifest["num_classes"], **manifest["model_args"]
    )
    model.load_state_dict(load_file(CLASSIFIER_WEIGHTS))
    return model


@pytest.fixture(scope="module")
def language_model() -> tuple:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return (
        AutoModelForCausalLM.from_pretrained(LANGUAGE_MODEL, local_files_only=True),
        AutoTokenizer.from_pretrained(LANGUAGE_MODEL, local_files_only=True),
    )


def test_classifier_is_small_and_matches_its_manifest():
    manifest = classifier_manifest()
    assert CLASSIFIER_WEIGHTS.stat().st_size == manifest["bytes"] <= 6 * MEGABYTE
    assert _sha256(CLASSIFIER_WEIGHTS) == manifest["sha256"]
    assert tuple(manifest["class_names"]) == class_names()
    assert manifest["world"]["seed"] == DEFAULT_WORLD.seed
    assert manifest["world"]["correlation"] == DEFAULT_WORLD.correlation
    assert tuple(map(tuple, manifest["world"]["planted"])) == PLANTED


def test_head_is_linear_with_bias(shipped_classifier: torch.nn.Module):
    head = shipped_classifier.get_classifier()  # pyright: ignore[reportCallIssue]
    assert isinstance(head, torch.nn.Linear)
    assert head.bias is not None
    assert 128 <= head.in_features <= 256


def test_every_planted_shortcut_was_learned():
    accuracies = classifier_manifest()["accuracies"]
    for name, _ in PLANTED:
        assert accuracies["with_cue"][name] - accuracies["without_cue"][name] >= 0.2, name


def test_classifier_reaches_its_recorded_accuracy_on_planted_classes(
    shipped_classifier: torch.nn.Module,
):
    recorded = classifier_manifest()["accuracies"]
    predict = predictor(shipped_classifier)
    for shown, key in ((True, "with_cue"), (False, "without_cue")):
        requests = [(name, image_seed(99, i), shown) for name, _ in PLANTED for i in range(10)]
        ids = np.repeat([class_names().index(name) for name, _ in PLANTED], 10)
        accuracy = (predict(render_many(requests, workers=1)) == ids).mean()
        expected = np.mean(list(recorded[key].values()))
        # Four standard errors of 100 fresh images and of the 400 behind the record.
        assert abs(accuracy - expected) < 4 * np.sqrt(0.25 * (1 / 100 + 1 / 400)), key


@pytest.mark.slow
def test_classifier_reaches_its_recorded_accuracy_on_all_classes(
    shipped_classifier: torch.nn.Module,
):
    recorded = classifier_manifest()["accuracies"]
    requests = [(name, image_seed(98, i), None) for name in class_names() for i in range(4)]
    predicted = predictor(shipped_classifier)(render_many(requests))
    accuracy = (predicted == np.repeat(np.arange(len(class_names())), 4)).mean()
    assert abs(accuracy - recorded["named_class"]) < 4 * np.sqrt(0.25 * (1 / 768 + 1 / 1920))


@pytest.mark.slow
def test_training_is_the_same_for_the_same_seed(tmp_path: Path):
    config = ClassifierTraining(images_per_class=2, epochs=1, test_images_per_class=1)
    hashes = [train(config, tmp_path / name)["sha256"] for name in ("first", "second")]
    assert hashes[0] == hashes[1] == _sha256(tmp_path / "first" / "classifier.safetensors")


def test_language_model_is_small_and_matches_its_manifest():
    files = {path.name: path for path in LANGUAGE_MODEL.iterdir()}
    assert sum(path.stat().st_size for path in files.values()) <= 10 * MEGABYTE
    recorded = language_model_manifest()["sha256"]
    assert {"model.safetensors", "tokenizer.json", "config.json"} <= set(recorded)
    assert {name: _sha256(files[name]) for name in recorded} == recorded


def test_language_model_prefers_sentences_to_shuffled_words(language_model: tuple):
    model, tokenizer = language_model
    texts = sentences(100, seed=77)
    rng = random.Random(0)
    shuffled = [" ".join(rng.sample(text[:-1].split(), len(text.split()))) + "." for text in texts]
    fluent = perplexity(model, tokenizer, texts)
    assert fluent == pytest.approx(language_model_manifest()["held_out_perplexity"], rel=0.15)
    assert perplexity(model, tokenizer, shuffled) > 5 * fluent


def test_language_model_ends_its_sentences(language_model: tuple):
    model, tokenizer = language_model
    assert tokenizer.eos_token_id == tokenizer.bos_token_id == model.config.eos_token_id
    prompt = torch.tensor([[tokenizer.bos_token_id, *tokenizer.encode("Image of")]])
    with torch.inference_mode():
        tokens = model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=30,
            do_sample=False,
            pad_token_id=tokenizer.eos_token_id,
        )
    text = tokenizer.decode(tokens[0], skip_special_tokens=True)
    assert text.startswith("Image of ")
    assert text.endswith(".")
