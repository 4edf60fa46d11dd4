"""A log with a size limit and rotation."""

import os
import threading
from pathlib import Path

MOST_BYTES = 5 * 2**20
MOST_FILES = 4
"""Files of a log, including the current one."""


class LogFile:
    """Appends lines and rotates full files. Thread-safe.

    Lines that cannot be written, as on a full disk, are dropped: logging must not block a server.
    """

    def __init__(self, path: Path, most: int | None = None, kept: int = MOST_FILES) -> None:
        self.path = path
        self._most, self._kept = most or MOST_BYTES, kept
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._size = 0

    def open(self) -> None:
        """Opens the log, with permissions for its owner only. Raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            self._close()
            self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            os.fchmod(self._handle, 0o600)
            self._size = os.fstat(self._handle).st_size

    def write(self, line: bytes) -> None:
        with self._lock:
            try:
                if self._size + len(line) > self._most and self._size:
                    self._begin_another()
                if self._handle is not None:
                    self._size += os.write(self._handle, line)
            except OSError:
                return

    def close(self) -> None:
        with self._lock:
            self._close()

    def _begin_another(self) -> None:
        self._close()
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))
        self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
