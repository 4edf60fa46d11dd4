"""Windows and agreed days: their faults, and amendments of a closed window."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from rules import acts as a
from rules.explanations.reciprocity import reciprocity
from rules.language.reading import InvalidDocument, parse_document
from rules.validation import validate_plan
from rules.vocabulary import matters as m
from tests.rules.small_plan import PLAN, WINDOWS, World, day

EARLY = {"within": "P1D", "from": {"program": True}}
LATER = {"within": "P9D", "from": {"program": True}}
UNDATED = {"milestone": "announced", "at_most": 0, "against": "original"}


def written(**changes: Any) -> str:
    """The small plan with windows and other changes, by path."""
    document = deepcopy(PLAN)
    for path, value in deepcopy(WINDOWS | changes).items():
        *parents, last = path.split("__")
        held = document
        for name in parents:
            held = held[name]
        held[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"phases__rites__entry": [{"not_before": LATER}, {"not_after": EARLY}]}, "closes (P1D) before it opens (P9D)"),
        ({"agreed_dates__signing__not_before": LATER, "agreed_dates__signing__not_after": EARLY}, "before it opens"),
        ({"phases__rites__milestones__signed__holds_while": [{"not_after": LATER}]}, "a window closes a gate of a phase"),
        ({"phases__thanks__entry": [{"days_late": UNDATED}]}, "announced has no date that it could be late against"),
        (
            {"phases__trade__entry": [{"stability": "quiet"}, {"not_after": {"within": "P20D", "from": {"program": True}}}]},
            "this window closes P20D after what it is counted from, and what has to come before takes 32 days",
        ),
        ({"agreed_dates__signing__agreed_by": "joined"}, "did you mean joint"),
        ({"phases__rites__entry": [{"not_before": {"within": "P0D", "from": {"agreed": "sining"}}}]}, "did you mean signing"),
        ({"agreed_dates__signing__not_before": {"within": "P0D", "from": {"agreed": "signing"}}}, "nobody can ever agree"),
    ],
)
def test_what_no_window_can_be_is_a_fault(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidDocument) as faulty:
        validate_plan(parse_document(written(**changes)))
    assert says in " ".join(fault.message for fault in faulty.value.faults)


def _counts(given: World, party: str) -> tuple[int, int]:
    (account,) = (one for one in reciprocity(given.program, given.program.at) if one.party == party)
    late = [one.how for one in account.reckoned if one.what == "agreed_date"]
    return late.count("late"), late.count("late_original")


def _status(given: World) -> str:
    return given.program.agreed_dates["signing"].status


def _decide(given: World, proposal: str, matter: m.Matter, at: float) -> None:
    given.given("nils", a.Propose(proposal=proposal, procedure="joint", matter=matter, reason="So be it."), day(at))
    given.given("nils", a.Consent(proposal=proposal), day(at))
    given.given("saul", a.Consent(proposal=proposal), day(at))


def test_an_amendment_opens_a_window_again_that_was_missed_and_the_miss_stays() -> None:
    lenient = {**WINDOWS["agreed_dates"]["signing"], "when_missed": "warn"}
    given = World(**WINDOWS | {"agreed_dates": {"signing": lenient}})
    given.first_move(day(0))
    given.answer(day(0))
    given.clock(day(27))
    assert _status(given) == "missed"
    assert (_counts(given, "north"), _counts(given, "south")) == ((1, 1), (1, 1))
    longer = {**lenient, "not_after": {"within": "P60D", "from": {"program": True}}}
    _decide(given, "p1", m.Amend(document=written(agreed_dates={"signing": longer})), 28)
    assert _status(given) == "open"
    _decide(given, "p2", m.AgreeDate(date="signing", on=day(40).date()), 29)
    assert _status(given) == "agreed"
    assert _counts(given, "north") == (0, 1)
