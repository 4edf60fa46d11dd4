"""Numbers as producers write them: with marks for what is missing, footnotes, and separators that a source declares."""

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
"""What producers write where they have no figure."""
_FLAGGED = re.compile(r": ?[a-z]")
"""Nothing, with a letter that says why: `: c` is confidential."""
ERRORS = frozenset({"#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#getting_data", "#spill!", "#calc!"})
"""What a workbook shows where a formula has failed."""

_FOOTNOTE = re.compile(
    r"(?P<number>[^\s*\u2020\u2021\u00a7\u00b9\u00b2\u00b3\u2070-\u2079()\[\]]+)"
    r"\s*(?:[*\u2020\u2021\u00a7\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}|\([a-z0-9]{1,2}\)|\[[a-z0-9]{1,2}\]|\s[a-z]{1,2})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Separators:
    """How a source writes numbers: the mark before decimals, and the one between thousands, if any."""

    decimal: str = "."
    thousands: str | None = None

    def plain(self, text: str) -> str:
        """A number with a point before its decimals and nothing between its thousands; other text as it is."""
        if self.thousands is None and self.decimal == ".":
            return text
        between = r"[ \u00a0\u202f\u2009]" if self.thousands == " " else re.escape(self.thousands or "")
        whole = rf"[0-9]{{1,3}}(?:{between}[0-9]{{3}})+|[0-9]+" if self.thousands else r"[0-9]+"
        found = re.fullmatch(rf"(?P<sign>-?)(?P<whole>{whole})(?:{re.escape(self.decimal)}(?P<part>[0-9]+))?", text)
        if found is None:
            return f"{text}\0" if self.decimal == "," else text  # a point is none of its decimals, and no number here
        whole_part = re.sub(r"[^0-9]", "", found["whole"])
        return found["sign"] + whole_part + (f".{found['part']}" if found["part"] else "")


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no figure."""
    return text.casefold() in NOTHING or _FLAGGED.fullmatch(text) is not None


def without_footnote(text: str) -> str:
    """A number without the mark of a footnote after it."""
    found = _FOOTNOTE.fullmatch(text)
    return found["number"] if found and any(char.isdigit() for char in found["number"]) else text


def cleaned(written: str, separators: Separators) -> str:
    """The text of a number as figures are written, as far as what stands there is one."""
    return separators.plain(to_ascii(without_footnote(written.strip())))
