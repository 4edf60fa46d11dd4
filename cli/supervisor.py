"""The supervisor: starts services in order, restarts those that die, and stops them in reverse order."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cli.child import Restartable
from cli.start_errors import CannotStart

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
WELL_AFTER = 60.0  # seconds of uptime after which the restart delay is reset


@dataclass(slots=True)
class SupervisedService:
    service: Restartable
    pause: float = FIRST_PAUSE
    started: float = field(default_factory=time.monotonic)
    due: float | None = None


class Supervisor:
    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._services: list[SupervisedService] = []

    def start(self, service: Restartable) -> None:
        self._services.append(SupervisedService(service))  # first, so that an interrupted start is still stopped
        service.start()

    def dead(self) -> Restartable | None:
        return next((supervised.service for supervised in self._services if not supervised.service.alive), None)

    def check_services(self) -> None:
        """Checks each service once; call it a few times a second."""
        now = time.monotonic()
        for supervised in self._services:
            if supervised.service.alive:
                continue
            if supervised.due is None:
                self._plan_restart(supervised, now)
            elif now >= supervised.due:
                self._restart(supervised)

    def stop(self) -> None:
        while self._services:
            self._services.pop().service.stop()

    def _plan_restart(self, supervised: SupervisedService, now: float) -> None:
        supervised.pause = FIRST_PAUSE if now - supervised.started > WELL_AFTER else supervised.pause
        supervised.due = now + supervised.pause
        name, words = supervised.service.name, supervised.service.error_lines()
        self._say(f"{name} stopped unexpectedly: {words} It is started again in {supervised.pause:.0f} s.")
        supervised.pause = min(supervised.pause * 2, LONGEST_PAUSE)

    def _restart(self, supervised: SupervisedService) -> None:
        supervised.started, supervised.due = time.monotonic(), None
        try:
            supervised.service.start()
        except CannotStart as reason:
            self._say(str(reason))
        else:
            self._say(f"{supervised.service.name} runs again.")
