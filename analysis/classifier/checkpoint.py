"""Reading weights from a file without running code, fitting them to a model, hashing them."""

import hashlib
import pickle
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from analysis.errors import CheckpointError

NESTINGS = ("state_dict", "model", "model_state_dict")
"""Keys under which training loops keep the weights."""
WRAPPERS = ("module.", "_orig_mod.")
"""Prefixes that ``DataParallel`` and ``torch.compile`` leave."""


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """The weights in a ``.safetensors``, ``.pth`` or ``.pt`` file, on the CPU.

    Raises:
        CheckpointError: there is no such file, it is damaged, of another kind, or holds code.
    """
    if not path.is_file():
        raise CheckpointError(f"there is no checkpoint {path}: check --checkpoint")
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        try:
            return load_file(path)
        except (SafetensorError, OSError) as error:
            raise CheckpointError(
                f"{path} is damaged or no safetensors file ({_line(error)}): copy or save it anew"
            ) from error
    if suffix in (".pth", ".pt"):
        return _unwrap(_read_pickle(path), path)
    raise CheckpointError(
        f"{path} is of no kind that is read: save the state_dict as .safetensors or .pth"
    )


def load_into(module: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """Copy ``weights`` into ``module``; every tensor must have its place and the right shape.

    Raises:
        CheckpointError: with the first three differences.
    """
    own = module.state_dict()
    differences = [f"{key} is missing" for key in own if key not in weights]
    differences += [f"{key} is unexpected" for key in weights if key not in own]
    differences += [
        f"{key} is {by(weights[key].shape)} instead of {by(own[key].shape)}"
        for key in own
        if key in weights and weights[key].shape != own[key].shape
    ]
    refuse(differences, path)
    module.load_state_dict(dict(weights))


def refuse(differences: Sequence[str], path: Path) -> None:
    """Name the first three of ``differences``, if there are any.

    Raises:
        CheckpointError: there are some.
    """
    if differences:
        shown = "; ".join(differences[:3])
        more = f" (and {len(differences) - 3} more)" if len(differences) > 3 else ""
        raise CheckpointError(
            f"{path} does not fit the model: {shown}{more}: check --model and --model-arg"
        )


def weights_sha256(module: nn.Module) -> str:
    """Hash of every parameter and buffer (name, type, shape, bytes), whatever their order."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(memoryview(flat.view(torch.uint8).numpy()))
    return digest.hexdigest()


def _read_pickle(path: Path) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about pickle protocols that are read all the same
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path} holds more than weights and is not read, because it could run code: "
            "save its state_dict alone, best as .safetensors"
        ) from error
    except Exception as error:  # a damaged pickle can raise anything
        raise CheckpointError(f"{path} is damaged or no PyTorch file ({_line(error)})") from error


def _unwrap(content: object, path: Path) -> dict[str, Tensor]:
    """The state dict inside usual nestings, without the prefixes of wrappers."""
    while isinstance(content, Mapping):
        inner = next((content[k] for k in NESTINGS if isinstance(content.get(k), Mapping)), None)
        if inner is None:
            break
        content = inner
    if not isinstance(content, Mapping) or not content:
        raise CheckpointError(f"{path} holds no weights: save the model's state_dict")
    if any(not isinstance(value, Tensor) for value in content.values()):
        odd = next(key for key, value in content.items() if not isinstance(value, Tensor))
        raise CheckpointError(f"{path} holds {odd!r} among the weights: save the state_dict alone")
    weights = {str(key): value for key, value in content.items()}
    for prefix in WRAPPERS:
        if all(key.startswith(prefix) for key in weights):
            weights = {key.removeprefix(prefix): value for key, value in weights.items()}
    return weights


def by(shape: Sequence[int]) -> str:
    """A shape as ``1000x192``."""
    return "x".join(map(str, shape)) or "a scalar"


def _line(error: BaseException) -> str:
    """The first line of a library's message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
