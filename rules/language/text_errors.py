"""Messages about faults in a document: invalid YAML, and values that do not fit their field."""

from __future__ import annotations

import re
from typing import Any

from yaml import Mark, MarkedYAMLError

from rules.field_types import did_you_mean
from rules.text_formats import mismatch

_FIELD = re.compile(r"[ ]*(- )?[\w-]+")
"""What stands before the colon of a field that has a line of its own."""


class FieldsError(ValueError):
    """A fault of several fields together, placed at the first of them that is present."""

    def __init__(self, message: str, *place: str) -> None:
        super().__init__(message)
        self.place = place


def yaml_error(error: MarkedYAMLError, text: str) -> tuple[str, Mark | None]:
    """The message and position of a YAML syntax error, at the likely cause."""
    problem, context = str(error.problem), str(error.context)
    here = error.problem_mark
    if context == "while scanning a quoted scalar":
        return "the quote that opens here is closed nowhere", error.context_mark
    if context in ("while parsing a flow mapping", "while parsing a flow sequence"):
        return f"what opens here with {'{' if 'mapping' in context else '['} is not closed", error.context_mark
    if problem.startswith("mapping values are not allowed"):
        if here and _FIELD.fullmatch(text[text.rfind("\n", 0, here.index) + 1 : here.index]):
            return (
                "this field is further in than the one before it, and reads as part of its text; put them in one column",
                here,
            )
        return "a colon within text; put the text in quotes, or the fields on lines of their own", here
    if problem in ("did not find expected key", "did not find expected '-' indicator"):
        return "this line is further in or out than those that it belongs to", here
    if problem == "could not find expected ':'":
        return (
            "this line is no field, and too far out to belong to the text before it; put it further in",
            error.context_mark or here,
        )
    found = text[here.index : here.index + 1] if here else ""
    if problem.endswith("cannot start any token"):
        if found == "\t":
            return "a tab stands here; indent with spaces", here
        return f"{found!r} begins no value; put the text in quotes", here
    if problem == "did not find expected node content":
        return f"{found!r} stands where a value belongs" if found else "a value is missing here", here
    return problem, here or error.context_mark


def field(item: Any) -> tuple[str, ...]:
    """The field at fault below the location of an error: one of several, or the discriminator."""
    error = item.get("ctx", {}).get("error")
    if isinstance(error, FieldsError):
        return error.place
    named = str(item.get("ctx", {}).get("discriminator", "")) if item["type"] == "union_tag_invalid" else ""
    return (named.strip("'"),) if named.startswith("'") else ()


def error_message(item: Any) -> str:
    """The message of a pydantic error, in our words where there are some."""
    match item["type"]:
        case "missing":
            return MISSING.get(str(item["loc"][-1]), "is missing")
        case "extra_forbidden":
            return UNKNOWN
        case "value_error":
            return str(item["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"{str(item['input'])[:60]!r} {mismatch(item['ctx']['pattern'])}"
        case "criterion" if isinstance(item["input"], dict) and len(item["input"]) == 1:
            return _near(str(next(iter(item["input"]))), item["msg"])
        case "union_tag_invalid" if field(item):
            known = item["ctx"]["expected_tags"].replace("'", "")
            return f"{item['ctx']['tag']!r} is nothing that can stand here; write one of {known}"
        case "tuple_type" | "list_type":
            held = item["input"] if isinstance(item["input"], str | int) else "a, b"
            return f"is a list; write [{held}]"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "has fields of its own; write them between { and }, or below it and further in"
        case _:
            pass
    found = item["input"]
    if item["type"] == "string_type" and isinstance(found, int | float):
        return f'is text; write "{found}"'
    shown = f" (found {item['input']!r})" if isinstance(item["input"], str | int | bool) else ""
    return str(item["msg"][:1].lower() + item["msg"][1:]) + shown


def _near(word: str, criteria: str) -> str:
    """The message about an unknown criterion, with the nearest known name."""
    near = did_you_mean(word, re.findall(r"(\w+): \.\.\.", criteria))
    return f"{word[:60]} is no criterion; {near} {criteria}" if near.startswith("did you mean") else criteria


UNKNOWN = "is not a field of this place; remove it or correct its name"

MISSING = {
    "from": "a duration needs an anchor; write from: {phase: ..., becomes: open} or {milestone: ...} or {date: ...}",
    "why": "is missing; say why the source text leaves this open and why this default",
    "default": "is missing; a parameter carries a default",
}
