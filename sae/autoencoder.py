"""Inference with a sparse autoencoder, from sae-lens's files but without sae-lens or torch."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Int

from sae.centring import Centring, row_blocks

CENTRING_FILE = "centring.safetensors"
CONFIG_FILE = "cfg.json"
WEIGHTS_FILE = "sae_weights.safetensors"
# What sae-lens can add around encoder and decoder and what this module does not do.
_PLAIN = {"normalize_activations": "none", "reshape_activations": "none"}


@dataclass(frozen=True)
class TopKActivations:
    """The k largest latents of each image; the rest are zero. Zeros may be among the k."""

    latents: Int[np.ndarray, "images k"]
    values: Float32[np.ndarray, "images k"]
    width: int

    def dense(self) -> Float32[np.ndarray, "images latents"]:
        dense = np.zeros((len(self.latents), self.width), dtype=np.float32)
        np.put_along_axis(dense, self.latents, self.values, axis=1)
        return dense


@dataclass(frozen=True)
class SparseAutoencoder:
    """A TopK autoencoder with the centring its features need.

    With x the centred and scaled feature: latents = TopK(ReLU((x - b) W_enc + b_enc)), where the
    decoder's bias b is subtracted only if ``subtract_decoder_bias``; reconstruction =
    latents · W_dec + b. sae-lens's ``rescale_acts_by_decoder_norm`` multiplies latents by the
    norms of the decoder's rows and divides by them again when decoding; here the norms are folded
    into the weights when they are read, which gives the same latents and reconstructions.
    """

    encoder_weight: Float32[np.ndarray, "features latents"]
    encoder_bias: Float32[np.ndarray, " latents"]
    decoder_weight: Float32[np.ndarray, "latents features"]
    decoder_bias: Float32[np.ndarray, " features"]
    k: int
    subtract_decoder_bias: bool
    centring: Centring

    @classmethod
    def from_directory(cls, directory: Path) -> "SparseAutoencoder":
        """Read ``cfg.json``, ``sae_weights.safetensors`` and, if there, ``centring.safetensors``.

        An autoencoder that was trained elsewhere has no centring file; its features are then
        taken as they are. Raises ``ValueError`` for an architecture or a setting this module does
        not know, ``FileNotFoundError`` when a file is missing.
        """
        from safetensors.numpy import load_file

        config = _read_config(directory)
        weights = {
            name: np.asarray(array, dtype=np.float32)
            for name, array in load_file(directory / WEIGHTS_FILE).items()
        }
        missing = {"W_enc", "b_enc", "W_dec", "b_dec"} - set(weights)
        if missing:
            raise ValueError(f"{directory / WEIGHTS_FILE} lacks {sorted(missing)}: save it again")
        norms = np.ones(len(weights["W_dec"]), dtype=np.float32)
        if config.get("rescale_acts_by_decoder_norm", False):
            norms = np.linalg.norm(weights["W_dec"], axis=1)
        return cls(
            encoder_weight=weights["W_enc"] * norms,
            encoder_bias=weights["b_enc"] * norms,
            decoder_weight=weights["W_dec"] / np.where(norms > 0, norms, 1)[:, None],
            decoder_bias=weights["b_dec"],
            k=int(config["k"]),
            subtract_decoder_bias=bool(config.get("apply_b_dec_to_input", True)),
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

    def encode_topk(self, features: Float[np.ndarray, "images features"]) -> TopKActivations:
        """The k latents of each image, in blocks of rows: memory grows with k, not with width."""
        rows = max(1, 2**25 // self.width)
        parts = [self._encode_block(block) for block in row_blocks(features, rows)]
        if not parts:
            empty = np.zeros((0, self.k))
            return TopKActivations(empty.astype(np.int64), empty.astype(np.float32), self.width)
        latents, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        return TopKActivations(latents, values, self.width)

    def encode(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float32[np.ndarray, "images latents"]:
        """All latents as a dense array; for many images take ``encode_topk``."""
        return self.encode_topk(features).dense()

    def decode(
        self, latents: Float[np.ndarray, "images latents"]
    ) -> Float32[np.ndarray, "images features"]:
        """Features in the classifier's units."""
        centred = np.asarray(latents, dtype=np.float32) @ self.decoder_weight + self.decoder_bias
        return centred * np.float32(self.centring.scale) + self.centring.mean

    def _encode_block(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = self.centring.apply(features)
        if self.subtract_decoder_bias:
            x = x - self.decoder_bias
        pre = x @ self.encoder_weight + self.encoder_bias
        latents = np.argpartition(pre, self.width - self.k, axis=1)[:, self.width - self.k :]
        return latents, np.maximum(np.take_along_axis(pre, latents, axis=1), 0)


def _read_config(directory: Path) -> dict:
    config = json.loads((directory / CONFIG_FILE).read_text(encoding="utf-8"))
    architecture = config.get("architecture")
    if architecture != "topk":
        raise ValueError(f"architecture {architecture!r} in {directory}: only 'topk' can be read")
    for setting, known in _PLAIN.items():
        if config.get(setting, known) != known:
            raise ValueError(
                f"{setting} is {config[setting]!r} in {directory}: only {known!r} can be read"
            )
    if "k" not in config:
        raise ValueError(f"{directory / CONFIG_FILE} has no k: save the autoencoder again")
    return config


def _read_centring(directory: Path, features: int) -> Centring:
    from safetensors.numpy import load_file

    if not (directory / CENTRING_FILE).exists():
        return Centring(np.zeros(features, dtype=np.float32), 1.0)
    stored = load_file(directory / CENTRING_FILE)
    return Centring(stored["mean"], float(stored["scale"][0]))
