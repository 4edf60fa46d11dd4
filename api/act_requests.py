"""Requests for acts: reading an act from a body, recording or previewing it, and building the response."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json
from starlette.requests import ClientDisconnect

from api.act_documents import filed_documents
from api.callers import Caller, caller_from
from api.identity import CallerInfo
from api.json_body import ExactRequest, JsonRoute
from api.problem_responses import WRITES
from api.problems import NotFound, Refused
from api.rate_limit import act_units
from api.responses.ledger import PreviewResponse, ReceiptResponse
from api.state import State, StateOf, state_of
from api.strict_queries import USUAL
from db.receipts import Receipt
from rules import acts as a
from rules.field_types import Id, Sha256, StrictModel, Text
from rules.refusals import Code
from rules.refusals import Refused as RefusedAct
from rules.text_formats import ID

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=ID,
        description="chosen by you; the act's id",
        examples=["7f9c2ba4-1"],
    ),
]
Preview = Annotated[bool, Query(description="judge the act and say what it would do; write nothing")]
Shown = Annotated[
    Sha256 | None, Query(alias="effects", description="`effects` of a preview: refused if the act would have others by now")
]
ProgramId = Annotated[UUID, Path(alias="program")]

RECORDED: dict[str, Any] = {
    "status_code": 201,
    "response_model": ReceiptResponse,
    "responses": {**WRITES, 200: {"model": PreviewResponse, "description": "with preview: what the act would do"}},
}


class Reasoned(StrictModel):
    """Why."""

    reason: Text


async def perform(state: State, caller: CallerInfo, program: UUID, act: a.Act, *, preview: bool) -> Response:
    """Records an act, or previews it. Raises Refused, Forbidden, NotFound or TooMuch."""
    caller.check_can_act()
    caller.check_scope(program)
    if units := act_units((act,), preview=preview):
        state.rate_limits.take(caller.person, units)
    if preview:
        return await preview_response(state, program, act)
    outcome = await state.recorder.record_and_answer(program, act, _receipt_body)
    if isinstance(outcome, RefusedAct):
        raise refusal_problem(outcome)
    return outcome


def _receipt_body(receipt: Receipt) -> Response:
    return receipt_response(ReceiptResponse.to_plain_data(receipt))


async def preview_response(state: State, program: UUID, *acts: a.Act) -> Response:
    """The response for acts that are decided in order and not written. Raises Refused or NotFound."""
    decided = await state.recorder.preview(program, *acts)
    if isinstance(decided, RefusedAct):
        raise refusal_problem(decided)
    # Serialised here once: FastAPI would validate and serialise a response model a second time.
    return Response(PreviewResponse.of(decided).model_dump_json(exclude_none=True), media_type="application/json")


def refusal_problem(refusal: RefusedAct) -> Refused | NotFound:
    """The problem for a refusal of the law. A refused stranger gets NotFound and learns nothing of the program."""
    if refusal.code == Code.PROGRAM_UNKNOWN:
        return NotFound("program")
    return Refused(refusal)


def receipt_response(receipts: dict[str, Any] | list[dict[str, Any]]) -> Response:
    """The response for receipts, as plain data: FastAPI would validate and serialise a response model a second time."""
    return Response(to_json(receipts), 201, media_type="application/json")


class ActRequest:
    """The context of an act: caller, program, idempotency key and preview options. A dependency of routes."""

    def __init__(  # noqa: PLR0913  what a request for an act says
        self, state: State, caller: CallerInfo, program: UUID, key: str, *, preview: bool, effects: str | None = None
    ) -> None:
        self._state, self._caller, self._program = state, caller, program
        self._key, self._preview, self._effects = key, preview, effects

    async def perform(self, deed: a.Deed) -> Response:
        filed = await filed_documents(self._state, self._caller, self._program, (deed,))
        act = a.Act(id=self._key, actor=self._caller.actor, deed=deed, effects=self._effects, filed=filed)
        return await perform(self._state, self._caller, self._program, act, preview=self._preview)


async def _act_request(  # noqa: PLR0913, PLR0917  what a request for an act says
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    key: Key,
    preview: Preview = False,  # noqa: FBT002  a query flag
    effects: Shown = None,
) -> ActRequest:
    # An async function: FastAPI calls a class that is a dependency in a thread pool.
    return ActRequest(state, caller, program, key, preview=preview, effects=effects)


ActRequestOf = Annotated[ActRequest, Depends(_act_request)]
"""The context of an act, as a dependency."""

_PLACE = TypeAdapter(tuple[UUID, Id])


class ActRoute(JsonRoute):
    """A route whose function takes a `deed` and its `request`, with a fast path for ordinary requests.

    FastAPI resolves the dependencies of the declared signature in 0.15 ms. The fast path reads ordinary requests in one step
    and leaves unusual and invalid ones to FastAPI, which also writes every validation error. Nothing is declared twice.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        as_declared = super().get_route_handler()
        parameters = signature(self.endpoint, eval_str=True).parameters
        if set(parameters) != {"deed", "request"}:
            return as_declared
        shape: type[BaseModel] = parameters["deed"].annotation

        async def handle(received: Request) -> Response:
            request = ExactRequest(received.scope, received.receive)
            headers = request.headers
            is_usual = headers.get("content-type") == "application/json" and headers.get("accept") in USUAL
            if request.scope["query_string"] or not is_usual:
                return await as_declared(request)
            try:
                await request.json()
                deed = shape.model_validate_json(await request.body())
                program, key = _PLACE.validate_python((request.path_params["program"], headers.get("idempotency-key")))
            except (ValueError, RecursionError, ClientDisconnect):  # ValidationError and Inexact are subclasses of ValueError
                return await as_declared(request)
            state = await state_of(request)
            caller = await caller_from(request)
            answer: Response = await self.endpoint(deed, ActRequest(state, caller, program, key, preview=False))
            return answer

        return handle
