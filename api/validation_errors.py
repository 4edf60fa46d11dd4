"""Validation errors as faults of a problem body: the place, what is wrong and what is accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import Request

from rules.field_types import TEXT_HOLDS, did_you_mean
from rules.fields import Shapes
from rules.text_formats import mismatch

MOST = 50
"""The most faults in one response."""

LONGEST, LONGEST_PART = 500, 100
"""The most characters of a message and of one part of a place, since both may quote names from the request."""

IN_SUMMARY = 3
"""The number of faults that the summary quotes."""

ACCEPTED = "the request with these places put right; /docs shows every field"

OBJECT = "is an object; write its fields between { and }, as JSON with Content-Type: application/json"
INSTANT = "is no instant; write 2025-03-01T09:00:00+03:00"
KINDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request; remove it or correct its name",
    "string_type": "is text; write it in quotes, as one value",
    "model_attributes_type": OBJECT,
    "model_type": OBJECT,
    "dict_type": OBJECT,
    "list_type": "is a list; write its items between [ and ]",
    "tuple_type": "is a list; write its items between [ and ]",
    "bool_parsing": "is true or false",
    "int_parsing": "is a whole number",
    "datetime_type": INSTANT,
    "datetime_parsing": INSTANT,
    "datetime_from_date_parsing": INSTANT,
    "datetime_object_invalid": INSTANT,
    "date_parsing": "is no day; write 2025-03-01",
    "date_from_datetime_parsing": "is no day; write 2025-03-01",
    "uuid_parsing": "is no id of a program; GET /programs lists them",
}
"""Messages by pydantic's error type. Types that are not listed have pydantic's own message."""

FORMS = {
    r"^[0-9A-Za-z~:.+-]{1,100}$": "is no place of a page; send `next` of the page before, unchanged",
    r"^[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}( *; *[!-~][ -~]{0,100})?$": (
        "is no media type; write one such as application/pdf"
    ),
}
"""Descriptions of patterns that only the door uses."""

TEXT = f"is no text; {TEXT_HOLDS}"
KINDS["string_unicode"] = TEXT

_QUOTED = re.compile(r"'([^']*)'")

KEY_MISSING = "is missing; choose a key for this act, and send the same one when you send it again"


def faults(errors: Sequence[Any], known: Callable[[Any], str]) -> list[dict[str, str]]:
    """Pydantic's errors as faults. `known` returns the fields that exist at the place of an unknown field."""
    told = [item for item in errors[:MOST] if not _is_shortened(item, errors)]
    return [{"where": _place(item), "message": _sentence(item, known)[:LONGEST]} for item in told]


def _is_shortened(item: Any, errors: Sequence[Any]) -> bool:
    """Whether a list is too short only because items of it are not valid."""
    around = tuple(item["loc"])
    return item["type"] == "too_short" and any(tuple(one["loc"])[:-1][: len(around)] == around for one in errors)


def fields_of(document: dict[str, Any], request: Request, body: Any) -> Callable[[Any], str]:
    """A lookup of the fields at the place of an unknown one, from the OpenAPI schema of the route's body."""

    def known(item: Any) -> str:
        ending = request.scope["route"].path_format  # without the router's prefix
        route: dict[str, Any] = next((held for path, held in document["paths"].items() if path.endswith(ending)), {})
        asked = route.get(request.method.lower(), {}).get("requestBody", {})
        shape = asked.get("content", {}).get("application/json", {}).get("schema")
        found = Shapes(document).unknown(item["loc"][1:], body, shape) if shape and len(item["loc"]) > 1 else ""
        return f"; {found}" if found else ""

    return known


def sentence(found: Sequence[dict[str, str]]) -> str:
    more = f"; and {len(found) - IN_SUMMARY} more" if len(found) > IN_SUMMARY else ""
    return "The request cannot be read: " + "; ".join(f"{one['where']}: {one['message']}" for one in found[:IN_SUMMARY]) + more


def _place(item: Any) -> str:
    # The place of a syntax error is a character offset, which would read like a list index.
    parts = item["loc"][:1] if item["type"] == "json_invalid" else item["loc"]
    return ".".join(str(part)[:LONGEST_PART] for part in parts)


def _choices(context: dict[str, Any]) -> str:
    """The accepted values, in quotes."""
    return str(context.get("expected_tags") or context.get("expected"))


def _sentence(item: Any, known: Callable[[Any], str]) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "json_invalid":
        return f"is no JSON from character {item['loc'][-1]} on: {context.get('error', item['msg'])}"
    if kind == "missing" and item["loc"] == ("header", "Idempotency-Key"):
        return KEY_MISSING
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return KINDS[kind] + known(item)
    if kind == "string_pattern_mismatch":
        return FORMS.get(context["pattern"]) or mismatch(context["pattern"])
    if kind in {"union_tag_invalid", "literal_error", "enum"}:
        given = str(context.get("tag", item["input"]))[:LONGEST_PART]
        return f"{given!r} cannot stand here; {did_you_mean(given, _QUOTED.findall(_choices(context)))}"
    return KINDS.get(kind, str(item["msg"][:1].lower() + item["msg"][1:]))
