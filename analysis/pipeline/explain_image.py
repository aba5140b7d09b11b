"""One image, known to the audit or new, explained in a sentence."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from analysis.classifier.split import Classifier
from analysis.errors import InputError
from analysis.explain.language_model import load_language_model
from analysis.explain.scoring import floor
from analysis.explain.zero_shot import explain
from analysis.images.decode import decode
from analysis.pipeline.again import audited_classifier, model_spec
from analysis.pipeline.stages.explanations import METHOD, nle_config
from analysis.progress import Progress
from analysis.text.encoder import load_text_encoder
from analysis.textmap.saved import unpack
from analysis.threads import half_the_threads, torch_threads
from db.queries.classes import class_names
from db.queries.explanations import explanations
from db.queries.frame import shown_first
from db.queries.overview import run_of
from db.reader import AuditReader


def explain_image(
    directory: Path, image: Path, *, full: bool, language_model: str | None, progress: Progress
) -> dict[str, Any]:
    """The decision on ``image`` and the sentence for it, as a record.

    Keys: image, class, probability, method, text, score, floor (None where the audit explained no
    other image), candidates, language_model, text_map, config, seconds.

    Args:
        image: a file, or the path of an image in the audit's own folder.
        full: the paper's setting instead of the reduced one.
        language_model: another one than the audit's.

    Raises:
        InputError: the audit has no features to centre on, or its checkpoint changed since.
        GlowwormError: the classifier, the encoder or the language model cannot be had.
    """
    with AuditReader(directory) as audit:
        run = run_of(audit.engine, "text_maps")
        name = shown_first(audit.engine)
        if run is None or name is None:
            raise InputError(f"{directory} has no text map yet: finish it with audit --resume")
        classifier = audited_classifier(audit, model_spec(run.config["model"]))
        raw = _feature(classifier, _located(image, run.config))
        feature = raw - np.asarray(audit.array("features")).mean(0)
        probabilities = torch.softmax(classifier.head(torch.from_numpy(raw)[None])[0], 0)
        best = int(probabilities.argmax())
        encoder = load_text_encoder(str(run.config["text_encoder"]))
        text_map = unpack(name, np.asarray(audit.array(f"text_map.{name}")))
        others = explanations(audit.engine, limit=None)["text"].tolist()
        decided = class_names(audit.engine)[best]
    lm = load_language_model(language_model or str(run.config["language_model"]))
    settings = nle_config(full)

    def direction(texts: Any) -> np.ndarray:
        return text_map(encoder.encode(texts))

    bar = progress.task("Explaining", settings.iterations)
    with bar as advance, torch_threads(half_the_threads()):
        told = explain(
            feature, direction, lm, settings, seed=run.seed, progress=lambda *_: advance(1)
        )
    return {
        "image": str(image),
        "class": decided,
        "probability": float(probabilities[best]),
        "method": METHOD,
        "text": told.text,
        "score": told.score,
        "floor": floor(feature, others, direction) if others else None,
        "candidates": [asdict(candidate) for candidate in told.candidates],
        "language_model": lm.name,
        "text_map": name,
        "config": asdict(settings),
        "seconds": told.seconds,
    }


def _located(image: Path, config: Mapping[str, Any]) -> Path:
    """The file itself, or the image that the audit knows by that path."""
    known = Path(config["images"] or "") / image
    return known if known.is_file() and not image.is_file() else image


def _feature(classifier: Classifier, image: Path) -> np.ndarray:
    pixels = torch.from_numpy(decode(image, classifier.preprocessing).pixels.copy())[None]
    with torch.no_grad():
        return classifier.features(classifier.preprocessing.normalize(pixels))[0].cpu().numpy()
