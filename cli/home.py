"""The data folder: its location, layout, lock and permissions."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.start_errors import AlreadyRunning, NoPermission, NoSpace

FREE_BYTES_NEEDED = 200 * 2**20
PRIVATE_FILES = (
    "addresses.json",
    "checkpoint.key",
    "documents",
    "figures",
    "first-run",
    "lock",
    "log",
    "postgres.socket",
    "temporal",
    "tokens.earlier.json",
    "tokens.json",
)
"""Files in the data folder that only its owner may read."""

OTHER_FILES = ("postgres", "postgres.unfinished", "tokens.new")
"""Other files there: PostgreSQL restricts its own."""


@dataclass(frozen=True, slots=True)
class Home:
    """`.accord/` of the current directory, or the folder in ACCORD_HOME or `--home`."""

    folder: Path

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens.json"

    @property
    def checkpoint_key(self) -> Path:
        """The file with the seed of the checkpoint keys."""
        return self.folder / "checkpoint.key"

    @property
    def first_program(self) -> Path:
        """The file with the id of the first program."""
        return self.folder / "first-run"

    @property
    def figures(self) -> Path:
        """The folder with a file for each plan whose figures have been recorded."""
        return self.folder / "figures"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"


def packaged_plans() -> Path:
    """The packaged plans: beside the packages in a clone, inside this one in a wheel."""
    here = Path(__file__).parent
    return here / "plans" if (here / "plans").exists() else here.parent / "plans"


@contextmanager
def lock_folder(folder: Path) -> Iterator[Home]:
    """The folder, created if missing and locked for the block.

    The lock is flock's and ends with the process; the process id in the file is for messages.
    """
    home = Home(folder.absolute())
    try:
        home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.documents.mkdir(mode=0o700, exist_ok=True)
        home.log("any").parent.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(home.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as refused:
        raise NoPermission(home.folder, refused.strerror or str(refused)) from refused
    try:
        _lock(lock, home.folder)
        _close(home)
        check_space(home.folder)
        yield home
    finally:
        os.close(lock)


def _close(home: Home) -> None:
    """Removes permissions of other users that an earlier version or the shell has left.

    A folder with foreign files keeps its own mode; our files in it are restricted.
    """
    held = {path.name for path in home.folder.iterdir()}
    if held <= {*PRIVATE_FILES, *OTHER_FILES} and home.folder.stat().st_uid == os.geteuid():
        home.folder.chmod(0o700)
    for path in [home.folder / name for name in PRIVATE_FILES if name in held] + [*home.log("any").parent.glob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def grant_search(folder: Path, group: int) -> None:
    """Gives a group search permission on our folders: PostgreSQL does not run as root and has to reach its data.

    Other users get nothing. Foreign folders stay unchanged; the server then uses a capability (`cli/child_launcher.py`).
    """
    if folder.stat().st_uid == os.geteuid() and folder.stat().st_mode & 0o777 in {0o700, 0o710}:
        os.chown(folder, -1, group)
        folder.chmod(0o710)


def _lock(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunning(folder, os.pread(lock, 20, 0).decode().strip() or "unknown") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def check_space(folder: Path) -> None:
    """Raises NoSpace where a start would fail in the middle of a write."""
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_NEEDED:
        raise NoSpace(folder, f"{free // 2**20} MB are free, {FREE_BYTES_NEEDED // 2**20} MB are needed to start")
