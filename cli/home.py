"""The data folder: where it is, what lies where in it, and that only one process uses it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.failures import AlreadyRunning, NoPermission, NoSpace

FREE_BYTES_NEEDED = 200 * 2**20


@dataclass(frozen=True, slots=True)
class Home:
    """`.accord/` of the current directory, or what ACCORD_HOME or `--home` name."""

    folder: Path

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens.json"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"


def our_plans() -> Path:
    """The plans that come with this program: beside the packages in a clone, inside this one in a wheel."""
    here = Path(__file__).parent
    return here / "plans" if (here / "plans").exists() else here.parent / "plans"


@contextmanager
def claimed(folder: Path) -> Iterator[Home]:
    """The folder, made if it is missing, for us alone until the block ends.

    The lock is flock's, so it ends with the process however that ends; the number in the file only tells whom to ask.
    """
    home = Home(folder.absolute())
    try:
        # Entered, but not listed, by the user that PostgreSQL runs as when we are root.
        home.folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        home.documents.mkdir(exist_ok=True)
        home.log("any").parent.mkdir(exist_ok=True)
        lock = os.open(home.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as refused:
        raise NoPermission(home.folder, refused.strerror or str(refused)) from refused
    try:
        _lock(lock, home.folder)
        check_space(home.folder)
        yield home
    finally:
        os.close(lock)


def _lock(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunning(folder, os.pread(lock, 20, 0).decode().strip() or "unknown") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def check_space(folder: Path) -> None:
    """Refuse a start that would end in the middle of a write."""
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_NEEDED:
        raise NoSpace(folder, f"{free // 2**20} MB are free, {FREE_BYTES_NEEDED // 2**20} MB are needed to start")
