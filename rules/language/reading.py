"""The YAML reader: text to plain data, with the line and column of every value, and faults that name them.

Only mappings, lists and plain scalars are accepted: no tags, anchors or aliases, so that a document
can neither run code nor expand. Size, depth and number of values are limited during parsing, so the
time is bounded (record 33). A value that is not a whole number stays text, because figures are exact
decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeAlias, TypeVar
from unicodedata import normalize

from pydantic import BaseModel, ValidationError
from yaml import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
    YAMLError,
)
from yaml._yaml import CParser

from rules.fields import Shapes
from rules.language.scalars import scalar_value
from rules.language.text_errors import UNKNOWN, error_message, field, yaml_error

M = TypeVar("M", bound=BaseModel)
Path: TypeAlias = tuple[str | int, ...]
Position: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1."""

LARGEST_DOCUMENT = 256 * 1024
DEEPEST_NESTING = 20
"""Less than the 24 of `rules.canonical`, since a plan stands inside an act and an entry."""
MOST_VALUES = 20_000
"""Keys and values of a document. The longest plan that is kept here has 1,700."""
MOST_FAULTS = 100
"""Of one document that are told. Who has made more has made one of them many times."""
BLANKS = frozenset({"", "?", "??", "???", "tbd", "tba", "todo", "n/a", "xxx", "to be determined", "to be decided"})
LONGEST_BLANK = max(map(len, BLANKS))
BLANK = "is blank; give a value, or leave the key out"
CUT = "has no value; where it belongs to the text before it, put that in quotes: between { and } a comma ends a value"
WRITTEN_OUT = "anchors and aliases are not used; write the value out"

_NO_TEXT = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML reads nowhere: control characters and halves of characters."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document, where, and what would be accepted."""

    path: Path
    message: str
    position: Position = (1, 1)

    def line(self, file: str) -> str:
        where = ".".join(str(part) for part in self.path)
        place = f"{file}:{self.position[0]}:{self.position[1]}"
        return f"{place}: {where}: {self.message}" if where else f"{place}: {self.message}"


class InvalidDocument(Exception):
    """A document that is refused. `faults` are in reading order, at most `MOST_FAULTS`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.position)[:MOST_FAULTS])
        super().__init__("; ".join(fault.line("document") for fault in self.faults))

    def __reduce__(self) -> tuple[type[InvalidDocument], tuple[Sequence[Fault]]]:
        return type(self), (self.faults,)


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """Parsed text as plain data, with the position of each value by its path."""

    text: str
    data: Any
    positions: Mapping[Path, Position]

    def position(self, path: Path) -> Position:
        """The position of a value, or of the nearest value around it."""
        for length in range(len(path), -1, -1):
            if (found := self.positions.get(path[:length])) is not None:
                return found
        return (1, 1)

    def placed(self, fault: Fault) -> Fault:
        return replace(fault, position=self.position(fault.path))


def parse_document(text: str) -> ParsedDocument:
    """Parses YAML (or JSON, which is YAML). Raises InvalidDocument."""
    if len(text.encode(errors="surrogatepass")) > LARGEST_DOCUMENT:
        raise InvalidDocument([Fault((), f"the document is larger than {LARGEST_DOCUMENT // 1024} KiB")])
    if (found := _NO_TEXT.search(text)) is not None:
        before = text[: found.start()]
        position = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise InvalidDocument(
            [Fault((), f"the character U+{ord(found[0]):04X} stands here, which is no text; remove it", position)]
        )
    reader = _Reader(text)
    try:
        data = reader.document()
    except MarkedYAMLError as error:
        said, mark = yaml_error(error, text)
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InvalidDocument([Fault((), f"not readable as YAML: {said}", position)]) from None
    except YAMLError as error:
        raise InvalidDocument([Fault((), f"not readable as YAML: {error}")]) from None
    if reader.faults:
        raise InvalidDocument(reader.faults)
    return ParsedDocument(text, data, reader.positions)


class _Reader:
    """Builds plain data from a parser's events, within the limits on size and depth."""

    def __init__(self, text: str) -> None:
        self.positions: dict[Path, Position] = {}
        self.faults: list[Fault] = []
        self._events = CParser(text)
        self._left = MOST_VALUES

    def document(self) -> Any:
        """The data of the text's only document. Raises InvalidDocument on a fatal fault, and YAMLError."""
        self._next()  # skips StreamStart
        if isinstance(self._next(), StreamEndEvent):
            raise InvalidDocument([Fault((), "the document is empty")])
        data = self._value(self._next(), ())
        while isinstance(event := self._next(), DocumentEndEvent):
            pass
        if not isinstance(event, StreamEndEvent):
            raise InvalidDocument([Fault((), "a second document begins here; a file is one", _at(event))])
        return data

    def _next(self) -> Event:
        if (event := self._events.get_event()) is None:
            raise YAMLError("the text goes on after its end")
        return event

    def _counted(self, event: Event) -> None:
        self._left -= 1
        if self._left < 0:
            raise InvalidDocument(
                [Fault((), f"has more than {MOST_VALUES} keys and values; divide it, for example into programs", _at(event))]
            )

    def _value(self, event: Event, path: Path) -> Any:
        self._counted(event)
        self.positions[path] = at = _at(event)
        if (wrong := _not_read(event)) is not None:
            self._fault(path, at, wrong)
            return self._skipped(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path, at)
        if len(path) >= DEEPEST_NESTING:
            raise InvalidDocument([Fault(path, f"nested too deeply; {DEEPEST_NESTING} levels are read", at)])
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(key := self._next(), MappingEndEvent):
            self._counted(key)
            at = _at(key)
            if not isinstance(key, ScalarEvent) or _not_read(key) is not None:
                self._fault(path, at, WRITTEN_OUT if isinstance(key, AliasEvent) else "a key is a plain word")
                self._skipped(key)
                self._skipped(self._next())
                continue
            name, value, inner = key.value, self._next(), (*path, key.value)
            if name in values:
                self._fault(inner, at, "stands here twice; keep one")
                self._skipped(value)
            elif isinstance(value, ScalarEvent) and not value.value and not value.style and value.tag is None:
                # The mark of the value itself may lie some lines below.
                self._fault(inner, at, BLANK if _has_colon(key, value) else CUT)
            else:
                values[name] = self._value(value, inner)
                if isinstance(value, CollectionStartEvent):
                    self.positions[inner] = at  # at the end of the line, where a reader looks for it
        return values

    def _scalar(self, event: ScalarEvent, path: Path, at: Position) -> Any:
        text: str = event.value
        value = text if event.style else scalar_value(text)
        if value is None:
            return self._fault(path, at, BLANK)
        if not isinstance(value, str):
            return value
        if len(text) <= 2 * LONGEST_BLANK and text.strip().lower() in BLANKS:
            return self._fault(path, at, "is blank; what the text leaves open is a named parameter with a default and a why")
        return text if text.isascii() else normalize("NFC", text)  # the form in which the ledger stores text

    def _skipped(self, event: Event) -> None:
        """Skips the events of a value that is not read."""
        depth = 0
        while True:
            self._counted(event)
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, MappingEndEvent | SequenceEndEvent)
            if depth == 0:
                return
            event = self._next()

    def _fault(self, path: Path, at: Position, message: str) -> None:
        self.faults.append(Fault(path, message, at))
        if len(self.faults) >= MOST_FAULTS:
            raise InvalidDocument(self.faults)


