"""What several stages need: the loaded models, and arrays of the store in their usual form."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis.classifier.class_names import ClassNames, folder_ids, load_class_names
from analysis.classifier.load import load_classifier
from analysis.classifier.split import Classifier
from analysis.errors import InputError
from analysis.images.folder import Listing, list_images
from analysis.pipeline.runner import Context
from analysis.text.cache import encode_cached
from analysis.text.encoder import SentenceEncoder, load_text_encoder
from analysis.text.vocabulary import load_concepts
from db.queries.frame import kept_maps

ENCODED_AT_ONCE = 1024


def classifier(context: Context) -> Classifier:
    """The classifier, loaded once a run."""
    config = context.config
    return context.once("classifier", lambda: load_classifier(config.model, device=config.device))


def class_names(context: Context) -> ClassNames:
    """The names of the classes: given in a file, or brought by the model.

    Raises:
        InputError: neither is there, or the file does not fit the classifier.
    """
    return context.once("class_names", lambda: _class_names(context))


def _class_names(context: Context) -> ClassNames:
    model, path = classifier(context), context.config.class_names
    if path is not None:
        return load_class_names(path, num_classes=model.num_classes)
    if model.class_names is None:
        raise InputError(
            f"{model.spec.name} brings no names for its {model.num_classes} classes: give them "
            "with --class-names, in the order of its outputs"
        )
    return model.class_names


def images_root(context: Context) -> Path:
    """The top of the images' tree; InputError where the audit has none."""
    if context.config.images is None:
        raise InputError("this audit has no images: give --images")
    return context.config.images


def image_files(context: Context) -> Listing:
    """The images below that root; InputError where it cannot be used."""
    return context.once(
        "image_files",
        lambda: list_images(images_root(context), folder_ids(class_names(context))),
    )


def encoder(context: Context) -> SentenceEncoder:
    """The text encoder, loaded once a run."""
    config = context.config
    return context.once(
        "encoder", lambda: load_text_encoder(config.text_encoder, device=config.device)
    )


def concepts(context: Context) -> list[str]:
    """The vocabulary."""
    return context.once("concepts", lambda: load_concepts(context.config.concepts))


def encode(context: Context, texts: Sequence[str]) -> np.ndarray:
    """Embeddings of many texts: from the cache, or encoded with a bar."""
    text_encoder = encoder(context)

    def with_a_bar(texts: Sequence[str]) -> np.ndarray:
        parts = []
        with context.progress.task("Encoding texts", len(texts)) as advance:
            for start in range(0, len(texts), ENCODED_AT_ONCE):
                part = texts[start : start + ENCODED_AT_ONCE]
                parts.append(text_encoder.encode(part))
                advance(len(part))
        return np.concatenate(parts)

    return encode_cached(text_encoder, texts, with_a_bar)


def labelling_maps(context: Context) -> list[str]:
    """Text maps whose concepts and labels go into the store, the one shown first on top."""
    return kept_maps(context.store.engine)


def features(context: Context) -> np.ndarray | None:
    """Features of all images, (images, features); None where the audit has no images."""
    if "images" in context.skipped:
        return None
    return np.asarray(context.store.array("features"))


def centred_features(context: Context) -> np.ndarray | None:
    """Features less their mean over the images."""
    raw = features(context)
    return None if raw is None else raw - raw.mean(0)


def labels(context: Context) -> np.ndarray:
    """Class of each image by its folder; -1 where its folder is no class."""
    return np.asarray(context.store.array("labels"))


def logits(context: Context) -> np.ndarray:
    """f·W + b of all images, (images, classes)."""
    weight, bias = (np.asarray(context.store.array(key)) for key in ("class_embeddings", "bias"))
    return np.asarray(context.store.array("features")) @ weight.T + bias


def decisions(context: Context) -> np.ndarray:
    """The class that wins on each image, in blocks: logits of all images are never held."""
    weight, bias = (np.asarray(context.store.array(key)) for key in ("class_embeddings", "bias"))
    images = context.store.array("features")
    rows = max(1, 2**24 // len(bias))
    parts = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(images), rows):
        parts.append((np.asarray(images[start : start + rows]) @ weight.T + bias).argmax(axis=1))
    return np.concatenate(parts)
