"""oneDNN's products against torch's own."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from analysis.text.onednn import OneDnnLinear, through_onednn

pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available(), reason="this torch was built without oneDNN"
)


def _linear(width: int, out: int, *, bias: bool = True) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(width, out, bias=bias)


class _Net(nn.Module):
    """A linear layer deep inside, one of doubles, one of a type of its own, one used twice."""

    class Own(nn.Linear):
        """Whose forward pass is not x Wᵀ + b."""

        def forward(self, input: torch.Tensor) -> torch.Tensor:
            return super().forward(input) * 2

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.deep = nn.Sequential(nn.Linear(4, 8), nn.Sequential(nn.GELU(), nn.Linear(8, 4)))
        self.own = self.Own(4, 4)
        self.shared = nn.ModuleDict({"one": self.deep[0], "wide": nn.Linear(4, 4).double()})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.own(self.deep(x))


@given(
    sizes=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    rows=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    bias=st.booleans(),
)
def test_products_equal_torchs(sizes: tuple[int, int], rows: list[int], bias: bool) -> None:
    linear = _linear(*sizes, bias=bias)
    x = torch.randn(*rows, sizes[0])
    told = OneDnnLinear(linear)(x)
    assert told.shape == (*rows, sizes[1])
    expected = x.double() @ linear.weight.detach().double().T
    if bias:
        expected = expected + linear.bias.detach().double()
    torch.testing.assert_close(told.double(), expected, rtol=1e-5, atol=1e-5)


def test_rows_that_are_not_contiguous_are_read_as_they_are() -> None:
    linear = _linear(6, 3)
    x = torch.randn(6, 5).T
    torch.testing.assert_close(OneDnnLinear(linear)(x), linear(x).detach())


def test_a_module_says_the_same_through_onednn() -> None:
    net = _Net().eval()
    before, state = copy.deepcopy(net), copy.deepcopy(net.state_dict())
    changed = through_onednn(net)
    assert changed is net
    x = torch.randn(3, 4)
    torch.testing.assert_close(changed(x).detach(), before(x).detach())
    after = changed.state_dict()
    assert after.keys() == state.keys()
    assert all(torch.equal(after[name], state[name]) for name in state)


def test_only_plain_float32_layers_are_replaced() -> None:
    net = through_onednn(_Net())
    assert isinstance(net.get_submodule("deep.0"), OneDnnLinear)
    assert isinstance(net.get_submodule("deep.1.1"), OneDnnLinear)
    assert isinstance(net.get_submodule("shared.one"), OneDnnLinear)
    assert type(net.get_submodule("shared.wide")) is nn.Linear
    assert type(net.own) is _Net.Own


def test_weights_need_no_gradients_any_more() -> None:
    net = through_onednn(nn.Sequential(_linear(4, 2)))
    assert list(net.parameters()) == []
    assert not net(torch.randn(1, 4)).requires_grad


def test_without_onednn_the_module_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    net = through_onednn(nn.Sequential(_linear(4, 2)))
    assert type(net.get_submodule("0")) is nn.Linear
