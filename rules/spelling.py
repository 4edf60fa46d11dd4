"""Spellings of names by producers: capitals, diacritics, kinds of area, and the variants that a table lists.

A name that is not in the table is another name: Niger is not Nigeria. A similar name is only a reason to ask.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_APART = re.compile(r"[\W_]+")
_MARKS = re.compile("['`\u00b4\u2018\u2019\u02b0-\u02ff]")
"""Apostrophes and what stands for ayn and hamza: letters to some producers, nothing to others."""
_KINDS_OF_AREA = frozenset(
    {
        "governorate",
        "gov",
        "province",
        "prov",
        "muhafazah",
        "muhafazat",
        "muhafaza",
        "mohafazah",
        "parezga",
        "liwa",
        "wilayat",
        "wilaya",
        "region",
        "district",
        "qadaa",
        "of",
    }
)
"""Words that say what kind of area a name is of, in the languages that producers write for this part of the world."""


def normalize_name(text: str) -> str:
    """A name without capitals, diacritics, apostrophes, hyphens and double spaces; unchanged if it has no letters."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    if not any(char.isalpha() for char in apart):
        return apart.strip()
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return _APART.sub(" ", _MARKS.sub("", plain)).strip() or apart.strip()


def normalize_place(text: str) -> str:
    """A place name without words for the kind of area, unless it consists only of them."""
    whole = normalize_name(text)
    return " ".join(word for word in whole.split() if word not in _KINDS_OF_AREA) or whole


_MOST_MET = 10_000
"""Spellings that are kept with what they are: a table repeats a few names in a hundred thousand rows."""


_NEAR = 0.75
"""How alike two names are of which one may be a misspelling of the other: Arbil and Erbil are, Basra and Baghdad are not."""


class Spellings:
    """An index of known names by all their spellings."""

    def __init__(self, names: Iterable[str], spellings: Mapping[str, Iterable[str]], *, places: bool = False) -> None:
        self._fold = normalize_place if places else normalize_name
        self._known: dict[str, str] = {}
        self._met: dict[str, str | None] = {}
        for name in names:
            for spelled in (name, *spellings.get(name, ())):
                self._known.setdefault(self._fold(spelled), name)

    @property
    def names(self) -> list[str]:
        """The known names, as written."""
        return list(dict.fromkeys(self._known.values()))

    def known_as(self, written: str | None) -> str | None:
        """The known name of a spelling, or None."""
        if not written:
            return None
        if written not in self._met:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            self._met[written] = self._known.get(self._fold(written))
        return self._met[written]

    def is_near(self, written: str) -> bool:
        """Whether an unknown name resembles a known one; codes without letters never do."""
        name = self._fold(written)
        return any(map(str.isalpha, name)) and bool(get_close_matches(name, self._known, n=1, cutoff=_NEAR))


def shared(names: Iterable[str], spellings: Mapping[str, Iterable[str]]) -> tuple[str, str, str] | None:
    """A spelling that two places share, with both; None if all are distinct."""
    seen = dict[str, str]()
    for name in names:
        for spelled in (name, *spellings.get(name, ())):
            other = seen.setdefault(normalize_place(spelled), name)
            if normalize_place(other) != normalize_place(name):
                return spelled, other, name
    return None
