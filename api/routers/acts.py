"""Routes of acts on a program.

Each takes an `Idempotency-Key`, which is the act's id: the same key with the same content answers with the first receipt.
With `?preview=true` nothing is written, and the response holds the effects of the act.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.act_documents import filed_documents
from api.act_requests import (
    RECORDED,
    ActRequestOf,
    ActRoute,
    Preview,
    ProgramId,
    preview_response,
    receipt_response,
    refusal_problem,
)
from api.callers import Caller
from api.problems import Invalid, Refused
from api.rate_limit import act_units
from api.responses.ledger import ReadingResponse, ReceiptResponse
from api.state import StateOf
from db.event_loop import TimeSlice
from db.queries import LedgerFilter
from db.receipts import BatchRefused
from rules import acts as a
from rules.field_types import Id, Name, StrictModel

router = APIRouter(prefix="/programs/{program}", tags=["acts"], route_class=ActRoute)


@router.post("/evidence", **RECORDED)
async def record_evidence(deed: a.RecordEvidence, request: ActRequestOf) -> Response:
    """Records a document, a statement or an attestation for a milestone."""
    return await request.perform(deed)


@router.post("/evidence/{evidence}/readings", **{**RECORDED, "response_model": ReadingResponse})
async def read_evidence(evidence: Annotated[Id, Path()], request: ActRequestOf, state: StateOf, program: ProgramId) -> Response:
    """Shows restricted evidence to whoever may read it. That it was read is recorded first."""
    answer = await request.perform(a.ReadEvidence(evidence=evidence))
    if answer.status_code != 201:
        return answer  # a preview reads nothing
    (line,) = await state.queries.ledger(program, LedgerFilter(kinds=["evidence_recorded"], subjects=[evidence]))
    fact = line.entry.fact.model_dump(mode="json", exclude_none=True)
    return receipt_response({"receipt": json.loads(bytes(answer.body)), "evidence": fact})


@router.post("/measurements", **RECORDED)
async def record_measurement(deed: a.RecordMeasurement, request: ActRequestOf) -> Response:
    """Records a figure of an indicator with its producer, edition and source."""
    return await request.perform(deed)


@router.post("/verifications", **RECORDED)
async def verify(deed: a.Verify, request: ActRequestOf) -> Response:
    """Verifies evidence or a measurement that somebody of another party has recorded."""
    return await request.perform(deed)


@router.post("/returns", **RECORDED)
async def return_evidence(deed: a.ReturnEvidence, request: ActRequestOf) -> Response:
    """Sends evidence or a measurement back, with the reason."""
    return await request.perform(deed)


@router.post("/withdrawals", **RECORDED)
async def withdraw_evidence(deed: a.WithdrawEvidence, request: ActRequestOf) -> Response:
    """Takes evidence back. What was achieved on it is not undone, but its reversal is proposed."""
    return await request.perform(deed)


@router.post("/observations", **RECORDED)
async def observe(deed: a.Observe, request: ActRequestOf) -> Response:
    """Answers a finding before it is determined."""
    return await request.perform(deed)


@router.post("/determinations", **RECORDED)
async def determine(deed: a.Determine, request: ActRequestOf) -> Response:
    """Decides a milestone, or that a stability period was not kept after all; or, `preliminary`, says what is intended."""
    return await request.perform(deed)


@router.post("/assessments", **RECORDED)
async def assess(deed: a.Assess, request: ActRequestOf) -> Response:
    """Says how a milestone stands on an assessor's own scale. It decides nothing."""
    return await request.perform(deed)


@router.post("/consents", **RECORDED)
async def consent(deed: a.Consent, request: ActRequestOf) -> Response:
    """A party's consent to the opening of a phase, to its completion, or to a proposal."""
    return await request.perform(deed)


@router.post("/take-backs", **RECORDED)
async def take_back(deed: a.TakeBack, request: ActRequestOf) -> Response:
    """Takes back a verification, a return, a determination, a consent or an admission that was a mistake.

    The entry stays, and the new one names it. What stood on it is found again; a preview shows what falls.
    """
    return await request.perform(deed)


@router.post("/phases/{phase}/advance", **RECORDED)
async def advance_phase(phase: Annotated[Name, Path()], request: ActRequestOf) -> Response:
    """Opens a phase whose entry gate is met; refused with what blocks it otherwise."""
    return await request.perform(a.AdvancePhase(phase=phase))


@router.post("/suspensions", **RECORDED)
async def suspend_program(deed: a.SuspendProgram, request: ActRequestOf) -> Response:
    """Stops clocks and gates at once; evidence and incidents are still accepted."""
    return await request.perform(deed)


@router.post("/resumptions", **RECORDED)
async def resume_program(deed: a.ResumeProgram, request: ActRequestOf) -> Response:
    """Ends a suspension; due dates have moved by its length."""
    return await request.perform(deed)


@router.post("/terminations", **RECORDED)
async def terminate_program(deed: a.TerminateProgram, request: ActRequestOf) -> Response:
    """Ends the program for good."""
    return await request.perform(deed)


@router.post("/members", **RECORDED)
async def admit_member(deed: a.AdmitMember, request: ActRequestOf) -> Response:
    """Admits a person in one role for one party, which its own representative does where it has one."""
    return await request.perform(deed)


@router.post("/members/removals", **RECORDED)
async def remove_member(deed: a.RemoveMember, request: ActRequestOf) -> Response:
    """Ends a membership."""
    return await request.perform(deed)


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
    caller.check_can_act()
    caller.check_scope(program)
    if any(isinstance(act.deed, a.StartProgram) for act in batch.acts):
        raise Invalid("unreadable", "A program is started with POST /programs, not in a batch.")
    acts = [a.Act(id=act.key, actor=caller.actor, deed=act.deed) for act in batch.acts]
    state.rate_limits.take(caller.person, act_units(acts, preview=preview))
    if filed := await filed_documents(state, caller, program, (act.deed for act in batch.acts)):
        acts = [act.model_copy(update={"filed": filed & a.document_hashes(act.deed)}) for act in acts]
    if preview:
        return await preview_response(state, program, *acts)
    outcome = await state.recorder.record_all(program, acts)
    if isinstance(outcome, BatchRefused):
        problem = refusal_problem(outcome.refused)
        if isinstance(problem, Refused):
            problem.more["faults"] = [{"where": f"acts.{outcome.index}", "message": outcome.refused.reason}]
        raise problem
    time_slice, answers = TimeSlice(), []
    for receipt in outcome:
        answers.append(ReceiptResponse.to_plain_data(receipt))
        await time_slice.pause()
    return receipt_response(answers)
