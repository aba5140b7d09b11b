"""How long work is shown: the library counts, the command line draws."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable

Advance = Callable[[int], None]
"""Called with the number of items just finished."""


@runtime_checkable
class Progress(Protocol):
    """Draws bars for work longer than a moment, and says what a person should know."""

    def task(self, description: str, total: int | None) -> AbstractContextManager[Advance]:
        """A bar for the time of the ``with`` block."""
        ...

    def say(self, text: str) -> None:
        """One line of news."""
        ...

    def warn(self, text: str) -> None:
        """One line that must not be overlooked."""
        ...


class Silent:
    """Draws nothing; for tests and for library use."""

    @contextmanager
    def task(self, description: str, total: int | None) -> Iterator[Advance]:
        """A bar that nobody sees."""
        del description, total
        yield lambda _: None

    def say(self, text: str) -> None:
        """Nothing."""

    def warn(self, text: str) -> None:
        """Nothing."""
