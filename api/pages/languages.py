"""Languages of the pages: gettext catalogues for texts of the pages, and locale formats for dates and numbers.

Texts of plans and of the law are not translated: what was agreed is shown as it was agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

CATALOGUES = Path(__file__).parent / "locale"
SOURCE = "en"
"""The language of the source texts."""

Texts: TypeAlias = NullTranslations


@dataclass(frozen=True, slots=True)
class Language:
    """A language and its formats. `direction` is `ltr` or `rtl`."""

    code: str
    locale: Locale
    texts: Texts

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)

    @property
    def name(self) -> str:
        """The language's own name."""
        return str(self.locale.get_display_name() or self.code)

    def moment(self, at: datetime, zone: str) -> str:
        """An instant in a time zone, to the minute: 22 Nov 2026, 14:05."""
        return str(format_datetime(at, "d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=self.locale))

    def day(self, at: datetime, zone: str) -> str:
        """The day of an instant in a time zone: 22 Nov 2026."""
        return str(format_date(at.astimezone(ZoneInfo(zone)), "d MMM y", locale=self.locale))

    def date(self, on: date) -> str:
        """A day of the calendar, which is the same in every zone."""
        return str(format_date(on, "d MMM y", locale=self.locale))

    def relative(self, at: datetime, now: datetime) -> str:
        """The distance of an instant from now, in words: in 12 days, 3 hours ago."""
        return str(format_timedelta(at - now, add_direction=True, threshold=1.2, locale=self.locale))

    def number(self, value: str | int | Decimal) -> str:
        return str(format_decimal(Decimal(value), decimal_quantization=False, locale=self.locale))


@cache
def languages() -> Mapping[str, Language]:
    """All languages by code, the source language first."""
    found = {SOURCE: Language(SOURCE, Locale.parse(SOURCE), NullTranslations())}
    for file in sorted(CATALOGUES.glob("*/LC_MESSAGES/pages.po")):
        code = file.parts[-3]
        found[code] = Language(code, Locale.parse(code), _texts(file, code))
    return found


def _texts(file: Path, code: str) -> Texts:
    """A catalogue, compiled in memory, so that no binary file is kept in the repository."""
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return Translations(compiled, domain="pages")


def preferred_language(chosen: str | None, header: str) -> Language:
    """The chosen language, or else the best match for Accept-Language."""
    known = languages()
    if chosen is not None and chosen in known:
        return known[chosen]
    for wanted in _accepted_codes(header[:200]):
        if wanted in known:
            return known[wanted]
    return known[SOURCE]


def _accepted_codes(header: str) -> list[str]:
    """Language codes of Accept-Language, by weight."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(","):
        code, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1), code.strip().partition("-")[0].lower()))
        except ValueError:
            continue
    return [code for _, code in sorted(weighed, key=lambda one: -one[0])]
