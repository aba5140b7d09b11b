"""The files that come with the reef: its trained classifier and its language model."""

import json
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
CLASSIFIER_WEIGHTS = ASSETS / "classifier.safetensors"
CLASSIFIER_MANIFEST = ASSETS / "classifier.json"
# A directory for AutoModelForCausalLM.from_pretrained and AutoTokenizer.from_pretrained.
LANGUAGE_MODEL = ASSETS / "language_model"


def classifier_manifest() -> dict[str, Any]:
    """How the classifier is built, fed and trained, and what it was measured to do."""
    return json.loads(CLASSIFIER_MANIFEST.read_text())


def language_model_manifest() -> dict[str, Any]:
    """How the language model was trained, its perplexity and the hashes of its files."""
    return json.loads((LANGUAGE_MODEL / "manifest.json").read_text())
