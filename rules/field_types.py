"""Field types that all documents and acts share: names, texts, exact numbers, strict models."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from rules.text_formats import ID, NAME, SHA256

Seq = Annotated[int, Field(ge=1, lt=2**53)]
"""The number of an entry in a ledger."""


class StrictModel(BaseModel):
    """A frozen model that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def normalize_text(text: str) -> str:
    """Text in its recorded form: NFC, with line feeds. Raises ValueError for invalid text.

    Canonical bytes are NFC, since two spellings of one text would have two hashes. Displayed text must be the recorded
    text, so these are refused: NUL and lone surrogates, control characters, directional overrides and invisible characters.
    Direction marks (LRM, RLM, ALM) and joiners are part of Arabic, Kurdish and Persian prose and are allowed, as are
    isolates that are closed in their line.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if (found := _NO_PROSE.search(text)) is not None:
        raise ValueError(f"contains {_called(found[0])} at character {found.start() + 1}; {TEXT_HOLDS}")
    if text.isascii():
        return text
    if _ISOLATE.search(text) and not all(map(_closed, text.splitlines())):
        raise ValueError("contains an isolate (U+2066 to U+2068) that is not closed in its line by U+2069")
    return unicodedata.normalize("NFC", text)


TEXT_HOLDS = (
    "a text holds characters that can be seen, spaces, tabs and line feeds; no control characters, no half characters (lone"
    " surrogates), and none that turn the direction of a line or cannot be seen"
)
_NO_PROSE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    "\u202a-\u202e\u206a-\u206f\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_ISOLATE = re.compile("[\u2066-\u2069]")


def _called(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _closed(line: str) -> bool:
    depth = 0
    for found in _ISOLATE.findall(line):
        depth += -1 if found == "\u2069" else 1
        if depth < 0:
            return False
    return depth == 0


def _text(most: int, *, lines: bool = True) -> Callable[[str], str]:
    """Normalized text that is still within its length: NFC expands some characters."""

    def recorded(text: str) -> str:
        if not lines and ("\n" in text or "\t" in text):
            raise ValueError("has a line break or a tab in it; write it in one line")
        text = normalize_text(text)
        if len(text) > most:
            raise ValueError(f"has {len(text)} characters in NFC, the form that is recorded; at most {most} are accepted")
        return text

    return recorded


_value = _text(4000)


def _chosen(value: str | int) -> str | int:
    if isinstance(value, str):
        return _value(value)
    if abs(value) >= 2**53:
        raise ValueError("is a whole number of 2**53 or more, which the ledger cannot hold")
    return value


Name = Annotated[str, StringConstraints(pattern=NAME)]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_text(200, lines=False)),
]
"""A text in one line."""
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_text(4000)),
]
Id = Annotated[str, StringConstraints(pattern=ID)]
"""A name that somebody outside chooses: of an act, a piece of evidence, an incident, a person."""
ActId = Annotated[str, StringConstraints(pattern=r"^(service/[a-z]+/)?[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
"""Of an act: what its caller chose, an Id; or one of the service's own, which has a form that no caller can choose."""
PlanText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200_000),
    AfterValidator(_text(200_000)),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200_000, "description": "a plan, as YAML or JSON"}),
]
Chosen = Annotated[
    str | int,
    AfterValidator(_chosen),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": 4000},
                {"type": "integer", "exclusiveMinimum": -(2**53), "exclusiveMaximum": 2**53},
            ]
        }
    ),
]
"""What somebody chooses for a parameter of a plan: a text or a whole number that canonical bytes can hold."""

WhenSuspended: TypeAlias = Literal["suspend", "freeze", "leave"]
"""What becomes of a child program while its parent is suspended."""

Sha256 = Annotated[str, StringConstraints(pattern=SHA256)]


MOST_COMPARED = 100
"""Names that a word is compared with letter by letter, 10 µs each."""


def _alike(word: str, names: list[str]) -> list[str]:
    """The names that begin like a word; a typing error is mostly in a later letter."""
    place = bisect_left(names, word)
    return names[max(0, place - MOST_COMPARED // 2) : place + MOST_COMPARED // 2]


def own_act_id(kind: str, *parts: object) -> str:
    """The id of an act by the service itself. It is an ActId but no Id, so callers cannot use it."""
    return f"service/{kind}/{'-'.join(str(part) for part in parts)}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The accepted names, those nearest to an unknown name first."""
    names = sorted(known)
    likely = names if len(names) <= MOST_COMPARED else _alike(word, names)
    near = get_close_matches(word, likely, n=3, cutoff=0.6) or [name for name in names if word and word in name][:3]
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"known here: {', '.join(names[:12])}" if names else "none is declared"
