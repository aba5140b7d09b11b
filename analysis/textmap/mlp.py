"""The paper's text map: MLP with input dropout and learned soft dropout (§3.1, Appendix I, N)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from analysis.textmap.net import NetMap
from analysis.threads import torch_threads

PAPER_EPOCHS = 2500
SMALL_PRODUCTS = 2**30
"""Multiplications of a forward pass below which one thread is enough."""


@dataclass(frozen=True)
class MlpEstimator:
    """ŵ = GLU(MLP(drop(s))), trained by the cosine loss of eq. 1, full batch.

    With soft dropout W1 ∈ R^{k×2k} and W2 ∈ R^{2k×d}, without it W1 ∈ R^{k×4d} and W2 ∈ R^{4d×d};
    each followed by LayerNorm, the first then by GELU and dropout .5 (Appendix I).

    Where the paper leaves room we chose:

    - The GLU's gate is σ(LayerNorm(W_g h)), W_g ∈ R^{d×d}, and it scales the MLP's own output h:
      "learn how to selectively scale [features] with values between 0 and 1". (A widening
      W ∈ R^{d×2d} would replace h by a second linear layer.)
    - The coin of probability .3 for the input dropout falls for each row, each epoch; dropped
      rows are rescaled by 2, as conventional dropout does, so that both kinds of rows have the
      same expected length.
    - Input embeddings have unit norm; they are scaled by √k, so that W1 sees entries of unit size.
    """

    epochs: int = PAPER_EPOCHS
    soft_dropout: bool = True
    learning_rate: float = 5e-3
    dropout: float = 0.5
    input_dropout: float = 0.5
    input_dropout_probability: float = 0.3
    device: str = "cpu"
    on_epoch: Callable[[], None] | None = field(default=None, compare=False)
    name: str = "mlp"
    is_floor: bool = False

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> NetMap:
        """Train on all pairs at once; the same seed gives the same map on the same machine."""
        return train(self, embeddings, class_embeddings, seed=seed, loss=_cosine_loss)

    def describe(self) -> dict[str, Any]:
        """Its configuration, as JSON."""
        described = asdict(self)
        del described["on_epoch"]
        return described


Loss = Callable[[Tensor, Tensor], Tensor]
"""Of regressed and true class embeddings, (classes, features) both."""


def train(
    config: MlpEstimator,
    embeddings: Float[np.ndarray, "classes embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
    *,
    seed: int,
    loss: Loss,
) -> NetMap:
    """The net of ``config`` trained by ``loss``: full batch, Adam, cosine schedule (Appendix I)."""
    threads = _threads(embeddings, class_embeddings)
    with torch.random.fork_rng(devices=[]), torch_threads(threads):
        torch.manual_seed(seed)
        s = torch.tensor(embeddings).to(config.device)
        w = torch.tensor(class_embeddings).to(config.device)
        net = build_net(s.shape[1], w.shape[1], config).to(config.device).train()
        optimizer = torch.optim.Adam(net.parameters(), lr=config.learning_rate, fused=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.epochs)
        for _ in range(config.epochs):
            optimizer.zero_grad()
            loss(net(s), w).backward()
            optimizer.step()
            schedule.step()
            if config.on_epoch is not None:
                config.on_epoch()
    return NetMap(net.eval(), device=config.device)


def _cosine_loss(regressed: Tensor, wanted: Tensor) -> Tensor:
    """Eq. 1, summed over the classes."""
    return (1 - functional.cosine_similarity(regressed, wanted)).sum()


def _threads(embeddings: np.ndarray, class_embeddings: np.ndarray) -> int:
    """One where the layers are small, as for ImageNet's names and a small classifier."""
    classes, embedding_dim = embeddings.shape
    products = classes * 2 * embedding_dim * (embedding_dim + class_embeddings.shape[1])
    return 1 if products < SMALL_PRODUCTS else torch.get_num_threads()


def build_net(embedding_dim: int, feature_dim: int, config: MlpEstimator) -> nn.Module:
    """The net k → d of Appendix I as a plain stack of layers."""
    hidden = 2 * embedding_dim if config.soft_dropout else 4 * feature_dim
    layers = [
        InputDropout(embedding_dim, config),
        nn.Linear(embedding_dim, hidden),
        nn.LayerNorm(hidden),
        nn.GELU(),
        nn.Dropout(config.dropout),
        nn.Linear(hidden, feature_dim),
        nn.LayerNorm(feature_dim),
    ]
    if config.soft_dropout:
        layers.append(SoftDropout(feature_dim))
    return nn.Sequential(*layers)


class InputDropout(nn.Module):
    """Half of a row's features dropped, for three rows in ten (§3.1); entries of unit size."""

    def __init__(self, embedding_dim: int, config: MlpEstimator) -> None:
        super().__init__()
        self.scale = embedding_dim**0.5
        self.dropped, self.probability = config.input_dropout, config.input_dropout_probability

    def forward(self, s: Tensor) -> Tensor:
        s = s * self.scale
        if not self.training:
            return s
        coin = torch.rand(len(s), 1, device=s.device) < self.probability
        return torch.where(coin, functional.dropout(s, self.dropped), s)


class SoftDropout(nn.Module):
    """Each dimension of the regressed class embedding scaled by a learned gate in (0, 1)."""

    def __init__(self, feature_dim: int) -> None:
        super().__init__()
        self.gate = nn.Sequential(nn.Linear(feature_dim, feature_dim), nn.LayerNorm(feature_dim))

    def forward(self, h: Tensor) -> Tensor:
        return h * torch.sigmoid(self.gate(h))
