"""Routes of acts on a program.

Each takes an `Idempotency-Key`, which is the act's id: the same key with the same content answers with the first receipt.
With `?preview=true` nothing is written, and the response holds the effects of the act.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.act_requests import RECORDED, ActRoute, Doing, Preview, ProgramId, previewed, recorded, refused
from api.callers import Caller
from api.named_documents import filed_of
from api.problems import Invalid, Refused
from api.rate_limit import cost
from api.responses.ledger import ReadingResponse, ReceiptResponse
from api.state import StateOf
from db.queries import LedgerFilter
from db.receipts import BatchRefused
from db.time_slice import TimeSlice
from rules import acts as a
from rules.field_types import Id, Name, StrictModel

router = APIRouter(prefix="/programs/{program}", tags=["acts"], route_class=ActRoute)


@router.post("/evidence", **RECORDED)
async def record_evidence(deed: a.RecordEvidence, acting: Doing) -> Response:
    """Records a document, a statement or an attestation for a milestone."""
    return await acting.do(deed)


@router.post("/evidence/{evidence}/readings", **{**RECORDED, "response_model": ReadingResponse})
async def read_evidence(evidence: Annotated[Id, Path()], acting: Doing, state: StateOf, program: ProgramId) -> Response:
    """Shows restricted evidence to whoever may read it. That it was read is recorded first."""
    answer = await acting.do(a.ReadEvidence(evidence=evidence))
    if answer.status_code != 201:
        return answer  # a preview reads nothing
    (line,) = await state.queries.ledger(program, LedgerFilter(kinds=["evidence_recorded"], subjects=[evidence]))
    fact = line.entry.fact.model_dump(mode="json", exclude_none=True)
    return recorded({"receipt": json.loads(bytes(answer.body)), "evidence": fact})


@router.post("/measurements", **RECORDED)
async def record_measurement(deed: a.RecordMeasurement, acting: Doing) -> Response:
    """Records a figure of an indicator with its producer, edition and source."""
    return await acting.do(deed)


@router.post("/verifications", **RECORDED)
async def verify(deed: a.Verify, acting: Doing) -> Response:
    """Verifies evidence or a measurement that somebody of another party has recorded."""
    return await acting.do(deed)


@router.post("/returns", **RECORDED)
async def return_evidence(deed: a.ReturnEvidence, acting: Doing) -> Response:
    """Sends evidence or a measurement back, with the reason."""
    return await acting.do(deed)


@router.post("/withdrawals", **RECORDED)
async def withdraw_evidence(deed: a.WithdrawEvidence, acting: Doing) -> Response:
    """Takes evidence back. What was achieved on it is not undone, but its reversal is proposed."""
    return await acting.do(deed)


@router.post("/observations", **RECORDED)
async def observe(deed: a.Observe, acting: Doing) -> Response:
    """Answers a finding before it is determined."""
    return await acting.do(deed)


@router.post("/determinations", **RECORDED)
async def determine(deed: a.Determine, acting: Doing) -> Response:
    """Decides a milestone, or that a stability period was not kept after all; or, `preliminary`, says what is intended."""
    return await acting.do(deed)


@router.post("/assessments", **RECORDED)
async def assess(deed: a.Assess, acting: Doing) -> Response:
    """Says how a milestone stands on an assessor's own scale. It decides nothing."""
    return await acting.do(deed)


@router.post("/consents", **RECORDED)
async def consent(deed: a.Consent, acting: Doing) -> Response:
    """A party's consent to the opening of a phase, to its completion, or to a proposal."""
    return await acting.do(deed)


@router.post("/take-backs", **RECORDED)
async def take_back(deed: a.TakeBack, acting: Doing) -> Response:
    """Takes back a verification, a return, a determination, a consent or an admission that was a mistake.

    The entry stays, and the new one names it. What stood on it is found again; a preview shows what falls.
    """
    return await acting.do(deed)


@router.post("/phases/{phase}/advance", **RECORDED)
async def advance_phase(phase: Annotated[Name, Path()], acting: Doing) -> Response:
    """Opens a phase whose entry gate is met; refused with what blocks it otherwise."""
    return await acting.do(a.AdvancePhase(phase=phase))


@router.post("/suspensions", **RECORDED)
async def suspend_program(deed: a.SuspendProgram, acting: Doing) -> Response:
    """Stops clocks and gates at once; evidence and incidents are still accepted."""
    return await acting.do(deed)


@router.post("/resumptions", **RECORDED)
async def resume_program(deed: a.ResumeProgram, acting: Doing) -> Response:
    """Ends a suspension; due dates have moved by its length."""
    return await acting.do(deed)


@router.post("/terminations", **RECORDED)
async def terminate_program(deed: a.TerminateProgram, acting: Doing) -> Response:
    """Ends the program for good."""
    return await acting.do(deed)


@router.post("/members", **RECORDED)
async def admit_member(deed: a.AdmitMember, acting: Doing) -> Response:
    """Admits a person in one role for one party, which its own representative does where it has one."""
    return await acting.do(deed)


@router.post("/members/removals", **RECORDED)
async def remove_member(deed: a.RemoveMember, acting: Doing) -> Response:
    """Ends a membership."""
    return await acting.do(deed)


class BatchAct(StrictModel):
    """One act of a batch, under a key of its own."""

    key: Id
    deed: a.Deed


class Batch(StrictModel):
    acts: tuple[BatchAct, ...] = Field(min_length=1, max_length=500)


@router.post("/acts", **{**RECORDED, "response_model": list[ReceiptResponse]})
async def record_all(
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    batch: Batch,
    preview: Preview = False,  # noqa: FBT002  a query flag
) -> Response:
    """Records many acts of the caller in one transaction: all of them, or none but the refusal.

    A refusal names the act by its place in `faults`.
    """
    caller.check_acts()
    caller.check_scope(program)
    if any(isinstance(act.deed, a.StartProgram) for act in batch.acts):
        raise Invalid("unreadable", "A program is started with POST /programs, not in a batch.")
    acts = [a.Act(id=act.key, actor=caller.actor, deed=act.deed) for act in batch.acts]
    state.allowances.take(caller.person, cost(acts, preview=preview))
    if filed := await filed_of(state, caller, program, (act.deed for act in batch.acts)):
        acts = [act.model_copy(update={"filed": filed & a.hashes_named_by(act.deed)}) for act in acts]
    if preview:
        return await previewed(state, program, *acts)
    outcome = await state.recorder.record_all(program, acts)
    if isinstance(outcome, BatchRefused):
        problem = refused(outcome.refused)
        if isinstance(problem, Refused):
            problem.more["faults"] = [{"where": f"acts.{outcome.index}", "message": outcome.refused.reason}]
        raise problem
    time_slice, answers = TimeSlice(), []
    for receipt in outcome:
        answers.append(ReceiptResponse.plain(receipt))
        await time_slice.pause()
    return recorded(answers)
