"""Text formats by name, with the words for a text that does not match."""

from __future__ import annotations

NAME = r"^[a-z][a-z0-9_]{0,62}$"
HYPHENED = r"^[a-z][a-z0-9-]{0,62}$"
ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"
SHA256 = r"^[0-9a-f]{64}$"
PROGRAM_ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_ONE = r"(FY)?[0-9]{4}(-(Q[1-4]|H[12]|W[0-9]{2}|[0-9]{2}(-[0-9]{2})?|[a-z][a-z0-9_]{0,62}))?"
PERIOD = rf"^{_ONE}(/{_ONE})?$"
WHICH_FIGURE = rf"^(newest|total|{_ONE}(/{_ONE})?)$"
DAY_OF_YEAR = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
STORY_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$"
CHANGE = r"^[+-][0-9]{1,4}(\.[0-9]{1,6})?%$"
SHARE = r"^(100|[0-9]{1,2}(\.[0-9]{1,6})?)%$"
BECOMES = "^(open|complete)$"

WORDS = {
    NAME: "is no name; use lower-case letters, digits and _, starting with a letter",
    HYPHENED: "is no name; use lower-case letters, digits and -, starting with a letter",
    ID: "is no id; use up to 100 letters, digits and ._:-, starting with a letter or digit",
    SHA256: "is no SHA-256; write 64 hexadecimal digits in lower case",
    PROGRAM_ID: "is no id of a program; GET /programs lists them",
    PERIOD: "is no period; write 2025, 2025-H1, 2025-Q1, 2025-06, 2025-W07, 2025-06-30, FY2025 or a range, 2025-02/2025-04",
    WHICH_FIGURE: "is no figure; write newest, total, or the period that is meant, 2025 or 2025-Q1",
    DAY_OF_YEAR: "is no day of the year; write month and day: 04-01",
    TIME_OF_DAY: "is no time of the day; write 06:00",
    STORY_TIME: "is no time of a story; write 2024-10-01T09:00, or with an offset 2024-10-01T09:00:00+03:00",
    CHANGE: "is no change; write it with its sign: -10%",
    SHARE: "is no share; write 50%",
    BECOMES: "is nothing that a phase becomes; write open or complete",
}
"""By pattern. A test finds every pattern of plans, stories and acts here."""


def mismatch(pattern: str) -> str:
    """The message about text that does not match a format."""
    return WORDS.get(pattern, f"has not the form that is asked for: {pattern}")
