"""Signatures: a consent is bound to the effects, not to the second in which it was previewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rules.effects import DeadlineSet
from rules.entries import Entry
from rules.queries.signature import effects_hash

BEGUN = datetime(2026, 11, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def moved(at: datetime, by: timedelta) -> list[Entry]:
    """A deadline of ten hours that a pause until `at` has moved."""
    due = BEGUN + timedelta(hours=10)
    fact = DeadlineSet(milestone="safety", anchored_at=BEGUN, due_original=due, due_revised=due + by, effective_at=at)
    return [Entry(seq=7, at=at, act="a-1", fact=fact)]


def test_a_date_that_a_pause_moves_by_the_second_stays_the_same_through_its_day() -> None:
    paused = timedelta(days=20)
    asked, signed = moved(NOW, paused), moved(NOW + timedelta(seconds=9), paused + timedelta(seconds=9))
    assert effects_hash(asked) == effects_hash(signed)


def test_a_date_on_another_day_is_another_effect() -> None:
    assert effects_hash(moved(NOW, timedelta(days=20))) != effects_hash(moved(NOW, timedelta(days=21)))
    assert effects_hash(moved(NOW, timedelta(0))) != effects_hash(moved(NOW, timedelta(days=21)))
