"""The details of a program in Temporal's UI."""

from __future__ import annotations

from tests.workflows.conftest import phase, program
from workflows.visibility import details


def test_the_entry_that_is_shown_is_named_as_the_api_names_it() -> None:
    """Who compares the two would take an act that moved no clock for one that was lost."""
    said = details(program("p", 7, [phase("work")]))
    assert "as of `seq` 7 of its ledger; later entries change nothing that is shown here." in said
