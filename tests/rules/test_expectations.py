"""Failed expectations of stories: the message gives the actual state."""

import json
from pathlib import Path
from typing import Any

import pytest

from rules.language.reading import InvalidDocument, parse_document, validate
from rules.rehearsal.rehearse import rehearse
from rules.rehearsal.story import Story

TEMPLATES = Path(__file__).parents[2] / "plans" / "templates"


def told(template: str, steps: list[dict[str, Any]], people: dict[str, Any]) -> list[str]:
    """The faults of a story on one of our templates."""
    story = {"story": "Made up", "plan": "plan.yaml", "starts": "2025-01-01T09:00", "people": people, "steps": steps}
    script = parse_document(json.dumps(story))
    plan = parse_document((TEMPLATES / template / "plan.yaml").read_text(encoding="utf-8"))
    return [fault.message for fault in rehearse(validate(Story, script), script, plan).faults]


def expecting(*expected: dict[str, Any]) -> dict[str, Any]:
    return {"at": "2025-04-09T09:00", "expect": list(expected)}


NILS = {"nils": [{"role": "representative", "party": "north"}], "cleo": [{"role": "authority", "party": "commission"}]}
NOTICE: list[dict[str, Any]] = [
    {
        "at": "2025-03-03T09:00",
        "by": "nils",
        "do": "raise_dispute",
        "with": {"dispute": "d1", "ladder": "compliance", "reason": "There is light at night."},
    },
    {
        "at": "2025-04-08T09:00",
        "by": "nils",
        "do": "invoke_snapback",
        "with": {"snapback": "relief_ends", "dispute": "d1", "reason": "They go on."},
    },
]


def test_a_refusal_is_expected_with_its_code_and_its_words() -> None:
    step = {**NOTICE[1], "at": "2025-02-01T09:00"}
    assert told("snapback", [{**step, "refused": {"code": "dispute_not_unsettled", "says": "left unsettled"}}], NILS) == []
    (message,) = told("snapback", [{**step, "refused": {"code": "dispute_not_unsettled", "says": "by moonlight"}}], NILS)
    assert "expected refused: dispute_not_unsettled, which says 'by moonlight', but it was refused" in message


@pytest.mark.parametrize(
    ("expected", "instead"),
    [
        ({"milestone": "work_halted", "owes": []}, "expected nobody to owe the next act, but it is south"),
        ({"milestone": "work_halted", "decided_by": "cleo"}, "expected work_halted decided by to be cleo, but it is nobody"),
        ({"milestone": "work_halted", "says": "moonlight"}, "expected work_halted to say 'moonlight', but it says:"),
        ({"warned": "moonlight"}, "expected a warning that says 'moonlight', but given were: none"),
        ({"milestone": "work_halted", "days_left": 3}, "expected the days left for work_halted to be 3, but it is"),
    ],
)
def test_a_milestone_that_is_told_otherwise(expected: dict[str, Any], instead: str) -> None:
    assert instead in " ".join(told("snapback", [expecting(expected)], NILS))


@pytest.mark.parametrize(
    ("expected", "instead"),
    [
        ({"snapback": "relief_ends", "is": "in_effect"}, "expected snapback relief_ends to be in_effect, but it is invoked"),
        (
            {"snapback": "relief_ends", "on": "2025-05-08"},
            "expected snapback relief_ends in effect on to be 2025-05-08, but it is 2025-05-09",
        ),
        ({"snapback": "relief_end", "is": "invoked"}, "relief_end is unknown; did you mean relief_ends?"),
        ({"incident": "i1", "is": "confirmed"}, "expected incident i1 to be confirmed, but it is not reported"),
    ],
)
def test_a_snapback_or_an_incident_that_stands_otherwise(expected: dict[str, Any], instead: str) -> None:
    assert instead in told("snapback", [*NOTICE, expecting(expected)], NILS)


def test_a_snapback_that_stands_so() -> None:
    steps = [
        {"at": "2025-02-03T09:00", "expect": [{"snapback": "relief_ends", "is": "not_invoked"}]},
        *NOTICE,
        expecting({"snapback": "relief_ends", "is": "invoked", "on": "2025-05-09"}),
    ]
    assert told("snapback", steps, NILS) == []


@pytest.mark.parametrize(
    ("expected", "instead"),
    [
        (
            {"assessed": "law_carried_out", "assessor": "mission", "is": "mixed"},
            "expected law_carried_out, as mission sees it, to be mixed, but it is nothing",
        ),
        (
            {"assessed": "law_carried_out", "assessor": "missions", "is": "nothing"},
            "missions is unknown; did you mean mission?",
        ),
    ],
)
def test_an_assessment_that_is_another(expected: dict[str, Any], instead: str) -> None:
    people = {"mary": [{"role": "monitor", "party": "mission"}]}
    assert instead in told("two-assessors", [expecting(expected)], people)


def test_a_grade_is_expected_of_somebody() -> None:
    with pytest.raises(InvalidDocument, match="assessed and assessor together"):
        told("two-assessors", [expecting({"assessed": "law_carried_out", "is": "mixed"})], {})
