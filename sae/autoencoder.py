"""Inference with a sparse autoencoder, from sae-lens's files but without sae-lens or torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Float32
from scipy.sparse import csr_array, vstack

from sae.centring import Centring, row_blocks

CENTRING_FILE = "centring.safetensors"
CONFIG_FILE = "cfg.json"
WEIGHTS_FILE = "sae_weights.safetensors"
# What sae-lens can add around encoder and decoder and what this module does not do.
_PLAIN = {"normalize_activations": "none", "reshape_activations": "none"}
_BLOCK_VALUES = 2**25  # pre-activations held at once


@dataclass(frozen=True)
class TopK:
    """Keeps the k largest latents of each image, where they are above zero."""

    k: int

    def kept(self, pre: Float32[np.ndarray, "images latents"]) -> csr_array:
        """The activations that pass."""
        n, width = pre.shape
        latents = np.argpartition(pre, width - self.k, axis=1)[:, width - self.k :]
        values = np.take_along_axis(pre, latents, axis=1)
        rows, columns = np.nonzero(values > 0)
        cells = (rows, latents[rows, columns])
        return csr_array((values[rows, columns], cells), shape=(n, width))


@dataclass(frozen=True)
class Threshold:
    """Keeps what exceeds its latent's threshold and zero (JumpReLU; ReLU where it is zero)."""

    thresholds: Float32[np.ndarray, " latents"]

    def kept(self, pre: Float32[np.ndarray, "images latents"]) -> csr_array:
        """The activations that pass."""
        cells = np.nonzero((pre > self.thresholds) & (pre > 0))
        return csr_array((pre[cells], cells), shape=pre.shape)


