"""Reading weights without running code."""

import pickle
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from analysis.classifier.checkpoint import load_into, read_state_dict, weights_sha256
from analysis.errors import CheckpointError


def small() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def same(left: dict[str, Tensor], right: dict[str, Tensor]) -> bool:
    return left.keys() == right.keys() and all(torch.equal(left[key], right[key]) for key in left)


@pytest.mark.parametrize("nesting", ["", "state_dict", "model", "model_state_dict"])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod."])
@pytest.mark.parametrize("suffix", [".pth", ".pt"])
def test_usual_nestings_are_unwrapped(
    tmp_path: Path, nesting: str, prefix: str, suffix: str
) -> None:
    weights = small().state_dict()
    content: object = {prefix + key: value for key, value in weights.items()}
    if nesting:
        content = {nesting: content, "epoch": 3, "optimizer": {"lr": 0.1}}
    path = tmp_path / f"weights{suffix}"
    torch.save(content, path)
    assert same(read_state_dict(path), weights)


def test_safetensors_are_read(tmp_path: Path) -> None:
    weights = small().state_dict()
    save_file(weights, tmp_path / "a.safetensors")
    assert same(read_state_dict(tmp_path / "a.safetensors"), weights)


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.path,)


def test_a_pickle_with_code_is_refused_and_does_not_run(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    torch.save({"a": Trap(trap)}, tmp_path / "evil.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Trap(trap)))
    torch.save(small(), tmp_path / "whole.pt")
    torch.save({"model": small().state_dict(), "args": SimpleNamespace(lr=1)}, tmp_path / "args.pt")
    for name in ("evil.pth", "plain.pth", "whole.pt", "args.pt"):
        with pytest.raises(CheckpointError, match="could run code") as caught:
            read_state_dict(tmp_path / name)
        assert "\n" not in str(caught.value)
    assert not trap.exists()


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth", "a.pt"])
@pytest.mark.parametrize("content", [b"", b"not weights", b"PK\x03\x04 cut short"])
def test_damaged_files_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        read_state_dict(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    save_file(small().state_dict(), tmp_path / "a.safetensors")
    torch.save(small().state_dict(), tmp_path / "a.pth")
    for name in ("a.safetensors", "a.pth"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(CheckpointError, match="damaged"):
            read_state_dict(tmp_path / name)


def test_other_kinds_and_absent_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        read_state_dict(tmp_path / "absent.pth")
    (tmp_path / "a.onnx").write_bytes(b"x")
    with pytest.raises(CheckpointError, match="of no kind that is read"):
        read_state_dict(tmp_path / "a.onnx")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="holds no weights"):
        read_state_dict(tmp_path / "list.pth")
    torch.save({"epoch": 3, "weight": torch.zeros(2)}, tmp_path / "mixed.pth")
    with pytest.raises(CheckpointError, match="holds 'epoch' among the weights"):
        read_state_dict(tmp_path / "mixed.pth")


def test_what_does_not_fit_is_named_three_at_most() -> None:
    module, weights = small(), small().state_dict()
    del weights["0.weight"]
    weights["extra"] = torch.zeros(1)
    weights["2.weight"] = torch.zeros(5, 4)
    weights["2.bias"] = torch.zeros(5)
    with pytest.raises(CheckpointError) as caught:
        load_into(module, weights, Path("a.pth"))
    assert (
        "0.weight is missing; extra is unexpected; 2.weight is 5x4 instead of 2x4 (and 1 more)"
        in str(caught.value)
    )


def test_the_hash_sees_every_byte_and_no_order() -> None:
    module = small()
    expected = weights_sha256(module)
    assert weights_sha256(small()) == expected
    shuffled = nn.Module()
    for name, tensor in reversed(module.state_dict().items()):
        shuffled.register_buffer(name.replace(".", "_"), tensor)
    straight = nn.Module()
    for name, tensor in module.state_dict().items():
        straight.register_buffer(name.replace(".", "_"), tensor)
    assert weights_sha256(shuffled) == weights_sha256(straight)
    with torch.no_grad():
        module[0].weight[0, 0] += 1e-7
    assert weights_sha256(module) != expected
    assert weights_sha256(small().half()) != expected
    assert weights_sha256(small().to(torch.bfloat16)) != weights_sha256(small().half())
