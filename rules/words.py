"""The smallest pieces of every document and act: names, texts, exact numbers, strict shapes."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    WithJsonSchema,
)

from rules.forms import ID, NAME, SHA256


class Strict(BaseModel):
    """A frozen shape that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def composed(text: str) -> str:
    """The text in NFC. Raises ValueError for what cannot be stored."""
    if _UNSTORABLE.search(text):
        raise ValueError("contains characters that cannot be stored")
    # Canonical bytes are NFC; two spellings of one text would otherwise have two hashes.
    return text if text.isascii() else unicodedata.normalize("NFC", text)


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

Name = Annotated[str, StringConstraints(pattern=NAME)]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(composed),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(composed),
]
Id = Annotated[str, StringConstraints(pattern=ID)]
"""A name that somebody outside chooses: of an act, a piece of evidence, an incident, a person."""
PlanText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200_000),
    AfterValidator(composed),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200_000, "description": "a plan, as YAML or JSON"}),
]

WhenSuspended: TypeAlias = Literal["suspend", "freeze", "leave"]
"""What becomes of a child program while its parent is suspended."""

Sha256 = Annotated[str, StringConstraints(pattern=SHA256)]


MOST_COMPARED = 100
"""Names that a word is compared with letter by letter, 10 µs each."""


def _alike(word: str, names: list[str]) -> list[str]:
    """Those of many names that begin as a word does: where one letter of it is wrong, it is mostly a later one."""
    place = bisect_left(names, word)
    return names[max(0, place - MOST_COMPARED // 2) : place + MOST_COMPARED // 2]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What would be accepted instead of an unknown name, nearest first."""
    names = sorted(known)
    likely = names if len(names) <= MOST_COMPARED else _alike(word, names)
    near = get_close_matches(word, likely, n=3, cutoff=0.6) or [name for name in names if word and word in name][:3]
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"known here: {', '.join(names[:12])}" if names else "none is declared"
