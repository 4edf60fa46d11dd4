"""Canonical bytes follow RFC 8785; values without a canonical form are refused."""

from __future__ import annotations

from functools import reduce
from typing import Any
from unicodedata import normalize

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.canonical import DEEPEST, NotCanonical, canonical

KEYS = st.from_regex(r"[a-z0-9_]{1,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: normalize("NFC", text))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=40,
)


@settings(deadline=None)  # a busy machine is no fault
@given(DATA)
def test_bytes_are_those_of_the_standard(data: Any) -> None:
    assert canonical(data) == rfc8785.dumps(data)


EMPTY: list[Any] = []
OUTSIDE: dict[str, Any] = {
    "a fraction": {"a": 1.5},
    "a whole number that others would round": {"a": 2**53},
    "a key that sorts differently elsewhere": {"ä": 1},
    "an upper-case key": {"A": 1},
    "a key that is no text": {1: 1},
    "text in two spellings": {"a": "e\u0301"},
    "half a character": {"a": "\ud800"},
    "bytes": {"a": b""},
    "too deep": reduce(lambda inner, _: [inner], range(DEEPEST + 1), EMPTY),
}


@pytest.mark.parametrize("data", OUTSIDE.values(), ids=OUTSIDE)
def test_outside_is_refused(data: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(data)
