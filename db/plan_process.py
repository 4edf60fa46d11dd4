"""The parser process: reads plans outside of the event loop. Requests and responses are JSON lines on stdin and stdout.

While the service runs, callers' texts are parsed only here: parsing takes long, a thread would hold the GIL, and the parser is
written in C. The process receives no address or secret, has a memory limit, and ends with its parent.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pydantic_core import from_json, to_json

from rules.language.declared import declarations_of
from rules.language.parameters import recorded_plan
from rules.language.plan import Plan
from rules.language.reading import Fault, InvalidDocument
from rules.validation.accepted import key_of, texts, validated_plan
from rules.vocabulary.family import ChildPlan

Answer: TypeAlias = dict[str, Any]

MAX_MEMORY_BYTES = 1024 * 1024 * 1024
"""Limit of the address space; the largest accepted plan takes a fifth of it."""

NICE = 5


def _read_declared(question: Mapping[str, Any]) -> Answer:
    found = declarations_of(question["text"])
    return {"plan": found.plan, "programs": found.programs, "positions": found.positions}


def _validate(question: Mapping[str, Any]) -> Answer:
    programs = {name: ChildPlan.model_validate(child) for name, child in question["programs"].items()}
    validated_plan(question["text"], question["parameters"], programs)
    key = key_of(question["text"], question["parameters"], programs)
    return {"plans": [_plan_json(recorded_plan(text, dict(chosen))) for text, chosen in texts(key)]}


def _read_recorded(question: Mapping[str, Any]) -> Answer:
    return {"plans": [_plan_json(recorded_plan(question["text"], question["parameters"]))]}


def _plan_json(plan: Plan) -> str:
    return plan.model_dump_json(by_alias=True, exclude_defaults=True)


HANDLERS: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
    "declares": _read_declared,
    "judges": _validate,
    "reads": _read_recorded,
}


def answer(question: Mapping[str, Any]) -> Answer:
    """The response to a request: its result, or the faults of the text."""
    try:
        return HANDLERS[question["asked"]](question)
    except InvalidDocument as error:
        return {"faults": [(fault.path, fault.message, fault.position) for fault in error.faults]}


def faults_in(result: Mapping[str, Any]) -> tuple[Fault, ...] | None:
    """The faults in a response; None where the text has none."""
    if (faults := result.get("faults")) is None:
        return None
    return tuple(Fault(tuple(path), message, (position[0], position[1])) for path, message, position in faults)


def main() -> None:
    """Answers requests until stdin is closed."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(to_json(answer(from_json(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
