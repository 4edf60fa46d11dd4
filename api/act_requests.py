"""Acting: how an act is read from a request, recorded or previewed, and answered."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json
from starlette.requests import ClientDisconnect

from api.callers import Caller, caller_from
from api.identity import CallerInfo
from api.json_body import ExactRequest, JsonRoute
from api.named_documents import filed_of
from api.problem_responses import WRITES
from api.problems import NotFound, Refused
from api.rate_limit import cost
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
    caller.check_acts()
    caller.check_scope(program)
    if units := cost((act,), preview=preview):
        state.allowances.take(caller.person, units)
    if preview:
        return await previewed(state, program, act)
    outcome = await state.recorder.record_and_answer(program, act, _answer_of)
    if isinstance(outcome, RefusedAct):
        raise refused(outcome)
    return outcome


def _answer_of(receipt: Receipt) -> Response:
    return recorded(ReceiptResponse.plain(receipt))


async def previewed(state: State, program: UUID, *acts: a.Act) -> Response:
    """What acts would do, one after the other; nothing is written. Raises Refused or NotFound."""
    decided = await state.recorder.preview(program, *acts)
    if isinstance(decided, RefusedAct):
        raise refused(decided)
    # Written once, by pydantic; a response model would be validated and written a second time.
    return Response(PreviewResponse.of(decided).model_dump_json(exclude_none=True), media_type="application/json")


def refused(refusal: RefusedAct) -> Refused | NotFound:
    """A stranger's refusal tells nothing of the program."""
    if refusal.code == Code.PROGRAM_UNKNOWN:
        return NotFound("program")
    return Refused(refusal)


def recorded(receipts: dict[str, Any] | list[dict[str, Any]]) -> Response:
    """Plain data is answered as it is; as a response model it would be validated and written a second time."""
    return Response(to_json(receipts), 201, media_type="application/json")


class ActRequest:
    """What every act needs: who acts, in which program, under which key."""

    def __init__(  # noqa: PLR0913  what a request for an act says
        self, state: State, caller: CallerInfo, program: UUID, key: str, *, preview: bool, effects: str | None = None
    ) -> None:
        self._state, self._caller, self._program = state, caller, program
        self._key, self._preview, self._effects = key, preview, effects

    async def do(self, deed: a.Deed) -> Response:
        filed = await filed_of(self._state, self._caller, self._program, (deed,))
        act = a.Act(id=self._key, actor=self._caller.actor, deed=deed, effects=self._effects, filed=filed)
        return await perform(self._state, self._caller, self._program, act, preview=self._preview)


async def _acting(  # noqa: PLR0913, PLR0917  what a request for an act says
    state: StateOf,
    caller: Caller,
    program: ProgramId,
    key: Key,
    preview: Preview = False,  # noqa: FBT002  a query flag
    effects: Shown = None,
) -> ActRequest:
    # A function and async: a class as a dependency is called in a thread.
    return ActRequest(state, caller, program, key, preview=preview, effects=effects)


Doing = Annotated[ActRequest, Depends(_acting)]
"""The caller's act on the program, under its key."""

_PLACE = TypeAdapter(tuple[UUID, Id])


class ActRoute(JsonRoute):
    """A route whose function takes a `deed` and its `acting`: a request with nothing unusual in it is read in one step.

    The function's signature stays what is declared, and FastAPI, which resolves that one parameter after the other in
    0.15 ms, still reads whatever is unusual or wrong. So it alone says what is wrong, and nothing is declared twice.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        as_declared = super().get_route_handler()
        parameters = signature(self.endpoint, eval_str=True).parameters
        if set(parameters) != {"deed", "acting"}:
            return as_declared
        shape: type[BaseModel] = parameters["deed"].annotation

        async def handle(given: Request) -> Response:
            request = ExactRequest(given.scope, given.receive)
            headers = request.headers
            is_usual = headers.get("content-type") == "application/json" and headers.get("accept") in USUAL
            if request.scope["query_string"] or not is_usual:
                return await as_declared(request)
            try:
                await request.json()
                deed = shape.model_validate_json(await request.body())
                program, key = _PLACE.validate_python((request.path_params["program"], headers.get("idempotency-key")))
            except (ValueError, RecursionError, ClientDisconnect):  # ValidationError and Inexact are of the first
                return await as_declared(request)
            state = await state_of(request)
            caller = await caller_from(request)
            answer: Response = await self.endpoint(deed, ActRequest(state, caller, program, key, preview=False))
            return answer

        return handle
