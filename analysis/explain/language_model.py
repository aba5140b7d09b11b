"""Loading a frozen causal language model to be steered."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from analysis.errors import TextError
from analysis.explain.prefix import BlockShape, cache_shapes, next_token_logits
from analysis.explain.vocabulary import Vocabulary, read_vocabulary

PACKAGED = "packaged"
HUB_TIMEOUT = 5.0
"""Seconds for the one question to the hub."""
_FIX = "give a directory to --language-model, or `packaged`, which needs no network"
_FILES = ("*.json", "*.safetensors", "*.model", "*.txt")


@dataclass(frozen=True)
class LanguageModel:
    """A frozen causal language model with its tokenizer.

    Attributes:
        name: as asked for.
        sha256: of the weights; of several files, of their bytes one after another by name.
        shapes: its key-value cache, block by block.
    """

    name: str
    sha256: str
    model: PreTrainedModel = field(repr=False)
    tokenizer: Any = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    shapes: tuple[BlockShape, ...] = field(repr=False)

    @property
    def known_as(self) -> str:
        """Name and the beginning of the hash, as results keep it."""
        return f"{self.name} ({self.sha256[:12]})"

    @property
    def device(self) -> torch.device:
        return self.model.device

    def encode(self, text: str) -> list[int]:
        """Tokens of a text, after the model's start token where it has one."""
        start = self.tokenizer.bos_token_id
        tokens = self.tokenizer.encode(text, add_special_tokens=False)
        return tokens if start is None else [start, *tokens]

    def decode(self, sequences: Sequence[Sequence[int]]) -> list[str]:
        """Texts of token sequences, special tokens left out."""
        return self.tokenizer.batch_decode(
            sequences, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )


def load_language_model(name: str, *, device: str = "cpu") -> LanguageModel:
    """Load ``packaged``, a directory, or an id: from the local cache, else from the hub.

    Only safetensors are read and no code of a repository is run.

    Raises:
        TextError: it cannot be had, is no causal language model, or has no usable cache.
    """
    directory = _directory(name)
    weights = sorted(directory.glob("*.safetensors"))
    if not weights:
        raise TextError(f"{directory} holds no *.safetensors of a language model: {_FIX}")
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            directory, local_files_only=True, trust_remote_code=False
        )
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            directory,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise TextError(
            f"cannot load the language model in {directory} ({reason}): {_FIX}"
        ) from error
    model, info = loaded
    if info["missing_keys"]:
        raise TextError(
            f"the weights in {directory} lack {min(info['missing_keys'])}, so it is no causal "
            f"language model: {_FIX}"
        )
    return wrap_language_model(name, _sha256(weights), model.to(device), tokenizer)


def wrap_language_model(
    name: str, sha256: str, model: PreTrainedModel, tokenizer: Any
) -> LanguageModel:
    """Freeze a model and learn what steering it needs to know.

    Raises:
        TextError: it has no usable cache of keys and values, or no token for the full stop.
    """
    model.eval().requires_grad_(False)
    shapes = cache_shapes(model)
    with torch.no_grad():
        size = len(next_token_logits(model, torch.zeros(1, dtype=torch.long, device=model.device)))
    vocabulary = read_vocabulary(tokenizer, size, device=str(model.device))
    return LanguageModel(name, sha256, model, tokenizer, vocabulary, shapes)


def _directory(name: str) -> Path:
    if name == PACKAGED:
        return _packaged()
    if Path(name).is_dir():
        return Path(name)
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise TextError(f"there is no language model in {name}: {_FIX}")
    return _cached(name) or _from_hub(name)


def _packaged() -> Path:
    try:
        directory = Path(str(resources.files("analysis.reef"))) / "assets" / "language_model"
    except ModuleNotFoundError:
        directory = None
    if directory is None or not directory.is_dir():
        raise TextError(
            "the packaged language model is not in this installation: install glowworm again, or "
            "give another --language-model"
        )
    return directory


def _cached(name: str) -> Path | None:
    """The local copy of a hub's model, if it is whole."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        found = snapshot_download(name, local_files_only=True, allow_patterns=list(_FILES))
    except HFValidationError as error:
        raise TextError(f"{name!r} is neither a directory nor a model's id: {_FIX}") from error
    except LocalEntryNotFoundError as error:
        found = getattr(error, "snapshot_path", None)  # incomplete, perhaps in what is not needed
    directory = Path(found) if found else None
    whole = directory is not None and all(
        any(directory.glob(pattern)) for pattern in ("config.json", "*.safetensors", "tokenizer*")
    )
    return directory if whole else None


def _from_hub(name: str) -> Path:
    """One short question whether the hub has it, then the download."""
    from huggingface_hub import HfApi, snapshot_download

    try:
        HfApi().model_info(name, timeout=HUB_TIMEOUT)
        return Path(snapshot_download(name, allow_patterns=list(_FILES), etag_timeout=HUB_TIMEOUT))
    except Exception as error:  # the hub's errors and its network library's are no one family
        raise TextError(
            f"the language model {name!r} is not in the local cache and the hub gave nothing "
            f"({type(error).__name__}): {_FIX}"
        ) from error


def _sha256(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
