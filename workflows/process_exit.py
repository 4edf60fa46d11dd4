"""Immediate exit of processes that used Temporal's client."""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def exit_now(code: int | str | None) -> NoReturn:
    """Exits at once; like `sys.exit`, a text is printed to standard error with code 1.

    Threads of Temporal's core would abort the process if the interpreter shut down before them.
    """
    if isinstance(code, str):
        print(code, file=sys.stderr)  # noqa: T201  as sys.exit does
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)
