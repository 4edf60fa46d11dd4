"""Descriptions of exceptions for logs: class and places, without messages.

Messages of drivers and validators contain values: a row that violates a constraint, a field that cannot be parsed. They are
withheld, also those of causes. Only classes of ours that set `logged_in_full` are quoted.
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
    """An exception as JSON data: class, places from outermost to innermost, codes of fixed lists, and causes."""
    description = _describe_one(error, MAX_PLACES)
    if behind := [_describe_one(one, MAX_CAUSE_PLACES) for one in _causes(error)]:
        description["because"] = behind
    return description


def places(trace: TracebackType | None, most: int = MAX_PLACES) -> list[str]:
    """File, line and function of the innermost `most` frames, outermost first, without source text."""
    innermost = deque(walk_tb(trace), maxlen=most)
    return [f"{_short_path(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}" for frame, line in innermost]


def error_name(error: BaseException) -> str:
    """The qualified class and codes of fixed lists: SQLSTATE, errno, types of pydantic errors."""
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
    """The path within the repository or package, without the folders of this machine."""
    _, installed, below = file.rpartition("site-packages/")
    if installed:
        return below
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def settings_error(error: ValidationError) -> str:
    """A sentence that names invalid settings and their faults, without values."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    faults = [f"{'.'.join(map(str, one['loc'])).upper()} {one['msg'][:1].lower()}{one['msg'][1:]}" for one in found]
    return f"settings cannot be read: {'; '.join(faults)}."
