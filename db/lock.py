"""One writer at a time: a lock that dies with its process."""

import fcntl
import os
from pathlib import Path

from db import layout
from db.errors import StoreError


class WriterLock:
    """An exclusive ``flock`` on ``audit.lock``.

    The kernel drops it when the process ends, however it ends; the process id written into the
    file only serves the message.
    """

    def __init__(self, directory: Path) -> None:
        """Take the lock; StoreError where another writer has it or the directory is read-only."""
        path = directory / layout.LOCK
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise StoreError(
                f"{directory} cannot be written ({error.strerror}); "
                "give yourself the right to write there, or another --out"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreError(
                f"{directory} is being written by another Glowworm (process {holder}); "
                "wait until it ends, or stop it"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would race with the next one."""
        os.close(self._descriptor)
