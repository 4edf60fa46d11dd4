"""Releases in the plan language: faults, positions and messages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.language.reading import parse_document
from rules.validation import validate_plan
from tests.rules.test_plan_language import PLAN, faults

RELEASES = """\
releases:
  gift:
    title: A gift
    party: north
    to: south
    unit: million
    amount: "10"
    when: [{milestone: announced}]
  wells:
    title: For each kt less
    party: north
    to: south
    unit: million
    amount: "5"
    per_unit: {indicator: smoke, from: 20, to: 10, each: "0.5"}
    verified_by: [north]
    advance: {amount: "1", when: [{phase: move}], recovered: 50%}
    lapses: {within: P1Y, from: {program: true}}
phases:
"""

PAYING = PLAN.replace("phases:\n", RELEASES, 1)

FAULTS = {
    "an unknown giver": (
        "gift:\n    title: A gift\n    party: north",
        "gift:\n    title: A gift\n    party: ▸nord",
        "did you mean north?",
    ),
    "an unknown receiver": (
        "A gift\n    party: north\n    to: south",
        "A gift\n    party: north\n    to: ▸suth",
        "mean south?",
    ),
    "an unknown milestone": ("when: [{milestone: announced}]", "when: [{milestone: ▸anounced}]", "did you mean announced?"),
    "an unknown indicator": ("{indicator: smoke, from", "{indicator: ▸smok, from", "smok is no indicator of this plan"),
    "an unknown indicator of a sample": (
        'each: "0.5"}',
        'each: "0.5", sample: {indicator: ▸smok, at_least: 8}}',
        "smok is no indicator",
    ),
    "a share of what has no scale": ("when: [{milestone: announced}]", "share_of: ▸announced", "announced has no scale"),
    "nothing that earns it": ("    when: [{milestone: announced}]\n", "", "say what earns it"),
    "two ways to earn it": (
        "when: [{milestone: announced}]",
        "share_of: announced\n    per_unit: {indicator: smoke, to: 10, each: 1}\n    verified_by: [north]",
        "a release is earned by share_of or per_unit or per_time",
    ),
    "figures that nobody verifies": ("    verified_by: [north]\n    advance", "    advance", "figures are verified"),
    "a consent that is nobody's to give here": (
        "when: [{milestone: announced}]",
        "when: [{▸consent: [north]}]",
        "consent is given to a phase; ask it there",
    ),
    "an amount of nothing": ('amount: "10"', 'amount: ▸"0"', "greater than 0"),
    "an amount out of a binary fraction": ('amount: "10"', 'amount: ▸"ten"', "is no figure"),
    "half a smallest amount": ('amount: "10"', 'amount: ▸"10.005"', "not a whole number of the smallest amount, 0.01"),
    "more digits than are kept": (
        'amount: "10"',
        'amount: "10"\n    smallest: ▸"0.00000000000001"',
        "balances are kept to fifteen digits",
    ),
    "an advance of more than all": ('{amount: "1", when', '{amount: ▸"6", when', "the advance is more than all of it"),
    "an advance that is recovered beyond itself": ("recovered: 50%", "recovered: ▸150%", "'150%'"),
    "units that cannot come to it": (
        'each: "0.5"',
        'each: "0.4"',
        "can never be earned in full: the units between from and to come to 4",
    ),
    "a reward for the worse": ("from: 20, to: 10", "from: 10, to: ▸20", "pays for the worse"),
    "due without a time to cure": (
        "    when: [{milestone: announced}]\n",
        "    when: [{milestone: announced}]\n    due: {within: P1Y, from: {program: true}}\n",
        "needs a time to cure",
    ),
    "due and lapsing": (
        "    lapses: {within: P1Y, from: {program: true}}\n",
        "    lapses: {within: P1Y, from: {program: true}}\n    cure: P1M\n    due: {within: P1Y, from: {program: true}}\n",
        "not both",
    ),
    "a time without an anchor": ("lapses: {within: P1Y, from: {program: true}}", "▸lapses: {within: P1Y}", "needs an anchor"),
    "an unknown anchor": (
        "lapses: {within: P1Y, from: {program: true}}",
        "lapses: {within: P1Y, from: {milestone: ▸told}}",
        "told is no",
    ),
    "what never comes about": (
        "when: [{milestone: announced}]",
        "when: [{phase: never}]",
        "this gate can never open",
    ),
    "a cause that is none": (
        "    verified_by: [north]\n    adv",
        "    verified_by: [north]\n    reversed_by: [▸mood]\n    adv",
        "'methodology'",
    ),
}


def test_the_plan_itself_is_sound() -> None:
    assert validate_plan(parse_document(PAYING)).releases["gift"].amount == 10


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place(old: str, new: str, sentence: str) -> None:
    never = "  never: {title: Never, entry: [{phase: never}]}\n" if "phase: never" in new else ""
    assert PAYING.count(old) == 1, old
    marked = PAYING.replace(old, new) + never
    text, before = marked.replace("▸", ""), marked.partition("▸")[0]
    found = [fault for fault in faults(text) if sentence in fault.message]
    assert found, faults(text)
    if "▸" in marked:
        assert (before.count("\n") + 1, len(before) - before.rfind("\n")) in [fault.position for fault in found]


@pytest.mark.parametrize(
    ("amount", "exact"),
    [
        ("{weight: 3, each: 8.73}", "26.19"),
        ("{share: 12.5%, of: 40}", "5"),
        ("{share: 33%, of: 1}", "0.33"),
        ('"10"', "10"),
    ],
)
def test_an_amount_is_reckoned_exactly(amount: str, exact: str) -> None:
    plan = validate_plan(parse_document(PAYING.replace('amount: "10"', f"amount: {amount}")))
    assert plan.releases["gift"].amount == Decimal(exact)


@pytest.mark.parametrize(
    "amount", ["{weight: 3}", "{share: 10%}", "{weight: 3, of: 4}", "{share: 10%, of: 4, weight: 1}", "[3]"]
)
def test_an_amount_that_is_reckoned_from_too_little(amount: str) -> None:
    (fault,) = faults(PAYING.replace('amount: "10"', f"amount: {amount}"))
    assert fault.path == ("releases", "gift", "amount")
