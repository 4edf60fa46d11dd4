import time

import pytest

from cli.start_errors import PortsTaken
from cli.supervisor import Supervisor


class Fake:
    """A service that dies when it is told to."""

    def __init__(self, name: str, story: list[str]) -> None:
        self.name, self.story, self.alive, self.broken = name, story, False, False

    def start(self) -> None:
        self.story.append(f"start {self.name}")
        if self.broken:
            raise PortsTaken([(self.name, 1, "--port")], [2])
        self.alive = True

    def stop(self) -> None:
        self.story.append(f"stop {self.name}")
        self.alive = False

    def error_lines(self) -> str:
        return "oh."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_what_was_started_last_is_stopped_first() -> None:
    story: list[str] = []
    keeper = Supervisor(story.append)
    for name in ("database", "api"):
        keeper.start(Fake(name, story))
    keeper.stop()
    assert story == ["start database", "start api", "stop api", "stop database"]


def test_the_dead_are_started_again_with_growing_pauses(clock: list[float]) -> None:
    story: list[str] = []
    keeper, api = Supervisor(story.append), Fake("api", story)
    keeper.start(api)
    for second in range(1, 100):
        clock[0] = float(second)
        api.alive = False
        keeper.check_services()
    pauses = [line.split()[-2] for line in story if "unexpectedly" in line]
    assert pauses[:6] == ["1", "2", "4", "8", "16", "30"]


def test_a_restart_that_fails_is_said_and_tried_again(clock: list[float]) -> None:
    story: list[str] = []
    keeper, api = Supervisor(story.append), Fake("api", story)
    keeper.start(api)
    api.alive, api.broken = False, True
    for second in (1.0, 2.0, 3.0):
        clock[0] = second
        keeper.check_services()
    api.broken = False
    for second in (5.0, 6.0):
        clock[0] = second
        keeper.check_services()
    assert any("1, where api should listen" in line for line in story)
    assert story[-1] == "api runs again."
    assert keeper.dead() is None
