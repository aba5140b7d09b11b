"""Fresh pictures of a reef as its classifier's features, kept between runs."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image

from analysis.cache import cached_array, digest
from analysis.classifier.split import Classifier
from analysis.progress import Progress
from analysis.reef.folder import render_many
from analysis.reef.world import WorldConfig

AT_ONCE = 400
Request = tuple[str, int, bool | None]
"""Class name, seed, and whether its cue shows; None leaves that to chance."""


def kept_features(
    classifier: Classifier, world: WorldConfig, requests: Sequence[Request], progress: Progress
) -> Float[np.ndarray, "pictures features"]:
    """Features of pictures rendered now or in an earlier run."""
    made_from = (repr(requests), repr(world), classifier.preprocessing.sha256)
    return cached_array(
        "reef-pictures",
        digest(classifier.weights_sha256, *made_from),
        lambda: _rendered(classifier, requests, world, progress),
    )


def _rendered(
    classifier: Classifier, requests: Sequence[Request], world: WorldConfig, progress: Progress
) -> np.ndarray:
    parts = []
    with progress.task("Rendering fresh pictures", len(requests)) as advance:
        for start in range(0, len(requests), AT_ONCE):
            images = render_many(requests[start : start + AT_ONCE], world=world)
            cropped = [classifier.preprocessing.crop(Image.fromarray(image)) for image in images]
            pixels = classifier.preprocessing.normalize(torch.from_numpy(np.stack(cropped)))
            parts.append(classifier.features(pixels).numpy())
            advance(len(images))
    return np.concatenate(parts)
