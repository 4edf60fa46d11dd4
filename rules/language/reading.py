"""YAML text to plain data, with the line and column of every value, and faults that name them.

Only mappings, lists and plain scalars exist here: no tags, anchors or aliases, so that a document
can neither run code nor grow while it is read. A number with a fraction stays the text it was
written as, because figures are exact decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from unicodedata import normalize

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rules.language.slips import field, sentence, unread

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]
Position = tuple[int, int]
"""Line and column, both counted from 1."""

LARGEST_DOCUMENT = 256 * 1024
DEEPEST_NESTING = 20
"""Less than the 24 of `rules.canonical`, since a plan stands inside an act and an entry."""
BLANKS = frozenset({"", "?", "??", "???", "tbd", "tba", "todo", "n/a", "xxx", "to be determined", "to be decided"})
BLANK = "is blank; give a value, or leave the key out"
CUT = "has no value; where it belongs to the text before it, put that in quotes: between { and } a comma ends a value"


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


class Faulty(Exception):
    """A document that cannot be accepted; `faults` holds every fault found, in reading order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.position))
        super().__init__("; ".join(fault.line("document") for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Document:
    """A text as plain data, and the position of each value by its path."""

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
        return Fault(fault.path, fault.message, self.position(fault.path))


def read(text: str) -> Document:
    """Parses YAML (or JSON, which is YAML). Raises Faulty."""
    if len(text.encode(errors="surrogatepass")) > LARGEST_DOCUMENT:
        raise Faulty([Fault((), f"the document is larger than {LARGEST_DOCUMENT // 1024} KiB")])
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        said, mark = unread(error)
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Faulty([Fault((), f"not readable as YAML: {said}", position)]) from None
    except YAMLError as error:
        raise Faulty([Fault((), f"not readable as YAML: {error}")]) from None
    except RecursionError:
        raise Faulty([Fault((), f"nested too deeply; {DEEPEST_NESTING} levels are read")]) from None
    if root is None:
        raise Faulty([Fault((), "the document is empty")])
    reader = _Reader()
    data = reader.value(root, ())
    if reader.faults:
        raise Faulty(reader.faults)
    return Document(text, data, reader.positions)


class _Reader:
    def __init__(self) -> None:
        self.positions: dict[Path, Position] = {}
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def value(self, node: Node, path: Path) -> Any:
        self.positions[path] = at = (node.start_mark.line + 1, node.start_mark.column + 1)
        if id(node) in self._seen or node.anchor:
            return self._fault(path, at, "anchors and aliases are not used; write the value out")
        self._seen.add(id(node))
        if len(path) > DEEPEST_NESTING:
            return self._fault(path, at, f"nested too deeply; {DEEPEST_NESTING} levels are read")
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node, path, at)
        return self._fault(path, at, "only mappings, lists and plain values are read")

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            at = (key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, ScalarNode):
                self._fault(path, at, "a key is a plain word")
            elif key.value in values:
                self._fault((*path, key.value), at, "stands here twice; keep one")
            elif isinstance(value, ScalarNode) and not value.value and not value.style:
                # The value's own mark stands lines below.
                has_colon = value.start_mark.index > key.end_mark.index
                self._fault((*path, key.value), at, BLANK if has_colon else CUT)
            else:
                values[key.value] = self.value(value, (*path, key.value))
                if isinstance(value, MappingNode | SequenceNode):
                    self.positions[*path, key.value] = at  # where a reader would look for it, not the line below
        return values

    def _scalar(self, node: ScalarNode, path: Path, at: Position) -> Any:
        match str(node.tag).rpartition(":")[2]:
            case "null":
                return self._fault(path, at, BLANK)
            case "bool":
                return node.value.lower() in {"true", "yes", "on"}
            case "int":
                try:
                    number = int(node.value.replace("_", ""), 0)
                except ValueError:
                    return str(node.value)
                return number if abs(number) < 2**53 else str(node.value)  # the ledger keeps no larger whole numbers
            case "str" if node.value.strip().lower() in BLANKS:
                return self._fault(
                    path,
                    at,
                    "is blank; what the text leaves open is a named parameter with a default and a why",
                )
            case "str" | "float" | "timestamp":
                return normalize("NFC", node.value)  # as the ledger keeps text
            case _:
                return self._fault(path, at, f"the tag {node.tag} is not read; write a plain value")

    def _fault(self, path: Path, at: Position, message: str) -> None:
        self.faults.append(Fault(path, message, at))


def faults_of(error: ValidationError) -> list[Fault]:
    """A pydantic error as faults. Names the accepted fields where a field is unknown or missing."""
    return [Fault(_plain((*item["loc"], *field(item))), sentence(item)) for item in error.errors(include_url=False)]


def _plain(location: tuple[int | str, ...]) -> Path:
    # A discriminated union adds its tag (written `=tag`) and a key error the marker `[key]`.
    return tuple(part for part in location if not (isinstance(part, str) and part.startswith(("=", "["))))


def validated(model: type[M], document: Document) -> M:
    """The document as a model. Raises Faulty with positions."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise Faulty([document.placed(fault) for fault in _found(error, document.data)]) from None


def _found(error: ValidationError, data: Any) -> list[Fault]:
    """The faults with their paths as the document has them, one for each place.

    pydantic adds the tag of a union's member to a path, and reports each member that did not fit.
    """
    faults: dict[Path, Fault] = {}
    for item in error.errors(include_url=False):
        path = _in_document(_plain((*item["loc"], *field(item))), data, missing=item["type"] == "missing")
        faults.setdefault(path, Fault(path, sentence(item)))
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
