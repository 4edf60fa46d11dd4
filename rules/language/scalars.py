"""Plain scalars of a document: true or false, a whole number, nothing, or text.

YAML's own rules read `1_000`, `0x1F` and `010` as numbers, and older ones read `yes` and `12:30` as other types than text.
Here a whole number has one form. Every other form stays text, so that a field of type number can refuse it.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Plain: TypeAlias = bool | int | str | None

LARGEST_WHOLE = 2**53
"""The ledger keeps no larger whole numbers: JSON readers elsewhere would round them."""

_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\Z")


def scalar_value(text: str) -> Plain:
    """The value of plain text, which stands in no quotes; None is no value."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.match(text) and text != "-0":
        number = int(text)
        return number if abs(number) < LARGEST_WHOLE else text
    return text
