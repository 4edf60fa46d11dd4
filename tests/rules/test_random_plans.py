"""Properties of every valid plan; `python -m tests.rules.random_plans` tries any number."""

from __future__ import annotations

from random import Random

import pytest

from tests.rules.random_plan import Writer
from tests.rules.random_plans import tried

PLANS = 60
"""So many take some seconds."""


@pytest.mark.parametrize("number", range(4))
def test_a_sound_plan_ends_where_everybody_does_what_is_owed_and_holds_whatever_they_do(number: int) -> None:
    came = [tried(f"made:{one}") for one in range(number, PLANS, 4)]
    assert came.count("sound") > len(came) / 3


def test_a_date_counted_anew_from_an_opening_does_not_lift_the_consents_to_that_opening() -> None:
    """It moves with the day on which the last one signs, and nothing that was consented to is another for it."""
    assert tried("1:6021") == "sound"


def test_a_plan_is_written_again_by_its_seed() -> None:
    assert Writer(Random("7")).written() == Writer(Random("7")).written()  # noqa: S311  chance that can be had again
