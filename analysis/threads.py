"""How many threads torch takes for work that is made of many small products."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Torch with ``count`` threads for the time of the block.

    Small products gain little from a second thread, and on a busy machine threads wait for each
    other: an epoch of the MLP text map on 192 classes took 9 ms of processor time with one thread
    and 450 ms with two on two loaded cores; an explanation took 16 s with one and over 60 s with
    two.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def half_the_threads() -> int:
    """Half of what torch would take, at least one."""
    return max(1, torch.get_num_threads() // 2)
