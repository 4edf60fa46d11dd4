"""Python's search for cyclic garbage, set for processes that keep many objects for long."""

from __future__ import annotations

import gc

NEW_OBJECTS = 20_000
"""New objects after which it looks, in place of 700."""


def collect_less_often() -> None:
    """To be called once a process has started.

    Kept programs are many objects and no garbage, and going through them took a tenth of an act's processor time. What was
    made up to here is never gone through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 50)
