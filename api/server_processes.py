"""Several server processes on one socket. Each has its own caches, with short TTLs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import structlog

log = structlog.get_logger()

LOOK_SECONDS = 0.2
GRACE_SECONDS = 10.0
NTH = "ACCORD_PROCESS"
"""The variable with the number of the process, from 0."""


class ServerProcesses:
    """Starts a number of processes, restarts those that die, and stops with them."""

    def __init__(self, number: int, module_command: Sequence[str], descriptor: int, cannot_start: int) -> None:
        """`cannot_start` is the exit code of one that would not start again either."""
        self._command, self._descriptor, self._cannot_start = module_command, descriptor, cannot_start
        self._running: list[subprocess.Popen[bytes] | None] = [None] * number
        self._stopping = False

    def run(self) -> int:
        """Runs until SIGTERM or SIGINT, or until a process cannot start. Returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        code = 0
        for nth in range(len(self._running)):
            self._start(nth)
        while not self._stopping:
            time.sleep(LOOK_SECONDS)
            for nth, one in enumerate(self._running):
                ended = one.poll() if one is not None else None
                if ended is None or self._stopping:
                    continue
                if ended == self._cannot_start:
                    code, self._stopping = ended, True
                    break
                log.error("process_ended", nth=nth, code=ended)
                self._start(nth)
        self._stop_all()
        return code

    def _start(self, nth: int) -> None:
        self._running[nth] = subprocess.Popen(  # noqa: S603  ourselves
            self._command, env=os.environ | {NTH: str(nth)}, pass_fds=[self._descriptor]
        )

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    def _stop_all(self) -> None:
        running = [one for one in self._running if one is not None]
        for one in running:
            with suppress(ProcessLookupError):
                one.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for one in running:
            try:
                one.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


def module_command(module: str, arguments: Sequence[str]) -> list[str]:
    """The command line that runs one of our modules."""
    return [sys.executable, "-m", module, *arguments]
