"""Canonical JSON: one byte form for one value, so that hashes are reproducible.

The profile is the part of RFC 8785 (JSON Canonicalization Scheme) that the standard library can
write: keys of `[a-z0-9_]`, text in NFC, whole numbers below 2**53, no fractions (exact figures are
text), at most 24 levels of nesting. Values outside the profile are refused, never adjusted.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

DEEPEST = 24
_KEY = re.compile(r"[a-z0-9_]+\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
"""Made once: `json.dumps` makes one for each call."""


class NotCanonical(ValueError):
    """Data outside the profile. The message says what is wrong and where."""


def canonical(data: Any) -> bytes:
    """The canonical bytes of plain data. Raises NotCanonical."""
    _check(data, "", 0)
    return _WRITER.encode(data).encode()


def digest(data: Any) -> str:
    """SHA-256 of the canonical bytes, lower-case hex."""
    return hashlib.sha256(canonical(data)).hexdigest()


def _check(data: Any, where: str, depth: int) -> None:
    if depth > DEEPEST:
        raise NotCanonical(f"{where}: nested deeper than {DEEPEST}")
    if isinstance(data, str):
        if not data.isascii() and (_SURROGATE.search(data) or not unicodedata.is_normalized("NFC", data)):
            raise NotCanonical(f"{where}: text that is not NFC or holds lone surrogates")
    elif isinstance(data, dict):
        _check_mapping(data, where, depth)
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            _check(value, f"{where}[{index}]", depth + 1)
    elif data is None or isinstance(data, bool):
        pass
    elif isinstance(data, int):
        if abs(data) >= 2**53:
            raise NotCanonical(f"{where}: a whole number of 2**53 or more")
    else:
        raise NotCanonical(f"{where}: a {type(data).__name__}; fractions are written as text")


@lru_cache(maxsize=4096)  # a bounded set: the names of fields
def _is_key(key: object) -> bool:
    return isinstance(key, str) and _KEY.match(key) is not None


def _check_mapping(data: dict[Any, Any], where: str, depth: int) -> None:
    for key, value in data.items():
        if not _is_key(key):
            raise NotCanonical(f"{where}: the key {key!r} is not of a-z, 0-9 and _")
        # Most values are text. Handling them inline saves a twentieth of an act.
        if type(value) is not str or not value.isascii():
            _check(value, f"{where}.{key}", depth + 1)
