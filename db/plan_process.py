"""The process beside the event loop that reads plans: a question a line, an answer a line, both JSON.

Texts of callers are read here and nowhere else while the service answers: it takes long, a thread would hold everybody else's
turn, and the parser is written in C. The process gets no address and no secret, may take so much memory and no more, and ends
when whoever started it does.
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

MOST_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space; what is allowed takes a fifth of it."""

NICE = 5


def _declares(question: Mapping[str, Any]) -> Answer:
    found = declarations_of(question["text"])
    return {"plan": found.plan, "programs": found.programs, "positions": found.positions}


def _judges(question: Mapping[str, Any]) -> Answer:
    programs = {name: ChildPlan.model_validate(child) for name, child in question["programs"].items()}
    validated_plan(question["text"], question["parameters"], programs)
    key = key_of(question["text"], question["parameters"], programs)
    return {"plans": [_written(recorded_plan(text, dict(chosen))) for text, chosen in texts(key)]}


def _reads(question: Mapping[str, Any]) -> Answer:
    return {"plans": [_written(recorded_plan(question["text"], question["parameters"]))]}


def _written(plan: Plan) -> str:
    return plan.model_dump_json(by_alias=True, exclude_defaults=True)


ANSWERED: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {"declares": _declares, "judges": _judges, "reads": _reads}


def answer(question: Mapping[str, Any]) -> Answer:
    """What is asked of a text, or its faults."""
    try:
        return ANSWERED[question["asked"]](question)
    except InvalidDocument as error:
        return {"faults": [(fault.path, fault.message, fault.position) for fault in error.faults]}


def faults_in(told: Mapping[str, Any]) -> tuple[Fault, ...] | None:
    """The faults that an answer names; None where the text has none."""
    if (faults := told.get("faults")) is None:
        return None
    return tuple(Fault(tuple(path), message, (position[0], position[1])) for path, message, position in faults)


def main() -> None:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(to_json(answer(from_json(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
