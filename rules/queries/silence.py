"""The time limits of a proposal: when silence means consent, and when it lapses."""

from __future__ import annotations

from datetime import datetime

from rules import dates
from rules.language.procedures import Procedure
from rules.program import Program
from rules.vocabulary.matters import ExtendSilence
from rules.vocabulary.proposals import Proposal


def silence_ends(program: Program, proposal: Proposal) -> datetime | None:
    """When silence means consent; None where it never does, or until all parties have had notice."""
    procedure = program.plan.procedures.get(proposal.procedure)
    if procedure is None or procedure.silence is None or isinstance(proposal.matter, ExtendSilence):
        return None
    if proposal.objections.intersection(procedure.asked):
        return None  # one objection stops the silence of all
    if proposal.silence_until is not None:
        return proposal.silence_until
    silent = [party for party in procedure.asked if party not in proposal.consents and party not in proposal.objections]
    if not silent or any(party not in proposal.notices for party in silent):
        return None
    return _add_running_time(program, procedure, max(proposal.notices[party] for party in silent), procedure.silence)


def lapses_at(program: Program, proposal: Proposal) -> datetime | None:
    """When an open proposal lapses; None: never."""
    procedure = program.plan.procedures.get(proposal.procedure)
    if procedure is None or procedure.within is None:
        return None
    return _add_running_time(program, procedure, proposal.made_at, procedure.within)


def _add_running_time(program: Program, procedure: Procedure, since: datetime, length: str) -> datetime | None:
    """A duration after an instant, without the calendar windows that pause the procedure."""
    zone = program.plan.time_zone
    lost = program.plan.windows(procedure.paused_in)
    return dates.shift_date(dates.end_after(since, length, zone), lost, since, length, zone)
