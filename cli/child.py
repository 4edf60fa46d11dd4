"""A server run as a direct child process: its life, its log, and what its log says when it dies."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

ENTER = Path(__file__).with_name("enter.py")
LOG_KEPT_BYTES = 16 * 2**20
DISK_FULL = ("No space left on device", "database or disk is full", "Errno 28")


class Service(Protocol):
    """What the supervisor keeps: something that can be started again after it died."""

    @property
    def name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def last_words(self) -> str: ...


class Child:
    """One process. Start it from the main thread: the kernel ends it when the *thread* that started it is gone."""

    def __init__(  # noqa: PLR0913  they are the facts about a process, and keyword-only
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        user: tuple[int, int] | None = None,
        needs: Sequence[Path] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
        orphan_signal: signal.Signals = signal.SIGKILL,
        patience: float = 10.0,
    ) -> None:
        """`user` is a (uid, gid) to drop to, `needs` the paths that this user must be able to reach.

        `stop_signal` asks it to stop, and after `patience` seconds it is killed; `orphan_signal` is what the kernel sends
        it when we die without asking.
        """
        self.name = name
        self.log = log
        self._command = [str(part) for part in command]
        self._environment = environment
        self._user, self._needs = user, [str(path) for path in needs]
        self._stop_signal, self._orphan_signal, self._patience = stop_signal, orphan_signal, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else None

    def start(self) -> None:
        order = {"parent": os.getpid(), "signal": self._orphan_signal, "user": self._user, "needs": self._needs}
        enter = [sys.executable, "-I", "-S", str(ENTER), json.dumps(order)]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            # A session of its own, so that Ctrl-C in the terminal reaches only us and we can stop things in their order.
            self._process = subprocess.Popen(  # noqa: S603  the command is ours
                enter + self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(self._patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def wait(self) -> int:
        """Wait for its own end and return the exit code."""
        return self._process.wait() if self._process else 0

    def last_words(self) -> str:
        """The end of what it said since it was started: the lines that name an error, or else the last three."""
        with self.log.open("rb") as log:
            log.seek(max(self._log_start, self.log.stat().st_size - 8192))
            lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        named = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "rror", *DISK_FULL))]
        return f"{' / '.join((named or lines)[-3:]) or 'it said nothing'} ({self._ending()})."

    def _ending(self) -> str:
        code = self.exit_code
        if code is None:
            return "it still runs"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def is_disk_full(words: str, folder: Path) -> bool:
    """On a full disk the log may have had no room for the words."""
    return any(sign in words for sign in DISK_FULL) or shutil.disk_usage(folder).free < 2**20
