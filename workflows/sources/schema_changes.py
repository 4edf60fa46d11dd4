"""Schema changes: names that an answer lacks or adds, compared with the description of its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from workflows.sources.rows import normalize
from workflows.sources.strict_json import stored

_YEAR = re.escape("{year}")
_SHOWN = 5
_DEEPEST = 3
"""Depth to which nested objects are inspected."""


def schema_changes(known: Sequence[str], found: Iterable[str], what: str) -> str:
    """Missing and new names, as the end of a sentence; empty where there are none or the source declares none.

    In `known`, `{year}` matches any year.
    """
    if not known:
        return ""
    names = [name for name in dict.fromkeys(found) if normalize(name)]
    patterns = {name: re.compile(re.escape(normalize(name)).replace(_YEAR, r"[0-9]{4}(?:\.0)?")) for name in known}
    gone = [name for name, pattern in patterns.items() if not any(pattern.fullmatch(normalize(held)) for held in names)]
    new = [name for name in names if not any(pattern.fullmatch(normalize(name)) for pattern in patterns.values())]
    told = (
        [f"the {what}{' ' if len(gone) == 1 else 's '}{_enumerate(gone, new)} {'is' if len(gone) == 1 else 'are'} gone"]
        if gone
        else []
    )
    told += [f"{_enumerate(new, ())} {'is' if len(new) == 1 else 'are'} new"] if new else []
    return "; ".join(told)


def _enumerate(names: Sequence[str], near_in: Sequence[str]) -> str:
    by_form = {normalize(name): name for name in near_in}
    shown = []
    for name in names[:_SHOWN]:
        near = get_close_matches(normalize(name), by_form, n=1)
        shown.append(stored(repr(name), 80) + (f" (perhaps {by_form[near[0]][:60]!r})" if near else ""))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(shown) + more


def fields_of(rows: Sequence[Any]) -> list[str]:
    """Paths of values in the first rows of JSON."""
    return list(dict.fromkeys(place for row in rows[:20] for place in _paths(row, "", 0)))


def _paths(value: Any, around: str, depth: int) -> Iterator[str]:
    if not isinstance(value, dict) or depth == _DEEPEST:
        yield from [around] if around else []
        return
    for name, held in value.items():
        yield from _paths(held, f"{around}.{name}" if around else name, depth + 1)