@dataclass(frozen=True)
class SparseAutoencoder:
    """An autoencoder with the centring its features need.

    With x the centred and scaled feature: latents = gate((x - b) W_enc + b_enc), where the
    decoder's bias b is subtracted only if ``subtract_decoder_bias``; reconstruction =
    latents · W_dec + b. sae-lens's ``rescale_acts_by_decoder_norm`` multiplies latents by the
    norms of the decoder's rows and divides by them again when decoding; here the norms are folded
    into the weights when they are read, which gives the same latents and reconstructions.
    """

    encoder_weight: Float32[np.ndarray, "features latents"]
    encoder_bias: Float32[np.ndarray, " latents"]
    decoder_weight: Float32[np.ndarray, "latents features"]
    decoder_bias: Float32[np.ndarray, " features"]
    gate: TopK | Threshold
    subtract_decoder_bias: bool
    centring: Centring

    @classmethod
    def from_directory(cls, directory: Path) -> "SparseAutoencoder":
        """Read ``cfg.json``, ``sae_weights.safetensors`` and, if there, ``centring.safetensors``.

        Known are sae-lens's inference architectures topk, jumprelu (as which BatchTopK and
        Matryoshka are saved) and standard (ReLU). An autoencoder that was trained elsewhere has
        no centring file; its features are then taken as they are. Raises ``ValueError`` for an
        architecture or a setting this module does not know and for files that do not fit
        together, ``FileNotFoundError`` when a file is missing.
        """
        config = _read_config(directory)
        weights = _read_weights(directory, config["architecture"])
        norms = np.ones(len(weights["W_dec"]), dtype=np.float32)
        if config.get("rescale_acts_by_decoder_norm", False):
            norms = np.linalg.norm(weights["W_dec"], axis=1)
        thresholds = weights.get("threshold", np.zeros_like(weights["b_enc"]))
        topk = config["architecture"] == "topk"
        return cls(
            encoder_weight=weights["W_enc"] * norms,
            encoder_bias=weights["b_enc"] * norms,
            decoder_weight=weights["W_dec"] / np.where(norms > 0, norms, 1)[:, None],
            decoder_bias=weights["b_dec"],
            gate=TopK(int(config["k"])) if topk else Threshold(thresholds * norms),
            subtract_decoder_bias=bool(config.get("apply_b_dec_to_input", topk)),
            centring=_read_centring(directory, len(weights["b_dec"])),
        )

    @property
    def width(self) -> int:
        """Number of latents."""
        return len(self.encoder_bias)

    @property
    def mean(self) -> Float32[np.ndarray, " features"]:
        """The mean feature that is subtracted first, in the classifier's units."""
        return self.centring.mean

    @property
    def decoder_directions(self) -> Float32[np.ndarray, "latents features"]:
        """What one unit of each latent adds to the feature, in the classifier's units."""
        return self.decoder_weight * np.float32(self.centring.scale)

    def pre_activations(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float32[np.ndarray, "images latents"]:
        """What the gate decides on."""
        x = self.centring.apply(features)
        if self.subtract_decoder_bias:
            x = x - self.decoder_bias
        return x @ self.encoder_weight + self.encoder_bias

    def encode_sparse(self, features: Float[np.ndarray, "images features"]) -> csr_array:
        """Latents (images, latents), in blocks of rows: memory grows with what is active."""
        rows = max(1, _BLOCK_VALUES // self.width)
        parts = [self.gate.kept(self.pre_activations(x)) for x in row_blocks(features, rows)]
        if not parts:
            return csr_array((0, self.width), dtype=np.float32)
        return csr_array(vstack(parts))

    def encode(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float32[np.ndarray, "images latents"]:
        """All latents as a dense array; for many images take ``encode_sparse``."""
        return self.encode_sparse(features).toarray()

    def decode(
        self, latents: Float[np.ndarray, "images latents"]
    ) -> Float32[np.ndarray, "images features"]:
        """Features in the classifier's units."""
        centred = np.asarray(latents, dtype=np.float32) @ self.decoder_weight + self.decoder_bias
        return centred * np.float32(self.centring.scale) + self.centring.mean


def _read_config(directory: Path) -> dict[str, Any]:
    config = json.loads((directory / CONFIG_FILE).read_text(encoding="utf-8"))
    if not isinstance(config, dict) or "architecture" not in config:
        raise ValueError(f"{directory / CONFIG_FILE} names no architecture: save it with sae-lens")
    architecture = config["architecture"]
    if architecture not in ("topk", "jumprelu", "standard"):
        raise ValueError(
            f"architecture {architecture!r} in {directory}: "
            "only topk, jumprelu and standard can be read"
        )
    for setting, known in _PLAIN.items():
        if config.get(setting, known) != known:
            raise ValueError(
                f"{setting} is {config[setting]!r} in {directory}: only {known!r} can be read"
            )
    if architecture == "topk" and "k" not in config:
        raise ValueError(f"{directory / CONFIG_FILE} has no k: save the autoencoder again")
    return config


def _read_weights(directory: Path, architecture: str) -> dict[str, np.ndarray]:
    path = directory / WEIGHTS_FILE
    weights = _read_tensors(path)
    needed = {"W_enc", "b_enc", "W_dec", "b_dec"}
    needed |= {"threshold"} if architecture == "jumprelu" else set()
    if missing := needed - set(weights):
        raise ValueError(f"{path} lacks {sorted(missing)}: save it again")
    width, features = weights["W_dec"].shape
    fitting = {
        "W_enc": (features, width),
        "b_enc": (width,),
        "W_dec": (width, features),
        "b_dec": (features,),
    }
    if architecture == "jumprelu":
        fitting["threshold"] = (width,)
    for name, shape in fitting.items():
        if weights[name].shape != shape:
            raise ValueError(
                f"{name} in {path} has shape {weights[name].shape}, W_dec asks for {shape}: "
                "save it again"
            )
    for name in fitting:
        if not np.isfinite(weights[name]).all():
            raise ValueError(f"{name} in {path} is not finite: train the autoencoder again")
    return weights


def _read_tensors(path: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return {name: np.asarray(a, dtype=np.float32) for name, a in load_file(path).items()}
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}): copy it again") from error


def _read_centring(directory: Path, features: int) -> Centring:
    if not (directory / CENTRING_FILE).exists():
        return Centring(np.zeros(features, dtype=np.float32), 1.0)
    stored = _read_tensors(directory / CENTRING_FILE)
    return Centring(stored["mean"], float(stored["scale"][0]))
