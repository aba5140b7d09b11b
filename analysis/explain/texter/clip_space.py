"""CLIP as the joint space: a linear map brings the classifier's features into it.

The map is ridge regression from centred features to the unit embeddings that CLIP gives the same
images, less their mean (Moayeri et al., *Text-To-Concept*, 2023, section 3, solve the same by
gradient descent). What CLIP sees in an image and the classifier does not, the map cannot carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from PIL import Image

from analysis.errors import InputError, TextError
from analysis.explain.grounds import Grounds
from analysis.textmap.base import unit_rows

BATCH = 64
RIDGE = 0.1
"""Added to the mean variance of the features along each axis, as a share of it."""


@runtime_checkable
class Clip(Protocol):
    """An encoder of images and texts into one space."""

    @property
    def name(self) -> str: ...

    def images(self, pictures: Sequence[Image.Image]) -> Float[np.ndarray, "images embedding"]:
        """Unit rows."""
        ...

    def texts(self, texts: Sequence[str]) -> Float[np.ndarray, "texts embedding"]:
        """Unit rows."""
        ...


@dataclass(frozen=True)
class TransformersClip:
    """A CLIP as the transformers library loads it."""

    name: str
    model: Any
    processor: Any

    def images(self, pictures: Sequence[Image.Image]) -> Float[np.ndarray, "images embedding"]:
        """Unit rows."""
        rows = [
            self._embedded(
                self.model.get_image_features, images=list(pictures[start : start + BATCH])
            )
            for start in range(0, len(pictures), BATCH)
        ]
        return unit_rows(np.concatenate(rows))

    def texts(self, texts: Sequence[str]) -> Float[np.ndarray, "texts embedding"]:
        """Unit rows; long texts are cut where the model ends."""
        rows = [
            self._embedded(
                self.model.get_text_features,
                text=list(texts[start : start + BATCH]),
                padding=True,
                truncation=True,
                max_length=self.model.config.text_config.max_position_embeddings,
            )
            for start in range(0, len(texts), BATCH)
        ]
        return unit_rows(np.concatenate(rows))

    def _embedded(self, features: Any, **inputs: Any) -> np.ndarray:
        import torch

        read = self.processor(return_tensors="pt", **inputs).to(self.model.device)
        with torch.no_grad():
            return features(**read).pooler_output.float().cpu().numpy()


def load_clip(name: str, *, device: str = "cpu") -> TransformersClip:
    """Load a CLIP from a directory or by hub id.

    Raises:
        TextError: it cannot be had.
    """
    from transformers import CLIPModel, CLIPProcessor

    from analysis.classifier.hub import from_cache_or_hub

    def load() -> tuple[Any, Any]:
        return CLIPModel.from_pretrained(name), CLIPProcessor.from_pretrained(name)

    try:
        model, processor = load() if Path(name).is_dir() else from_cache_or_hub(load)
    except Exception as error:  # what a hub or a damaged directory raises is not one family
        raise TextError(
            f"cannot load the CLIP {name!r} ({type(error).__name__}): give a directory or a hub id "
            "of a CLIP that transformers can read, or leave it out"
        ) from error
    return TransformersClip(name, model.to(device).eval(), processor)


@dataclass(frozen=True)
class ClipSpace:
    """CLIP's space, reached through a linear map."""

    name: str
    aligner: Float[np.ndarray, "features embedding"]
    centre: Float[np.ndarray, " embedding"]
    """Mean embedding of the images; the map speaks of what differs from it."""
    concept_units: Float[np.ndarray, "concepts embedding"]
    explained: float
    """Share of the variance of CLIP's image embeddings that the map explains on images that it
    was not fitted to (every fifth)."""

    def scores(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float[np.ndarray, "images concepts"]:
        """Cosines in CLIP's space."""
        return unit_rows(features @ self.aligner + self.centre) @ self.concept_units.T


def clip_space(grounds: Grounds, clip: Clip, pictures: Sequence[Image.Image]) -> ClipSpace:
    """CLIP's space, fitted to pictures of all the audit's images, in their order.

    Raises:
        InputError: there are not as many pictures as images, or fewer than five.
    """
    if len(pictures) != len(grounds.features) or len(pictures) < 5:
        raise InputError(
            f"{len(pictures)} pictures do not fit {len(grounds.features)} images: CLIP's space "
            "needs the pictures of all the audit's images, at least five"
        )
    embeddings = clip.images(pictures)
    centre = embeddings.mean(axis=0)
    x, y = grounds.features - grounds.mean, embeddings - centre
    kept = np.arange(len(x)) % 5 == 0
    left = y[kept] - x[kept] @ _ridge(x[~kept], y[~kept])
    variance = float((y[kept] ** 2).sum()) or 1.0
    return ClipSpace(
        name=clip.name,
        aligner=_ridge(x, y),
        centre=centre,
        concept_units=clip.texts(grounds.concepts),
        explained=1 - float((left**2).sum()) / variance,
    )


def _ridge(
    x: Float[np.ndarray, "images features"], y: Float[np.ndarray, "images embedding"]
) -> Float[np.ndarray, "features embedding"]:
    gram = (x.T @ x).astype(np.float64)
    gram += RIDGE * max(np.trace(gram) / len(gram), 1e-12) * np.eye(len(gram))
    return np.linalg.solve(gram, x.T @ y).astype(np.float32)
