"""Signals that stop a long-running command."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """The first signal raises KeyboardInterrupt. Later signals are ignored, and all once the yielded function was called:
    a graceful stop must not be interrupted.
    """

    def ignore(_number: int, _frame: FrameType | None) -> None:
        pass  # not SIG_IGN, which children inherit

    def ignore_all() -> None:
        for number in SIGNALS:
            signal.signal(number, ignore)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        ignore_all()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield ignore_all
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
