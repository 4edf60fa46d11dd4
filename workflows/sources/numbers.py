"""Numbers in producers' formats: markers of missing values, footnotes, and declared separators."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rules.decimals import to_ascii

NOTHING = frozenset(
    {
        "",
        ".",
        "..",
        "...",
        "\u2026",
        "-",
        "--",
        "\u2013",
        "\u2014",
        ":",
        "n/a",
        "n.a.",
        "n.a",
        "na",
        "#n/a",
        "null",
        "none",
        "no data",
        "not available",
    }
)
"""Markers of missing values."""
_FLAGGED = re.compile(r": ?[a-z]")
"""A missing value with a flag: `: c` is confidential."""
ERRORS = frozenset({"#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#getting_data", "#spill!", "#calc!"})
"""Error values of workbooks."""

_FOOTNOTE = re.compile(
    r"(?P<number>[^\s*\u2020\u2021\u00a7\u00b9\u00b2\u00b3\u2070-\u2079()\[\]]+)"
    r"\s*(?:[*\u2020\u2021\u00a7\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}|\([a-z0-9]{1,2}\)|\[[a-z0-9]{1,2}\]|\s[a-z]{1,2})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Separators:
    """The decimal and thousands separators of a source."""

    decimal: str = "."
    thousands: str | None = None

    def plain(self, text: str) -> str:
        """A number with a decimal point and no thousands separators; other text unchanged."""
        if self.thousands is None and self.decimal == ".":
            return text
        between = r"[ \u00a0\u202f\u2009]" if self.thousands == " " else re.escape(self.thousands or "")
        whole = rf"[0-9]{{1,3}}(?:{between}[0-9]{{3}})+|[0-9]+" if self.thousands else r"[0-9]+"
        found = re.fullmatch(rf"(?P<sign>-?)(?P<whole>{whole})(?:{re.escape(self.decimal)}(?P<part>[0-9]+))?", text)
        if found is None:
            return (
                f"{text}\0" if self.decimal == "," else text
            )  # a point is not the decimal separator here, so this is not a number
        whole_part = re.sub(r"[^0-9]", "", found["whole"])
        return found["sign"] + whole_part + (f".{found['part']}" if found["part"] else "")


def is_nothing(text: str) -> bool:
    """Whether a cell is empty or a marker of a missing value."""
    return text.casefold() in NOTHING or _FLAGGED.fullmatch(text) is not None


def without_footnote(text: str) -> str:
    """Removes a trailing footnote mark."""
    found = _FOOTNOTE.fullmatch(text)
    return found["number"] if found and any(char.isdigit() for char in found["number"]) else text


def strip_marks(written: str, separators: Separators) -> str:
    """Normalizes the text of a number; other text unchanged."""
    return separators.plain(to_ascii(without_footnote(written.strip())))
