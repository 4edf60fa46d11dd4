"""Strict query parameters and content negotiation: unknown parameters and unavailable media types are rejected.

A misspelt parameter would otherwise be ignored, and another question be answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic.fields import FieldInfo

from api.problems import NotAcceptable
from rules.field_types import did_you_mean

JSON, PROBLEM = "application/json", "application/problem+json"
USUAL = frozenset({None, "*/*", JSON})
"""Usual Accept headers, which every JSON route satisfies."""


async def check_request(request: Request) -> None:
    """Raises RequestValidationError or NotAcceptable. A dependency of every route."""
    route = request.scope["route"]
    if request.scope["query_string"]:
        _check_query(request, route)
    forms = _forms(route)
    if (request.headers.get("accept") not in USUAL or JSON not in forms) and not _accepts(request, forms):
        raise NotAcceptable(forms)


def _check_query(request: Request, route: APIRoute) -> None:
    declared = dict(_parameters(route.dependant))
    faults = []
    for name in request.query_params:
        if name not in declared:
            near = did_you_mean(name, declared) if declared else "this route takes none"
            faults.append((name, f"is no parameter of this route; {near}"))
        elif len(request.query_params.getlist(name)) > 1 and not _is_list(declared[name]):
            faults.append((name, "is given more than once; give it once"))
    if faults:
        raise RequestValidationError(
            [{"type": "value_error", "loc": ("query", name), "ctx": {"error": told}} for name, told in faults]
        )


def _parameters(dependant: Dependant) -> Iterator[tuple[str, FieldInfo]]:
    for field in dependant.query_params:
        yield field.alias, field.field_info
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _is_list(field: FieldInfo) -> bool:
    kinds = (field.annotation, *get_args(field.annotation))
    return any(get_origin(kind) in {list, tuple, set, frozenset} for kind in kinds)


def _forms(route: APIRoute) -> list[str]:
    """The media types of a route's responses."""
    answers = [answer.get("content", {}) for status, answer in route.responses.items() if str(status)[0] == "2"]
    return [form for content in answers for form in content] or [JSON]


def _accepts(request: Request, forms: list[str]) -> bool:
    wanted = dict(_ranges(",".join(request.headers.getlist("accept"))))
    if not wanted:
        return True
    for form in (*forms, PROBLEM):
        named = (form, form.partition("/")[0] + "/*", "*/*")  # the most specific range counts
        if next((wanted[one] for one in named if one in wanted), 0.0) > 0:
            return True
    return False


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Media ranges with their weights; a malformed one has weight 0."""
    for part in accept.split(","):
        form, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            yield from [(form, float(weight))] if form else []
        except ValueError:
            yield form, 0.0
