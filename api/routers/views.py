"""Routes that read parts of one program: phases, milestones, blocking, owed, figures, members, incidents.

Each reads the program now, or `at` an instant in the past.
"""

from __future__ import annotations

from fastapi import APIRouter

from api.load_program import ProgramReadOf
from api.problem_responses import READS
from api.responses.assessments import AssessedResponse
from api.responses.blocking import BlockedResponse
from api.responses.figures import IndicatorResponse
from api.responses.owed import OwedOfProgramResponse
from api.responses.phases import ClockResponse, MilestoneResponse, PhaseResponse
from api.responses.programs import IncidentResponse, MemberResponse, ProgramResponse, incidents, members
from api.responses.reciprocity import ReciprocityResponse
from api.state import StateOf
from db.event_loop import TimeSlice
from rules.explanations.owing import OwedKind
from rules.field_types import Name
from rules.reactions.clocks import clocks

router = APIRouter(prefix="/programs/{program}", tags=["programs"])


@router.get("", responses=READS)
async def get_program(read: ProgramReadOf) -> ProgramResponse:
    """One program as it stands, or as it was known `at` an instant."""
    return ProgramResponse.of(read.id, read.program, read.at)


@router.get("/phases", responses=READS)
async def get_phases(read: ProgramReadOf) -> list[PhaseResponse]:
    """Its phases, in the order of the plan, with what blocks each."""
    time_slice, phases = TimeSlice(), list[PhaseResponse]()
    for name in read.program.plan.phases:
        phases.append(PhaseResponse.of(read.program, name, read.at))
        await time_slice.pause()
    return phases


@router.get("/milestones", responses=READS)
async def get_milestones(read: ProgramReadOf, phase: Name | None = None) -> list[MilestoneResponse]:
    """Its milestones: what shows each, what is found, and original, revised and actual dates."""
    program = read.program
    time_slice, milestones = TimeSlice(), list[MilestoneResponse]()
    for name in program.plan.milestones:
        if phase is None or program.plan.phase_of[name] == phase:
            milestones.append(MilestoneResponse.of(program, name, read.at))
            await time_slice.pause()
    return milestones


@router.get("/blocking", responses=READS)
async def get_blocking(state: StateOf, read: ProgramReadOf) -> BlockedResponse:
    """What blocks it: unmet criteria of the next gates, reversals that are proposed, money that waits, and what is overdue.

    Each with who owes the next act, since when, and the acts that would unblock it.
    """
    runs = await state.runs.of(read.id) if read.program.plan.checks else {}
    return BlockedResponse.of(read.id, read.program, None if read.is_past else runs, read.at)


@router.get("/owed", responses=READS)
async def get_owed_of_program(
    read: ProgramReadOf, party: Name | None = None, kind: OwedKind | None = None
) -> list[OwedOfProgramResponse]:
    """What is owed in it, by whom, since when and until when, with the acts by which each is done."""
    return OwedOfProgramResponse.all_of(read.id, read.program, read.at, party=party, kind=kind)


@router.get("/reciprocity", responses=READS)
async def get_reciprocity(read: ProgramReadOf) -> list[ReciprocityResponse]:
    """What each party owes, since when; and what it has kept, was late with, was waived and has broken."""
    return ReciprocityResponse.all_of(read.program, read.at)


@router.get("/clocks", responses=READS)
async def get_clocks(read: ProgramReadOf) -> list[ClockResponse]:
    """What happens when nobody acts, soonest first."""
    return [ClockResponse.of(clock, read.at) for clock in clocks(read.program)]


@router.get("/figures", responses=READS)
async def get_figures(read: ProgramReadOf) -> list[IndicatorResponse]:
    """Its indicators: which figure counts, or why none does, and the verified figures that stand, oldest first."""
    return [IndicatorResponse.of(read.program, name, read.at) for name in read.program.plan.indicators]


@router.get("/members", responses=READS)
async def get_members(read: ProgramReadOf) -> list[MemberResponse]:
    """Its members: who, in which role, for which party or body."""
    return members(read.program)


@router.get("/assessments", responses=READS)
async def get_assessments(read: ProgramReadOf) -> list[AssessedResponse]:
    """Its milestones as each assessor of the plan sees them, side by side; those that nobody has assessed are left out."""
    program = read.program
    return [AssessedResponse.of(program, name) for name in program.plan.milestones if program.milestone(name).assessments]


@router.get("/incidents", responses=READS)
async def get_incidents(read: ProgramReadOf) -> list[IncidentResponse]:
    """Its incidents, newest first by when they happened."""
    return incidents(read.program)
