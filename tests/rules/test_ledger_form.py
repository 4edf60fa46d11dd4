"""The ledger's form only grows: every later version reads what an earlier one wrote."""

from __future__ import annotations

from tests.rules.ledger_form import form, recorded


def test_no_kind_or_field_is_renamed_or_taken_away() -> None:
    now = form()
    gone = [kind for kind in recorded() if kind not in now]
    gone += [f"{kind}.{field}" for kind, fields in recorded().items() for field in fields if field not in now.get(kind, fields)]
    assert gone == []


def test_a_new_field_of_a_known_kind_has_a_default() -> None:
    """Or the entries that are there already could not be read."""
    before = recorded()
    asked = [
        f"{kind}.{field}"
        for kind, fields in form().items()
        for field, is_required in fields.items()
        if kind in before and is_required == "required" and before[kind].get(field) != "required"
    ]
    assert asked == []


def test_what_is_new_is_written_down() -> None:
    """`python -m tests.rules.ledger_form`, so that a reviewer sees what is for ever."""
    assert form() == recorded()
