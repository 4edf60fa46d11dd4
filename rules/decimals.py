"""The one decimal form of figures, for everybody who writes or reads them.

    15.64    -3    0.5    0

Refused are 1_000, 1,000, +5, 5., .5, 007, 1e3, -0 and blanks around a number: each is read differently somewhere, or is a slip
of the pen. Arabic-Indic and full-width digits, points and signs are converted to ASCII.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

FORM = "write digits with a point, for example 15.64, -3 or 0.5"
LARGEST = Decimal("1e18")
MOST_DIGITS, MOST_PLACES = 38, 18

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_TO_ASCII = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩"
    "۰۱۲۳۴۵۶۷۸۹"
    "\N{FULLWIDTH DIGIT ZERO}\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT THREE}"
    "\N{FULLWIDTH DIGIT FOUR}\N{FULLWIDTH DIGIT FIVE}\N{FULLWIDTH DIGIT SIX}\N{FULLWIDTH DIGIT SEVEN}"
    "\N{FULLWIDTH DIGIT EIGHT}\N{FULLWIDTH DIGIT NINE}"
    "\N{ARABIC DECIMAL SEPARATOR}\N{FULLWIDTH FULL STOP}\N{FULLWIDTH HYPHEN-MINUS}\N{MINUS SIGN}",
    "0123456789" * 3 + "..--",
)


def to_ascii(text: str) -> str:
    """The text with its digits, points and signs in ASCII."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def parse_decimal(text: str) -> Decimal:
    """A figure from text. Raises ValueError, which says what would be accepted."""
    written = to_ascii(text)
    if not _DECIMAL.match(written):
        raise ValueError(f"{text[:60]!r} is no figure; {FORM}")
    number = Decimal(written)
    if number == 0 and written[0] == "-":
        raise ValueError(f"{text[:60]!r} is no figure: nought has no sign; write {written[1:]}")
    return _fitting(number, text)


def _fitting(number: Decimal, written: object) -> Decimal:
    if not number.is_finite() or abs(number) >= LARGEST or len(number.as_tuple().digits) > MOST_DIGITS:
        raise ValueError(f"{str(written)[:60]!r} is outside what a figure can be (finite, below 1e18, {MOST_DIGITS} digits)")
    if int(number.as_tuple().exponent) < -MOST_PLACES:
        raise ValueError(f"{str(written)[:60]!r} has more than {MOST_PLACES} decimal places")
    return without_sign(number)


def without_sign(number: Decimal) -> Decimal:
    """The number, with negative zero made zero."""
    return number or abs(number)


def _exact(value: object) -> object:
    match value:
        case bool() | float():
            raise ValueError('a figure is exact: write it as text, for example "15.64"')
        case str():
            return parse_decimal(value)
        case int() if abs(value) < LARGEST:
            return Decimal(value)
        case Decimal():
            return _fitting(value, value)
        case _:
            raise ValueError(f"{str(value)[:60]!r} is no figure; {FORM}")


Figure = Annotated[
    Decimal,
    BeforeValidator(_exact),
    PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json"),
]

_WHOLE = re.compile(r"(?:0|-?[1-9][0-9]{0,15})\Z")


def _whole(value: object) -> object:
    if isinstance(value, str):
        if not _WHOLE.match(written := to_ascii(value)):
            raise ValueError(f"{value[:60]!r} is no whole number; write digits, for example 3")
        return int(written)
    if isinstance(value, bool | float):
        raise ValueError(  # noqa: TRY004  pydantic makes a fault of a ValueError only
            "is a whole number; write digits, for example 3"
        )
    return value


Whole = Annotated[int, Field(gt=-(2**53), lt=2**53), BeforeValidator(_whole)]
"""A whole number, written in digits alone, and such that every reader of JSON has it exactly."""
