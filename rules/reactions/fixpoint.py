"""The fixpoint: facts are appended to a program, each with all its effects, until no effect follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rules import effects
from rules.acts import Actor
from rules.entries import Entry, Fact
from rules.evolve import evolve
from rules.field_types import Id
from rules.language.dependents import Subject
from rules.program import Program
from rules.queries.affected import Agenda
from rules.queries.deadlines import missed_effects
from rules.reactions.clocks import Clock, clocks_after, deadline_clocks
from rules.reactions.consequences import Step
from rules.reactions.inactivity import stalls_found
from rules.vocabulary.standing import Standing

MOST_ROUNDS = 10_000


class DoesNotSettle(RuntimeError):
    """Effects follow from each other without end: a fault of the law, never of an act."""


class Fixpoint:
    """A program to which facts are appended with all their effects.

    It starts at a fixpoint: no effect follows from what is recorded. So only what the new facts touch is evaluated;
    `look_at_everything` is for new programs.
    """

    def __init__(
        self, program: Program, act: Id, at: datetime, steps: Sequence[Step], running: tuple[Clock, ...] | None = None
    ) -> None:
        """`steps` are in the order that is law; `running` are the program's clocks, if the caller has them."""
        self.program = program
        self.entries: list[Entry] = []
        self.changed: set[Subject] | None = set()
        """The subjects that the entries have changed; None: any of them."""
        self._act, self._at, self._steps = act, at, steps
        self._agenda = Agenda()
        self._running = running or ()
        self._running_of = program if running is not None else None

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The running clocks, soonest first."""
        self._running = clocks_after(self.program, self._running_of, self._running)
        self._running_of = self.program
        return self._running

    def look_at_everything(self) -> None:
        self._agenda.put_everything(self.program)

    def append(self, fact: Fact, actor: Actor | None = None, content: str | None = None) -> None:
        entry = Entry.model_construct(
            seq=self.program.seq + 1, at=self._at, act=self._act, actor=actor, content=content, fact=fact
        )
        self.entries.append(entry)
        self.program = evolve(self.program, entry)
        subjects = self._agenda.put(self.program, fact)
        if subjects is None:
            self.changed = None
        elif self.changed is not None:
            self.changed.update(subjects)

    def settle_clocks(self, until: datetime, *, inclusive: bool) -> None:
        """Strikes every clock due by `until`, soonest first, with all effects. Clocks of one instant strike together."""
        for _ in range(MOST_ROUNDS):
            due = [clock for clock in self.clocks if clock.due_at < until or (inclusive and clock.due_at == until)]
            if not due:
                return
            # A clock found due late (an incident was dismissed after its time) takes effect now.
            at = max(due[0].due_at, self.program.settled_to)
            self._strike([clock for clock in due if clock.due_at <= at], at)
        raise DoesNotSettle(f"clocks up to {until} do not come to an end")

    def _strike(self, together: Sequence[Clock], at: datetime) -> None:
        """Strikes the clocks of one instant. A suspension by one of them takes effect after all have counted.

        A date that lasts through its day has passed before this instant, which begins the next day. At a date with an hour,
        the effects of the other clocks are still in time.
        """
        exact = [clock for clock in together if self._is_due_now(clock)]
        self._count([clock for clock in together if clock not in exact], at)
        if exact:
            running = set(deadline_clocks(self.program))
            self._count([clock for clock in exact if clock in running], at)
        if self.program.standing is not Standing.RUNNING and any(clock.kind == "inactivity" for clock in together):
            for stall in stalls_found(self.program, at):
                self.append(stall)

    def _is_due_now(self, clock: Clock) -> bool:
        due = self.program.milestone(_milestone(clock)).due if clock.kind == "deadline" else None
        return due is not None and due.revised == clock.due_at

    def _count(self, together: Sequence[Clock], at: datetime) -> None:
        for clock in together:
            self.append(effects.ClockStruck(clock=clock.name, due_at=clock.due_at))
            match clock.kind:
                case "stability":
                    self.append(effects.StabilityCompleted(phase=clock.phase, effective_at=at))
                case "deadline":
                    self.append(effects.DeadlineMissed(milestone=_milestone(clock), effective_at=clock.due_at))
                case _:
                    pass  # clocks due at that instant are handled by the next settling
        for effect in missed_effects(self.program, [_milestone(clock) for clock in together if clock.kind == "deadline"], at):
            self.append(effect)
        self.settle(at)

    def settle(self, at: datetime) -> None:
        """Appends effects until none follows at this instant."""
        for _ in range(MOST_ROUNDS):
            if self.program.ended_at is not None:
                return
            for step in self._steps:
                if following := tuple(step(self.program, at, self._agenda)):
                    break
            else:
                self._agenda.clear()
                return
            for effect in following:
                self.append(effect)
        raise DoesNotSettle(f"effects at {at} do not come to an end")


def _milestone(clock: Clock) -> str:
    return clock.name.removeprefix("deadline.")
