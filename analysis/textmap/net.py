"""A trained net as a text map."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import nn


@dataclass(frozen=True)
class NetMap:
    """A net in evaluation mode: no dropout, whatever it learned stays."""

    net: nn.Module
    device: str = "cpu"

    def __call__(
        self, embeddings: Float[np.ndarray, "texts embedding"]
    ) -> Float[np.ndarray, "texts features"]:
        """Directions û(t)."""
        with torch.no_grad():
            return self.net(torch.tensor(embeddings).to(self.device)).cpu().numpy()

    def arrays(self) -> dict[str, np.ndarray]:
        """The net's parameters by name."""
        return {name: value.cpu().numpy() for name, value in self.net.state_dict().items()}
