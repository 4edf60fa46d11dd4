"""Forms of acts: fields, a preview of the effects, and a signature bound to the effects that were shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from api import validation_errors
from api.act_documents import filed_documents
from api.act_requests import refusal_problem
from api.pages.fields import OWN_IDS, FormValues, act_values, fields_of
from api.pages.uploads import file_uploads
from api.pages.view import ProgramView, View, ViewOf, redirect
from api.problems import NotFound, Problem
from api.rate_limit import act_units
from db.queries import LedgerFilter
from rules import acts as a
from rules.authority import MAY
from rules.entries import Entry
from rules.language.plan import Plan
from rules.queries.signature import effects_hash
from rules.refusals import Refused as RefusedAct
from rules.sentences import fact_sentence

router = APIRouter(prefix="/programs/{program}/act")

SHAPES: Mapping[str, type[BaseModel]] = {
    str(shape.model_fields["kind"].default): shape for shape in get_args(get_args(a.Deed)[0])
}
NO_FORM = frozenset({"start_program", "file_document"})
"""Programs are started on a page of their own; documents are filed with the evidence that names them."""

BY_PEOPLE = frozenset(kind for kind, roles in MAY.items() if roles - {a.Role.CLOCK, a.Role.CHECKER}) - NO_FORM
"""Acts that have a form."""

MOST_FIELDS, MOST_FILES = 500, 1
LARGEST_FIELD = 300_000


@dataclass(frozen=True, slots=True)
class Effect:
    """An entry of a preview, in words. `is_own` marks the act itself; other entries follow from it."""

    sentence: str
    is_own: bool

    @classmethod
    def of(cls, entry: Entry, plan: Plan) -> Effect:
        return cls(fact_sentence(entry.fact, plan), is_own=entry.actor is not None)


@router.get("/{kind}")
async def form(view: ViewOf, program: UUID, kind: str) -> Response:
    """The form of an act, filled with what the address says (which milestone, which evidence)."""
    opened, shape = await _may_act(view, program, kind)
    given = {name: view.request.query_params.getlist(name) for name in view.request.query_params}
    if kind in OWN_IDS:
        given.setdefault(OWN_IDS[kind], [f"{OWN_IDS[kind]}-{uuid4().hex[:8]}"])
    return _form(view, opened, kind, shape, FormValues(given), key=f"page-{uuid4()}")


@router.post("/{kind}")
async def act(view: ViewOf, program: UUID, kind: str) -> Response:
    """Handles the form. `step` is the button: `change` shows the form again, `preview` the effects, `sign` records the act."""
    async with view.request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LARGEST_FIELD) as sent:
        view.check_form(sent)
        opened, shape = await _may_act(view, program, kind)
        given, key, step = submitted_values(sent), str(sent.get("key", "")), str(sent.get("step", "preview"))
        if step == "change":
            return _form(view, opened, kind, shape, given, key=key)
        try:
            given = await file_uploads(view, opened, shape, sent, given)
            made = _act(opened, shape, given, key, str(sent.get("shown", "")) if step == "sign" else "")
        except ValidationError as error:
            return _form(view, opened, kind, shape, given, key=key, errors=errors_of(error))
        except Problem as problem:
            return _form(view, opened, kind, shape, given, key=key, problem=problem)
    try:
        filed = await filed_documents(view.state, opened.acting(), opened.id, (made.deed,))
        made = made.model_copy(update={"filed": filed})
        return await (_sign(view, opened, made) if step == "sign" else _preview(view, opened, kind, given, made))
    except Problem as problem:
        return _form(view, opened, kind, shape, given, key=key, problem=problem)


async def _may_act(view: View, program: UUID, kind: str) -> tuple[ProgramView, type[BaseModel]]:
    """Raises NotFound for an act that has no form."""
    opened = await view.open_program(program)
    if kind not in BY_PEOPLE:
        raise NotFound("act")
    return opened, SHAPES[kind]


def submitted_values(sent: FormData) -> FormValues:
    """The text fields of a submitted form; files are parsed apart."""
    values: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if not isinstance(value, UploadFile) and name not in ("csrf", "key", "shown", "step"):
            values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return FormValues(values)


def _act(opened: ProgramView, shape: type[BaseModel], given: FormValues, key: str, shown: str) -> a.Act:
    """Raises ValidationError."""
    deed = shape.model_validate(act_values(shape, given, opened.zone))
    return a.Act.model_validate(
        {"id": key, "actor": opened.acting().actor, "deed": deed, "effects": shown or None}, strict=False
    )


def errors_of(error: ValidationError) -> dict[str, str]:
    return {str(fault["where"]): str(fault["message"]) for fault in validation_errors.faults(error.errors(), lambda _: "")}


async def _preview(view: View, opened: ProgramView, kind: str, given: FormValues, made: a.Act) -> Response:
    """The page with the effects of the act. Raises Refused."""
    view.state.rate_limits.take(view.visitor.person, act_units((made,), preview=True))
    decided = await view.state.recorder.preview(opened.id, made)
    if isinstance(decided, RefusedAct):
        raise refusal_problem(decided)
    plan = decided.program.plan
    return view.of_program(
        opened,
        "act_preview.html",
        kind=kind,
        action=f"{opened.path}/act/{kind}",
        effects=[Effect.of(entry, plan) for entry in decided.entries],
        shown=[effects_hash(decided.entries)],
        key=made.id,
        given=given.values,
    )


async def _sign(view: View, opened: ProgramView, made: a.Act) -> Response:
    """Records the act. A form that is sent twice gets its first receipt. Raises Refused."""
    if units := act_units((made,), preview=False):
        view.state.rate_limits.take(view.visitor.person, units)
    outcome = await view.state.recorder.record(opened.id, made)
    if isinstance(outcome, RefusedAct):
        raise refusal_problem(outcome)
    if isinstance(made.deed, a.ReadEvidence):
        (line,) = await view.state.queries.ledger(
            opened.id, LedgerFilter(kinds=["evidence_recorded"], subjects=[made.deed.evidence]), most=1
        )
        return view.of_program(opened, "reading.html", fact=line.entry.fact)
    return redirect(f"{opened.path}/done/{outcome.first_seq}-{outcome.last_seq}")


def _form(
    view: View,
    opened: ProgramView,
    kind: str,
    shape: type[BaseModel],
    given: FormValues,
    *,
    key: str,
    errors: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    """The page with the form, the problem above it and errors at its fields."""
    status = 200 if not errors and problem is None else problem.answered_with if problem else 422
    fields = fields_of(shape, opened.program, given, errors or {})
    loose = {
        place: text for place, text in (errors or {}).items() if all(one.error is None for one in fields if one.name == place)
    }
    return view.of_program(
        opened,
        "act_form.html",
        status,
        kind=kind,
        about=about(shape),
        fields=fields,
        key=key,
        errors=errors or {},
        loose=loose,
        problem=problem,
        largest=view.state.settings.accord_largest_document,
    )


def about(shape: type[BaseModel]) -> str:
    """The description of an act, in one line."""
    return " ".join((shape.__doc__ or "").split())
