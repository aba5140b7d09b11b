"""ICIS, the rival of paper Table 1 (Christensen et al., ICCV 2023), re-implemented as a baseline.

Two encoder-decoders, one over text embeddings and one over class embeddings, share a latent space:
each side is rebuilt from its own latent and from the other's (reconstruction and cross
reconstruction, both by cosine loss). A text is mapped by the text encoder and the weight decoder.
"""

from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from analysis.textmap.net import NetMap
from analysis.threads import torch_threads

SMOOTHED = 10
"""Epochs averaged for the slope of the loss."""
PATIENCE = 5
"""Flat slopes in a row that end the training."""
INITIAL_STD = 0.02


@dataclass(frozen=True)
class IcisEstimator:
    """Mini-batch training by Adam until the loss is flat.

    Configuration as published for its largest setting: latent space of 2048, one layer with ReLU
    to encode and one to decode, batches of 16, at most 1,000 epochs, stopped when the loss of ten
    epochs falls by less than ``flat`` an epoch against the ten before, five times in a row. Its
    learning rate of 1e-5 was for attributes of 200 classes; on ImageNet's names under a real
    ViT-tiny 1e-3 finds three times as many unseen images among the best five (27 % against 8 %)
    in a sixth of the time, so the baseline has that. The original also shows the descriptors of
    the unseen classes to the text autoencoder; ours sees the training classes alone, as every
    other estimator does.
    """

    latent: int = 2048
    learning_rate: float = 1e-3
    batch_size: int = 16
    most_epochs: int = 1000
    flat: float = 2e-3
    device: str = "cpu"
    name: str = "icis"
    is_floor: bool = False

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> NetMap:
        """Train on the C pairs; the same seed gives the same map on the same machine."""
        with torch.random.fork_rng(devices=[]), torch_threads(1):
            torch.manual_seed(seed)
            s = torch.tensor(embeddings).to(self.device)
            w = torch.tensor(class_embeddings).to(self.device)
            nets = _Nets(s.shape[1], w.shape[1], self.latent).to(self.device)
            optimizer = torch.optim.Adam(nets.parameters(), lr=self.learning_rate, fused=True)
            losses: list[float] = []
            flat_in_a_row = 0
            while len(losses) < self.most_epochs and flat_in_a_row < PATIENCE:
                losses.append(self._epoch(nets, optimizer, s, w))
                if len(losses) > 2 * SMOOTHED:
                    slope = _slope(losses)
                    flat_in_a_row = flat_in_a_row + 1 if slope < self.flat else 0
        return NetMap(nn.Sequential(nets.text_encoder, nets.weight_decoder), device=self.device)

    def _epoch(
        self, nets: "_Nets", optimizer: torch.optim.Optimizer, s: Tensor, w: Tensor
    ) -> float:
        """One pass over the classes in random order; the mean loss."""
        losses = []
        for batch in torch.randperm(len(s)).split(self.batch_size):
            optimizer.zero_grad()
            loss = nets.loss(s[batch], w[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return mean(losses)

    def describe(self) -> dict[str, Any]:
        """Its configuration, as JSON."""
        return asdict(self)


def _slope(losses: list[float]) -> float:
    """How much the loss fell per epoch between the last ten epochs and the ten before."""
    return (mean(losses[-2 * SMOOTHED : -SMOOTHED]) - mean(losses[-SMOOTHED:])) / SMOOTHED


class _Nets(nn.Module):
    """The two autoencoders."""

    def __init__(self, embedding_dim: int, feature_dim: int, latent: int) -> None:
        super().__init__()
        self.text_encoder = nn.Sequential(nn.Linear(embedding_dim, latent), nn.ReLU())
        self.text_decoder = nn.Linear(latent, embedding_dim)
        self.weight_encoder = nn.Sequential(nn.Linear(feature_dim, latent), nn.ReLU())
        self.weight_decoder = nn.Linear(latent, feature_dim)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=INITIAL_STD)
                nn.init.zeros_(module.bias)

    def loss(self, s: Tensor, w: Tensor) -> Tensor:
        """Four cosine losses: each side from its own latent and from the other's."""
        of_text, of_weight = self.text_encoder(s), self.weight_encoder(w)
        rebuilt = [
            (self.text_decoder(of_text), s),
            (self.text_decoder(of_weight), s),
            (self.weight_decoder(of_weight), w),
            (self.weight_decoder(of_text), w),
        ]
        losses = [(1 - functional.cosine_similarity(a, b)).mean() for a, b in rebuilt]
        return torch.stack(losses).sum()
