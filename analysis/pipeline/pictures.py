"""An audit's images, looked at once more as the classifier sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from analysis.errors import InputError
from analysis.images.batches import as_batch
from analysis.images.decode import decode, quiet_pillow
from analysis.pipeline.runner import Context
from analysis.pipeline.shared import classifier, images_root
from db.queries.heatmaps import image_files


@dataclass(frozen=True)
class Pictures:
    """The images of an audit by their numbers."""

    context: Context
    files: Sequence[tuple[str, str]]
    """Path and hash of each image."""

    @classmethod
    def of(cls, context: Context) -> "Pictures":
        """All images of the audit."""
        return cls(context, image_files(context.store.engine))

    def pixels(self, image: int) -> np.ndarray | None:
        """As the classifier sees it; None where the file is gone or another one now."""
        path, sha256 = self.files[image]
        try:
            with quiet_pillow():
                root = images_root(self.context)
                decoded = decode(root / path, classifier(self.context).preprocessing)
        except InputError:
            return None
        return decoded.pixels if decoded.sha256 == sha256 else None

    def prepared(self, pictures: Sequence[np.ndarray]) -> torch.Tensor:
        """Pixels as the classifier takes them, on its device."""
        model = classifier(self.context)
        return model.preprocessing.normalize(as_batch(list(pictures)).to(model.device))
