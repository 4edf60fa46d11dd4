"""A server run as a direct child process: its life, its log, and what its log says when it dies."""

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

EXEC_CHILD = Path(__file__).with_name("exec_child.py")
LINES_REMEMBERED, LONGEST_LINE = 60, 8192
PIPE_BYTES = 2**20
"""What a child can say while we are held (Ctrl-Z) before it has to wait for us."""

Written: TypeAlias = Callable[[str], str | None]
"""A line that a child has said as it is written; None for one that is not."""

DISK_FULL = ("No space left on device", "database or disk is full", "Errno 28", "ENOSPC")


class Service(Protocol):
    """What the supervisor keeps: something that can be started again after it died."""

    @property
    def name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def last_words(self) -> str: ...


class ChildProcess:
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
        written: Written = str,
    ) -> None:
        """`user` is a (uid, gid) to drop to, `needs` the paths that this user must be able to reach.

        `stop_signal` asks it to stop, and after `patience` seconds it is killed; `orphan_signal` is what the kernel sends
        it when we die without asking. What it says goes through `written` into the log.
        """
        self.name = name
        self.log = log
        self._file, self._written = LogFile(log), written
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
        enter = [sys.executable, "-I", "-S", str(EXEC_CHILD), json.dumps(order)]
        self._file.open()
        self._said = deque(maxlen=LINES_REMEMBERED)
        # A session of its own, so that Ctrl-C in the terminal reaches only us and we can stop things in their order.
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
        with suppress(OSError):  # a user has only so much of it
            fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._listener = threading.Thread(target=self._listen, args=(out, self._said), name=f"log of {self.name}", daemon=True)
        self._listener.start()

    def _listen(self, out: IO[bytes], said: deque[str]) -> None:
        """Until the last process of the child has closed the pipe. Here, and not in the child, for it bounds all that is said,
        also by servers that know of no such bound, and by an interpreter that breaks down.
        """
        with out:
            while piece := out.readline(LONGEST_LINE):
                line = self._written(piece.decode(errors="replace").rstrip("\r\n"))
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
        self._hear_out()
        self._file.close()

    def wait(self) -> int:
        """Wait for its own end and return the exit code."""
        code = self._process.wait() if self._process else 0
        self._hear_out()
        return code

    def last_words(self) -> str:
        """The end of what it said since it was started: the lines that name an error, or else the last three."""
        if not self.alive:
            self._hear_out()
        lines = [_readable(line) for line in list(self._said) if line.strip()]
        named = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "rror", *DISK_FULL))]
        return f"{' / '.join((named or lines)[-3:]) or 'it said nothing'} ({self._ending()})."

    def _hear_out(self) -> None:
        """Waits for what an ended child has still said. Not for long: a grandchild may live on, and hold the pipe."""
        if self._listener is not None:
            self._listener.join(1.0)

    def _ending(self) -> str:
        code = self.exit_code
        if code is None:
            return "it still runs"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _readable(line: str) -> str:
    """A line of ours in words; another as it is."""
    try:
        told = json.loads(line)
        fault = told.get("fault", {})
        words = [told["event"], *(fault[part] for part in ("error", "sqlstate", "errno", "message") if part in fault)]
    except (ValueError, TypeError, KeyError, AttributeError):
        return line.strip()
    else:
        return ": ".join(words)


def is_disk_full(words: str, folder: Path) -> bool:
    """On a full disk the log may have had no room for the words."""
    return any(sign in words for sign in DISK_FULL) or shutil.disk_usage(folder).free < 2**20
