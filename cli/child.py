"""Child processes: start, stop, logging of their output, and the error lines after a crash."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol, TypeAlias

from cli.log_file import LogFile

LAUNCHER = Path(__file__).with_name("child_launcher.py")
LINES_REMEMBERED, LONGEST_LINE = 60, 8192
PIPE_BYTES = 2**20
"""Output that is buffered while we are stopped (Ctrl-Z), before the child blocks."""

LineFilter: TypeAlias = Callable[[str], str | None]
"""Maps a line of output to a line of the log; None drops it."""

DISK_FULL = ("No space left on device", "database or disk is full", "Errno 28", "ENOSPC")


class Restartable(Protocol):
    """The interface of a supervised service, which can be restarted."""

    @property
    def name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def error_lines(self) -> str: ...


class ChildProcess:
    """One process. Start it from the main thread: the parent-death signal is sent when the starting *thread* ends."""

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
        line_filter: LineFilter = str,
    ) -> None:
        """`user` is a (uid, gid) to drop to, `needs` the paths that this user must be able to reach.

        `stop_signal` asks it to stop, and after `patience` seconds it is killed; `orphan_signal` is the parent-death signal.
        `line_filter` maps each line of its output to a line of the log.
        """
        self.name = name
        self.log = log
        self._file, self._line_filter = LogFile(log), line_filter
        self._said: deque[str] = deque(maxlen=LINES_REMEMBERED)
        self._listener: threading.Thread | None = None
        self._command = [str(part) for part in command]
        self._environment = environment
        self._user, self._needs = user, [str(path) for path in needs]
        self._stop_signal, self._orphan_signal, self._patience = stop_signal, orphan_signal, patience
        self._process: subprocess.Popen[bytes] | None = None

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
        enter = [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(order)]
        self._file.open()
        self._said = deque(maxlen=LINES_REMEMBERED)
        # A new session, so that Ctrl-C in the terminal reaches only us, and services are stopped in order.
        self._process = subprocess.Popen(  # noqa: S603  the command is ours
            enter + self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,
        )
        if (out := self._process.stdout) is None:
            raise RuntimeError("a child without a pipe")
        with suppress(OSError):  # pipe memory is limited per user
            fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._listener = threading.Thread(
            target=self._copy_output, args=(out, self._said), name=f"log of {self.name}", daemon=True
        )
        self._listener.start()

    def _copy_output(self, out: IO[bytes], said: deque[str]) -> None:
        """Copies output to the log until the last process of the child has closed the pipe.

        The parent writes the log, since it bounds the size of all output, also of servers and crashing interpreters.
        """
        with out:
            while piece := out.readline(LONGEST_LINE):
                line = self._line_filter(piece.decode(errors="replace").rstrip("\r\n"))
                if line is not None:
                    said.append(line)
                    self._file.write(line.encode(errors="replace") + b"\n")

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
        self._drain_output()
        self._file.close()

    def wait(self) -> int:
        """Waits for the process and returns its exit code."""
        code = self._process.wait() if self._process else 0
        self._drain_output()
        return code

    def error_lines(self) -> str:
        """The end of its output since the start: lines with errors, or else the last three."""
        if not self.alive:
            self._drain_output()
        lines = [_format_line(line) for line in list(self._said) if line.strip()]
        named = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "rror", *DISK_FULL))]
        return f"{' / '.join((named or lines)[-3:]) or 'it said nothing'} ({self._ending()})."

    def _drain_output(self) -> None:
        """Waits shortly for the remaining output of an ended child: a grandchild may keep the pipe open."""
        if self._listener is not None:
            self._listener.join(1.0)

    def _ending(self) -> str:
        code = self.exit_code
        if code is None:
            return "it still runs"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _format_line(line: str) -> str:
    """A structured log line as text; other lines unchanged."""
    try:
        told = json.loads(line)
        fault = told.get("fault", {})
        words = [told["event"], *(fault[part] for part in ("error", "sqlstate", "errno", "message") if part in fault)]
    except (ValueError, TypeError, KeyError, AttributeError):
        return line.strip()
    else:
        return ": ".join(words)


def is_disk_full(words: str, folder: Path) -> bool:
    """Whether the disk is full. The log may have had no room for the error message."""
    return any(sign in words for sign in DISK_FULL) or shutil.disk_usage(folder).free < 2**20
