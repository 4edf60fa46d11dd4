"""The data folder: where it is, what lies where in it, and that only one process uses it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.start_errors import AlreadyRunning, NoPermission, NoSpace

FREE_BYTES_NEEDED = 200 * 2**20
OURS = (
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
"""What lies in the data folder and is for its owner alone."""

OTHERS = ("postgres", "postgres.unfinished", "tokens.new")
"""What lies there as well: PostgreSQL closes its own by itself."""


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

    @property
    def checkpoint_key(self) -> Path:
        """The seed of the keys that sign checkpoints of ledgers."""
        return self.folder / "checkpoint.key"

    @property
    def first_program(self) -> Path:
        """Names the program that the first run has started."""
        return self.folder / "first-run"

    @property
    def figures(self) -> Path:
        """Plans whose figures have been recorded, a file each."""
        return self.folder / "figures"

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
    """Takes from others what an earlier version, or the shell that has made the folder, has left them.

    A folder that holds other things than ours is somebody's own, and stays as open as it was; ours in it are closed.
    """
    held = {path.name for path in home.folder.iterdir()}
    if held <= {*OURS, *OTHERS} and home.folder.stat().st_uid == os.geteuid():
        home.folder.chmod(0o700)
    for path in [home.folder / name for name in OURS if name in held] + [*home.log("any").parent.glob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)


def let_in(folder: Path, group: int) -> None:
    """Lets a group pass through a folder of ours, without listing it: PostgreSQL is not root, and has to reach its data.

    Others get no way in. A folder of somebody else stays as it is; the server then reaches its data by other means
    (`cli/exec_child.py`).
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
    """Refuse a start that would end in the middle of a write."""
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_NEEDED:
        raise NoSpace(folder, f"{free // 2**20} MB are free, {FREE_BYTES_NEEDED // 2**20} MB are needed to start")
