"""JSON parser for producers: exact decimals, limited depth and size."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from rules.exact_json import Inexact, read_decimals

LARGEST = 8 * 2**20
"""Limit in bytes; as objects they take many times as much memory."""
DEEPEST = 100
LONGEST_ROW = 4000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class UnreadableAnswer(ValueError):
    """Malformed input; the message is the end of a sentence."""


def text_of(body: bytes) -> str:
    """Decodes UTF-8 with or without a byte-order mark. Raises UnreadableAnswer."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise UnreadableAnswer(f"byte {fault.start + 1} of the answer is not UTF-8") from None


def parse(body: bytes) -> Any:
    """Parses JSON; numbers become Decimal. Raises UnreadableAnswer."""
    if len(body) > LARGEST:
        raise UnreadableAnswer(f"the answer has {len(body):,} bytes of JSON; at most {LARGEST:,} are read")
    text = text_of(body)
    start = text.lstrip()[:1]
    if not start:
        raise UnreadableAnswer("the answer is empty")
    if start == "<":
        raise UnreadableAnswer(f"JSON was asked for, and the answer is {'XML' if '<?xml' in text[:200] else 'a page'}")
    if _deepest(text) > DEEPEST:
        raise UnreadableAnswer(f"the answer is nested more than {DEEPEST} levels deep")
    try:
        return read_decimals(text, _decimal)
    except Inexact as fault:
        told = (
            f"the key {fault.key[:60]!r} {fault}"
            if fault.key is not None
            else f"the answer holds {fault}".replace(" is no", ", which is no")
        )
        raise UnreadableAnswer(told.removesuffix("; write it once")) from None
    except json.JSONDecodeError as fault:
        raise UnreadableAnswer(f"the answer is no JSON from line {fault.lineno}, column {fault.colno} on") from None
    except RecursionError:
        raise UnreadableAnswer(f"the answer is nested more than {DEEPEST} levels deep") from None


def row_text(row: Any) -> str:
    """A row as JSON with its numbers as written; truncated if long."""
    return stored(_render(row), LONGEST_ROW)


def stored(text: str, longest: int) -> str:
    """A text with characters that the ledger cannot store escaped, truncated to `longest`."""
    kept = _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def _render(value: Any) -> str:
    match value:
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {_render(held)}" for name, held in value.items())
                + "}"
            )
        case list():
            return "[" + ", ".join(map(_render, value)) + "]"
        case Decimal():
            return str(value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise UnreadableAnswer(f"the answer holds {text[:40]}, which no figure can be")
    return number


def _deepest(text: str) -> int:
    """Nesting depth of brackets outside of strings."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        if (bracket := found[0]) in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif bracket in "]}":
            depth -= 1
    return deepest


_BRACKETS = re.compile(r'[\[\]{}]|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""Also matches unterminated strings: otherwise the search would be quadratic."""
