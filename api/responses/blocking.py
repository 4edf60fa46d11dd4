"""Response models of what blocks a program: closed gates, proposed reversals, pending money and overdue acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.responses.checks import OverdueCheck, overdue_checks
from api.responses.next_acts import ActResponse, NextActs
from api.responses.owed import OwedOfProgramResponse
from api.responses.phases import BlockingResponse
from api.responses.releases import AwaitedResponse, SuspendedResponse, suspended
from rules.checks.health import LastRun
from rules.explanations.explain import Blocking, blocking
from rules.explanations.outstanding import OutstandingAct, outstanding_at
from rules.explanations.unblocking import unblocking
from rules.program import Program
from rules.releases.awaiting import awaited_by
from rules.releases.pending import is_pending
from rules.releases.windows import remaining, runs_out_at
from rules.times import Instant


class GateResponse(BlockingResponse):
    """One unmet criterion of a next gate, with what would bring it on, and with what is waited for in vain."""

    overdue_since: Instant | None = Field(description="since when what it waits for is overdue; null: none of it is")
    unblocked_by: list[ActResponse] = Field(
        description="acts that would bring it on; none: only time, or what no act here does"
    )
    overdue_checks: list[OverdueCheck] | None = Field(
        description="checks that it relies on whose sources have not answered for too long; null: not kept of a past instant"
    )


class ReversalResponse(BaseModel):
    """A milestone that was achieved and is proposed to be reversed: it counts until somebody determines that."""

    milestone: str
    title: str
    sentence: str
    made_at: Instant
    observable_until: Instant | None
    owes: list[str]
    since: Instant | None
    unblocked_by: list[ActResponse]


class MoneyResponse(BaseModel):
    """A release of which something waits. `GET /programs/{program}/releases` has its terms and accounts."""

    release: str
    title: str
    unit: str
    waiting: str = Field(description="what of it can still be earned: not paid yet, advanced, or suspended")
    until: Instant | None = Field(
        description="when the first part of that is suspended or lost; null: no time is set, or not known"
    )
    to_be_decided: bool = Field(description="something that was shown for it waits for a verifier or a determination")
    suspended: list[SuspendedResponse]
    waits_for: list[AwaitedResponse]


class BlockedResponse(BaseModel):
    """All that blocks a program at an instant."""

    at: Instant
    gates: list[GateResponse]
    reversals: list[ReversalResponse]
    money: list[MoneyResponse]
    overdue: list[OwedOfProgramResponse] = Field(description="what is still owed though its date has passed, longest first")

    @classmethod
    def of(cls, id: UUID, program: Program, last: Mapping[str, LastRun] | None, at: datetime) -> BlockedResponse:  # noqa: A002  the field's name
        """`last` are the last runs of the checks; None where they are not known."""
        owed, next_acts = outstanding_at(program, at), NextActs(id, program, at)
        late = [one for one in owed if one.overdue_from is not None and one.overdue_from <= at]
        return cls(
            at=at,
            gates=[_gate(program, block, owed, next_acts, last, at) for block in blocking(program, at)],
            reversals=_reversals(program, owed, next_acts),
            money=_money(program, at),
            overdue=[
                OwedOfProgramResponse.of(program, one, next_acts, at)
                for one in sorted(late, key=lambda o: o.overdue_from or at)
            ],
        )


def _gate(  # noqa: PLR0913, PLR0917  all that a gate is told by
    program: Program,
    block: Blocking,
    owed: Sequence[OutstandingAct],
    next_acts: NextActs,
    last: Mapping[str, LastRun] | None,
    at: datetime,
) -> GateResponse:
    waits = unblocking(program, block, owed)
    late = [one.overdue_from for one in waits if one.overdue_from is not None and one.overdue_from <= at]
    return GateResponse(
        **BlockingResponse.of(block).model_dump(),
        overdue_since=min(late, default=None),
        unblocked_by=next_acts.resume_acts() if block.criterion == "program: running" else _acts(waits, next_acts),
        overdue_checks=None if last is None else overdue_checks(program, block.relies_on, last, at),
    )


def _reversals(program: Program, owed: Sequence[OutstandingAct], next_acts: NextActs) -> list[ReversalResponse]:
    found = []
    for name, state in program.milestones.items():
        finding = state.finding
        if finding is None or finding.proposes != "reversal" or program.ended_at is not None:
            continue
        waits = [one for one in owed if one.owed.name == name and one.owed.kind in {"observation", "determination"}]
        found.append(
            ReversalResponse(
                milestone=name,
                title=program.plan.milestones[name].title,
                sentence=finding.sentence,
                made_at=finding.made_at,
                observable_until=finding.observable_until,
                owes=[one.owed.party for one in waits],
                since=min((one.owed.since for one in waits), default=None),
                unblocked_by=_acts(waits, next_acts),
            )
        )
    return found


def _money(program: Program, at: datetime) -> list[MoneyResponse]:
    waiting = {name: awaited_by(program, name, at) for name, _ in program.paying}
    return [
        MoneyResponse(
            release=name,
            title=program.plan.releases[name].title,
            unit=program.plan.releases[name].unit,
            waiting=f"{remaining(program, name):f}",
            until=runs_out_at(program, name),
            to_be_decided=is_pending(program, name, at),
            suspended=suspended(program, name),
            waits_for=[AwaitedResponse.of(one) for one in waits],
        )
        for name, waits in waiting.items()
        if waits
    ]


def _acts(waits: Sequence[OutstandingAct], next_acts: NextActs) -> list[ActResponse]:
    """What several owe alike is one act, for all of them."""
    found: dict[tuple[str, str, str], ActResponse] = {}
    for act in (act for one in waits for act in next_acts.of(one.owed)):
        key = (act.kind, act.route, str(act.body))
        known = found.setdefault(key, act)
        known.parties = list(dict.fromkeys((*known.parties, *act.parties)))
    return list(found.values())
