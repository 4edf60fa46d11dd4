"""Form fields generated from the models of acts, so that pages and API have one declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from api.pages.options import OPTIONS, Option, Options, rows_of
from rules.program import Program
from rules.times import format_instant
from rules.vocabulary.documents import FiledDocument

Kind: TypeAlias = Literal["line", "text", "instant", "day", "choice", "choices", "flag", "file", "hidden", "table"]

LEFT_TO_THE_SERVICE = frozenset({"kind", "effects", "origin", "as_written", "parent", "programs"})
"""Fields of acts that people do not fill in: they are set by checks, or by the preview."""

OWN_IDS = {
    "record_evidence": "evidence",
    "record_measurement": "measurement",
    "report_incident": "incident",
    "give_account": "account",
    "propose": "proposal",
    "raise_dispute": "dispute",
}
"""Fields with the id of a new object: a generated value is proposed."""

DECIDING = frozenset({"milestone", "indicator", "assessor"})
"""Fields on which the options of other fields depend (`api.pages.options`)."""

LONGEST_LINE = 200
"""Characters; a longer text gets a field of several lines."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `name` is its path in the act, joined by dots."""

    name: str
    kind: Kind
    is_required: bool
    help: str | None = None
    options: tuple[Option, ...] = ()
    value: str = ""
    values: tuple[str, ...] = ()
    error: str | None = None
    title: str = ""
    """The plan's title, where there is one."""

    @property
    def label(self) -> str:
        return self.name.rpartition(".")[2].replace("_", " ")

    @property
    def decides(self) -> bool:
        """Whether other fields, or their options, depend on this one."""
        return self.name in DECIDING or self.name.endswith(".kind")

    @property
    def id(self) -> str:
        return f"field-{self.name.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class FormValues:
    """The submitted values of a form, by field."""

    values: Mapping[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        return next(iter(self.values.get(name, [])), "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value.strip() for value in self.values.get(name, []) if value.strip())


def fields_of(shape: type[BaseModel], program: Program, given: FormValues, errors: Mapping[str, str]) -> list[Field]:
    """The fields of an act's form, with submitted values and errors."""
    kind = str(shape.model_fields["kind"].default)
    return [
        replace(one, error=errors.get(one.name) or errors.get(one.name.partition(".")[0]))
        for one in _fields(shape, program, given, kind, "")
    ]


def _fields(shape: type[BaseModel], program: Program, given: FormValues, kind: str, prefix: str) -> Iterator[Field]:
    for name, info in shape.model_fields.items():
        if name in LEFT_TO_THE_SERVICE:
            continue
        place, inner = f"{prefix}{name}", _plain(info.annotation)
        if inner is FiledDocument:
            yield Field(place, "file", is_required=info.is_required(), help=info.description)
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, program, given, kind, f"{place}.")
        elif (union := _matters(inner)) is not None:
            yield from _one_of(union, program, given, kind, place)
        elif get_origin(inner) is dict and (rows := rows_of(place, program, given.one)) is not None:
            yield from _rows(rows, inner, place, given, is_required=info.is_required(), help_=info.description)
        else:
            yield _field(place, shape, name, _options(kind, name, program, given), given)


def _rows(
    rows: list[Option], inner: Any, place: str, given: FormValues, *, is_required: bool, help_: str | None
) -> Iterator[Field]:
    """A field for each key of a table, where the plan names its keys. Rows that stay empty are left out."""
    kind = _kind(_plain(get_args(inner)[1]), LONGEST_LINE + 1, has_options=False)
    for number, row in enumerate(rows):
        name = f"{place}.{row.value}"
        said = help_ if number == 0 else None
        yield Field(name, kind, is_required=is_required, help=said, value=given.one(name), title=row.title)


def _field(place: str, shape: type[BaseModel], name: str, options: Options, given: FormValues) -> Field:
    info = shape.model_fields[name]
    inner = _plain(info.annotation)
    made = Field(
        name=place,
        kind=_kind(inner, _most_characters(shape, name), has_options=options is not None),
        is_required=info.is_required(),
        help=info.description,
        options=tuple(options or _literals(inner)),
        value=given.one(place),
        values=given.all(place),
    )
    if not made.value and made.kind in ("choice", "line") and isinstance(info.default, str):
        return replace(made, value=info.default)
    if made.kind == "choice" and made.is_required and len(made.options) == 1:
        return replace(made, value=made.options[0].value)
    return made


def _kind(inner: Any, most: int, *, has_options: bool) -> Kind:
    if get_origin(inner) is tuple:
        return "choices"
    if has_options or _literals(inner):
        return "choice"
    if get_origin(inner) is dict:
        return "table"
    if inner is datetime:
        return "instant"
    if inner is date:
        return "day"
    if inner is bool:
        return "flag"
    return "text" if most > LONGEST_LINE else "line"


def _most_characters(shape: type[BaseModel], name: str) -> int:
    """The length limit of a text, from the model's JSON Schema."""
    said = _schema(shape)["properties"].get(name, {})
    return max((int(one.get("maxLength", 0)) for one in said.get("anyOf", [said])), default=0)


@cache
def _schema(shape: type[BaseModel]) -> Mapping[str, Any]:
    return shape.model_json_schema()


def _one_of(
    union: Mapping[str, type[BaseModel]], program: Program, given: FormValues, kind: str, place: str
) -> Iterator[Field]:
    """A choice of the kind, and then the fields of that kind."""
    options = tuple(Option(name, name.replace("_", " "), is_code=True) for name in union)
    chosen = given.one(f"{place}.kind")
    yield Field(f"{place}.kind", "choice", is_required=True, options=options, value=chosen)
    if chosen in union:
        yield from _fields(union[chosen], program, given, kind, f"{place}.")


def _options(kind: str, name: str, program: Program, given: FormValues) -> Options:
    if OWN_IDS.get(kind) == name or name not in OPTIONS:
        return None
    return OPTIONS[name](program, given.one)


def _literals(inner: Any) -> tuple[Option, ...]:
    if get_origin(inner) is Literal:
        return tuple(Option(str(value), str(value).replace("_", " "), is_code=True) for value in get_args(inner))
    if isinstance(inner, type) and hasattr(inner, "__members__"):
        return tuple(
            Option(str(one.value), str(one.value).replace("_", " "), is_code=True) for one in inner.__members__.values()
        )
    return ()


def _plain(annotation: Any) -> Any:
    """A type without `None` and annotations."""
    while True:
        if get_origin(annotation) is Annotated and not _is_union(get_args(annotation)[0]):
            annotation = get_args(annotation)[0]
        elif _is_union(annotation) and len(left := [one for one in get_args(annotation) if one is not NoneType]) == 1:
            annotation = left[0]
        else:
            return annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def _matters(inner: Any) -> Mapping[str, type[BaseModel]] | None:
    """The models of a discriminated union."""
    bare = get_args(inner)[0] if get_origin(inner) is Annotated else inner
    shapes = get_args(bare) if _is_union(bare) else ()
    if not shapes or not all(isinstance(shape, type) and issubclass(shape, BaseModel) for shape in shapes):
        return None
    return {str(shape.model_fields["kind"].default): shape for shape in shapes}


def act_values(shape: type[BaseModel], given: FormValues, zone: str) -> dict[str, Any]:
    """The submitted values in the form that the API takes: without empty fields, and local times with their offset."""
    made: dict[str, Any] = {}
    for place, values in given.values.items():
        *parents, name = place.split(".")
        value = _value(shape, place, [one.strip() for one in values if one.strip()], zone)
        if value is None or name == "" or place in ("csrf", "key", "shown", "step"):
            continue
        inner = made
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[name] = value
    return made


def _value(shape: type[BaseModel], place: str, values: list[str], zone: str) -> Any:
    if not values:
        return None
    inner = _type_at(shape, place.split("."), values)
    if get_origin(inner) is tuple:
        return values
    if get_origin(inner) is dict:
        return dict(_pairs(values[0]))
    if inner is datetime:
        return instant_of(values[0], zone)
    if inner is bool:
        return values[0] == "on"
    return int(values[0]) if inner is int and values[0].isdecimal() else values[0]


def _type_at(shape: Any, place: list[str], values: list[str]) -> Any:
    union = _matters(shape)
    shapes = list(union.values()) if union else [shape]
    for one in shapes:
        info = one.model_fields.get(place[0]) if isinstance(one, type) and issubclass(one, BaseModel) else None
        if info is not None:
            inner = _plain(info.annotation)
            return inner if len(place) == 1 else _type_at(inner, place[1:], values)
    return None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            yield name.strip(), value.strip()


def instant_of(text: str, zone: str) -> str:
    """A browser's local time in a zone, with its offset. Other texts are returned unchanged."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    return format_instant(local.replace(tzinfo=ZoneInfo(zone)) if local.tzinfo is None else local)
