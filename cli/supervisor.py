"""The supervisor: starts services in order, restarts those that die, and stops them in reverse order."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cli.child import Service
from cli.start_errors import CannotStart

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
WELL_AFTER = 60.0  # seconds of uptime after which the restart delay is reset


@dataclass(slots=True)
class SupervisedService:
    service: Service
    pause: float = FIRST_PAUSE
    started: float = field(default_factory=time.monotonic)
    due: float | None = None


class Supervisor:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._kept: list[SupervisedService] = []

    def start(self, service: Service) -> None:
        self._kept.append(SupervisedService(service))  # first, so that an interrupted start is still stopped
        service.start()

    def dead(self) -> Service | None:
        return next((kept.service for kept in self._kept if not kept.service.alive), None)

    def tend(self) -> None:
        """Checks each service once; call it a few times a second."""
        now = time.monotonic()
        for kept in self._kept:
            if kept.service.alive:
                continue
            if kept.due is None:
                self._plan_restart(kept, now)
            elif now >= kept.due:
                self._restart(kept)

    def stop(self) -> None:
        while self._kept:
            self._kept.pop().service.stop()

    def _plan_restart(self, kept: SupervisedService, now: float) -> None:
        kept.pause = FIRST_PAUSE if now - kept.started > WELL_AFTER else kept.pause
        kept.due = now + kept.pause
        name, words = kept.service.name, kept.service.last_words()
        self._say(f"{name} stopped unexpectedly: {words} It is started again in {kept.pause:.0f} s.")
        kept.pause = min(kept.pause * 2, LONGEST_PAUSE)

    def _restart(self, kept: SupervisedService) -> None:
        kept.started, kept.due = time.monotonic(), None
        try:
            kept.service.start()
        except CannotStart as reason:
            self._say(str(reason))
        else:
            self._say(f"{kept.service.name} runs again.")
