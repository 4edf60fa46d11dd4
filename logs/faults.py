"""What is told of an exception: what it is and where it was raised. Not what it says.

Messages of drivers and validators hold values: a row that broke a constraint, the field that could not be read. So they are
withheld, also those of the exceptions behind it; only a class of ours that says so (`logged_in_full`) is quoted.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any

from pydantic import ValidationError

ROOT = Path(__file__).parents[1]
MAX_PLACES, MAX_CAUSES, MAX_CAUSE_PLACES = 16, 3, 4


def describe_error(error: BaseException) -> dict[str, Any]:
    """Class, places from the outermost to the innermost, codes that come from a fixed list, and the exceptions behind it."""
    description = _describe_one(error, MAX_PLACES)
    if behind := [_describe_one(one, MAX_CAUSE_PLACES) for one in _causes(error)]:
        description["because"] = behind
    return description


def places(trace: TracebackType | None, most: int = MAX_PLACES) -> list[str]:
    """File, line and function of the innermost calls, from the outer to the inner. Not the text of the lines."""
    innermost = deque(walk_tb(trace), maxlen=most)
    return [f"{_short_path(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}" for frame, line in innermost]


def error_name(error: BaseException) -> str:
    """The class, with its module, and codes of fixed lists: SQLSTATE, errno, kinds of pydantic's faults."""
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    codes = [str(code) for code in _codes(error).values()]
    return f"{name} ({', '.join(codes)})" if codes else name


def _describe_one(error: BaseException, most: int) -> dict[str, Any]:
    kind = type(error)
    description: dict[str, Any] = {"error": f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."), **_codes(error)}
    if getattr(kind, "logged_in_full", False):
        description["message"] = str(error)[:500]
    if isinstance(error, BaseExceptionGroup):
        description["among"] = [error_name(one) for one in error.exceptions[:MAX_CAUSES]]
    description["where"] = places(error.__traceback__, most)
    return description


def _codes(error: BaseException) -> dict[str, Any]:
    codes: dict[str, Any] = {}
    if isinstance(state := getattr(error, "sqlstate", None), str):
        codes["sqlstate"] = state
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        codes["errno"] = errno.errorcode[error.errno]
    if type(error).__module__ == "pydantic_core._pydantic_core" and callable(errors := getattr(error, "errors", None)):
        found = errors(include_url=False, include_context=False, include_input=False)
        codes["kinds"] = ", ".join(sorted({one["type"] for one in found})[:5])
    return codes


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    for _ in range(MAX_CAUSES):
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None or id(cause) in seen:
            return
        seen.add(id(cause))
        yield cause
        error = cause


def _short_path(file: str) -> str:
    """As it stands in the repository or in a package; where it lies on this machine is nobody's business."""
    _, installed, below = file.rpartition("site-packages/")
    if installed:
        return below
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def settings_error(error: ValidationError) -> str:
    """A sentence on settings that cannot be read: the variables and what is wrong. Not what they hold."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    faults = [f"{'.'.join(map(str, one['loc'])).upper()} {one['msg'][:1].lower()}{one['msg'][1:]}" for one in found]
    return f"settings cannot be read: {'; '.join(faults)}."
