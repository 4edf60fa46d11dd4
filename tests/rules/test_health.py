"""The health of a check: whether its source answers, and when officers are told of a lasting failure."""

from __future__ import annotations

import pytest

from rules import acts as a
from rules.checks.health import Health, LastRun, health
from tests.rules.checked_plan import CHECKED
from tests.rules.small_plan import World, day

ANSWERED = LastRun(day(0), day(1), day(1), "read", "1 figures of the edition 2025.", answered_at=day(1))
FAILED = LastRun(day(0), day(5), day(5), "no_answer", "Nobody listens.", None, day(1), failures=3, failing_since=day(3))


@pytest.fixture
def world() -> World:
    return World(**{name: CHECKED[name] for name in ("hosts", "sources", "checks")})


@pytest.mark.parametrize(
    ("last", "on", "how"),
    [
        (None, 1, Health.NEVER_RUN),
        (None, 14.1, Health.OVERDUE),
        (LastRun(day(10)), 20, Health.NEVER_RUN),
        (ANSWERED, 10, Health.OK),
        (ANSWERED, 15.1, Health.OVERDUE),
        (FAILED, 10, Health.FAILING),
        (FAILED, 15.1, Health.OVERDUE),
    ],
    ids=["at first", "never for 14 days", "watched later", "answered", "then silent", "failing", "failing for long"],
)
def test_a_check_is_overdue_when_its_source_gave_no_good_answer_for_too_long(
    world: World, last: LastRun | None, on: float, how: Health
) -> None:
    found, sentence = health(world.program, "smoke", last, day(on))
    assert found is how
    assert sentence


def test_a_failing_check_says_how_often_and_why(world: World) -> None:
    _, sentence = health(world.program, "smoke", FAILED, day(10))
    assert sentence == "Without an answer 3 times in a row, since 2025-03-04 (Asia/Baghdad): Nobody listens."


def test_a_paused_check_is_not_overdue_and_is_counted_anew_when_it_is_resumed(world: World) -> None:
    world.given("olga", a.PauseCheck(check="smoke", reason="The Observatory moves."), day(2))
    assert health(world.program, "smoke", ANSWERED, day(40)) == (Health.PAUSED, "Paused: The Observatory moves.")
    world.given("olga", a.ResumeCheck(check="smoke", reason="It has moved."), day(40))
    assert health(world.program, "smoke", ANSWERED, day(50))[0] is Health.OK
    assert health(world.program, "smoke", ANSWERED, day(55))[0] is Health.OVERDUE


def test_a_check_goes_on_while_the_program_is_suspended(world: World) -> None:
    world.given("cleo", a.SuspendProgram(reason="Let us see."), day(2))
    assert health(world.program, "smoke", ANSWERED, day(10))[0] is Health.OK