def _not_read(event: Event) -> str | None:
    """What about a value is not read, whatever the value is."""
    if isinstance(event, NodeEvent) and (isinstance(event, AliasEvent) or event.anchor is not None):
        return WRITTEN_OUT
    if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
        return f"the tag {event.tag} is not read; write a plain value"
    return None


def _has_colon(key: Event, value: Event) -> bool:
    return key.end_mark is not None and value.start_mark is not None and value.start_mark.index > key.end_mark.index


def _at(event: Event) -> Position:
    return (event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else (1, 1)


def validation_faults(error: ValidationError, schema: dict[str, Any], data: Any) -> list[Fault]:
    """A pydantic error as faults; `schema` is that of the expected shape."""
    return [
        Fault(_plain((*item["loc"], *field(item))), _message(item, schema, data)) for item in error.errors(include_url=False)
    ]


def _message(item: Any, schema: dict[str, Any], data: Any) -> str:
    """What is said of an error; of a field that is none, which ones there are."""
    if item["type"] != "extra_forbidden":
        return error_message(item)
    known = Shapes(schema).unknown(item["loc"], data)
    return f"{UNKNOWN}; {known}" if known else UNKNOWN


@cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _plain(location: tuple[int | str, ...]) -> Path:
    # A discriminated union adds its tag (written `=tag`) and a key error the marker `[key]`.
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith(("=", "["))))


def validate(model: type[M], document: ParsedDocument) -> M:
    """The document as a model. Raises InvalidDocument with positions."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        found = _located(error, _schema_of(model), document.data)
        raise InvalidDocument([document.placed(fault) for fault in found]) from None


def _located(error: ValidationError, schema: dict[str, Any], data: Any) -> list[Fault]:
    """The faults with their document paths, one per place.

    pydantic adds the tag of a union member to a path, and reports every member that did not match.
    """
    faults: dict[Path, Fault] = {}
    for item in error.errors(include_url=False):
        path = _in_document(_plain((*item["loc"], *field(item))), data, missing=item["type"] == "missing")
        if path not in faults:
            faults[path] = Fault(path, _message(item, schema, data))
        if len(faults) >= MOST_FAULTS:
            break
    return list(faults.values())


def _in_document(path: Path, data: Any, *, missing: bool) -> Path:
    kept: list[str | int] = []
    for index, part in enumerate(path):
        held = data.get(part, _NOTHING) if isinstance(data, dict) else _NOTHING
        if isinstance(data, list) and isinstance(part, int) and part < len(data):
            held = data[part]
        if held is not _NOTHING:
            data = held
            kept.append(part)
        elif missing and index == len(path) - 1:
            kept.append(part)
    return tuple(kept)


_NOTHING = object()
