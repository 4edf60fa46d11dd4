"""Strict JSON parsing: no duplicate keys, no NaN, and no number that a reader would round.

With duplicate keys most parsers keep the last value and some the first, so a value could pass a check that never saw it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from typing import Any

MOST_EXACT = 2**53
"""Whole numbers from here on are another number to readers that keep them as binary fractions."""


class Inexact(ValueError):
    """JSON that parsers read differently. The message is a predicate about `key`, or about the whole text."""

    def __init__(self, told: str, key: str | None = None) -> None:
        super().__init__(told)
        self.key = key


def read_json(body: bytes) -> Any:
    """The value of UTF-8 JSON. Numbers are whole, or exact binary fractions.

    Raises Inexact, ValueError for invalid JSON, and RecursionError for too deep nesting.
    """
    return _USUAL.decode(body.decode("utf-8-sig"))


def read_decimals(text: str, number: Callable[[str], Any]) -> Any:
    """The value of JSON text; `number` converts each number."""
    return json.loads(text, object_pairs_hook=_object, parse_int=number, parse_float=number, parse_constant=_constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Inexact("stands twice in one object; write it once", twice)
    return held


def _whole(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) >= MOST_EXACT:
        raise Inexact(f"{text[:40]} is a whole number of 2**53 or more, which not every reader keeps; write it as text")
    return number


def _fraction(text: str) -> float:
    number = float(text)
    digits = text.lower().partition("e")[0].replace(".", "").lstrip("-0").rstrip("0")
    if not isfinite(number) or len(digits) > 15 or (digits and not number):
        raise Inexact(f"{text[:40]} is a number that not every reader keeps as it is written; write it as text")
    return number


def _constant(text: str) -> float:
    raise Inexact(f"{text} is no number")


_USUAL = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_float=_fraction, parse_constant=_constant)
"""Made once: making it takes as long as reading an act."""
