"""Forms for several acts at once: verifying pieces of evidence, or recording a table of figures.

They are previewed and recorded as one atomic batch. Each act is bound to the effects that were shown for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel, ValidationError

from api.act_requests import refusal_problem
from api.pages.act_forms import MOST_FIELDS, Effect, errors_of, submitted_values
from api.pages.evidence import may_verify
from api.pages.fields import FormValues, act_values, fields_of
from api.pages.options import evidence_in_words
from api.pages.view import ProgramView, View, ViewOf, redirect
from api.problems import NotFound, Problem, Refused
from api.rate_limit import act_units
from db.receipts import BatchRefused
from rules import acts as a
from rules.field_types import StrictModel
from rules.queries.signature import effects_hash
from rules.refusals import Refused as RefusedAct

router = APIRouter(prefix="/programs/{program}/together")

MOST = 100
"""The most acts in one batch."""

OF_ALL: Mapping[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "verify": (a.Verify, ("note", "seen_at")),
    "record_measurement": (a.RecordMeasurement, ("indicator", "edition", "source", "retrieved_at")),
}
"""The shape of each act, and the fields that are filled in once for the whole batch."""


class FigureRow(StrictModel):
    """The columns of a row in the table of figures."""

    period: str
    value: str
    standard_error: str | None = None


class InvalidFields(ValueError):
    """Fields that are not valid, each with its error."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


@router.get("/{kind}")
async def form(view: ViewOf, program: UUID, kind: str) -> Response:
    """The form: the pieces that the visitor may verify, or an empty table of figures."""
    return _form(view, await _open(view, program, kind), kind, FormValues(), f"page-{uuid4()}")


@router.post("/{kind}")
async def act(view: ViewOf, program: UUID, kind: str) -> Response:
    """Handles the form. `step` names the button, as in the form of a single act."""
    async with view.request.form(max_fields=MOST_FIELDS + MOST) as sent:
        view.check_form(sent)
        given, key, step = submitted_values(sent), str(sent.get("key", "")), str(sent.get("step", "preview"))
        shown = [str(one) for one in sent.getlist("shown")]
    opened = await _open(view, program, kind)
    if step == "change":
        return _form(view, opened, kind, given, key)
    try:
        acts = ACTS[kind](opened, given, key)
        return await (_sign(view, opened, acts, shown) if step == "sign" else _preview(view, opened, kind, given, acts))
    except InvalidFields as wrong:
        return _form(view, opened, kind, given, key, errors=wrong.errors)
    except Problem as problem:
        return _form(view, opened, kind, given, key, problem=problem)


async def _open(view: View, program: UUID, kind: str) -> ProgramView:
    """The program. Raises NotFound for an act that has no form for batches."""
    opened = await view.open_program(program)
    if kind not in OF_ALL:
        raise NotFound("act")
    return opened


def _verifications(opened: ProgramView, given: FormValues, key: str) -> list[a.Act]:
    """Verifications of the chosen pieces. Raises InvalidFields."""
    pieces = given.all("evidence")
    if not 0 < len(pieces) <= MOST:
        raise InvalidFields({"evidence": f"has {len(pieces)} pieces chosen; choose from 1 to {MOST}"})
    common = {name: given.one(name) for name in OF_ALL["verify"][1] if given.one(name)}
    return [_act(opened, a.Verify, common | {"evidence": piece}, f"{key}.{n}") for n, piece in enumerate(pieces)]


def _measurements(opened: ProgramView, given: FormValues, key: str) -> list[a.Act]:
    """Measurements, one for each row; unit and producer come from the plan. Raises InvalidFields."""
    shape, names = OF_ALL["record_measurement"]
    common = act_values(shape, FormValues({name: [given.one(name)] for name in names}), opened.zone)
    indicator = opened.program.plan.indicators.get(given.one("indicator"))
    if indicator is not None:
        common |= {"unit": indicator.unit, "producer": indicator.producer}
    lines = list(_lines(given.one("figures")))
    if not 0 < len(lines) <= MOST:
        raise InvalidFields({"figures": f"has {len(lines)} lines; give from 1 to {MOST}"})
    made, wrong = list[a.Act](), list[str]()
    for number, line in lines:
        figure = common | {"measurement": f"figure-{key[5:13]}-{number}"} | line
        try:
            made.append(_act(opened, shape, figure, f"{key}.{number}"))
        except InvalidFields as fault:
            if common_faults := {name: text for name, text in fault.errors.items() if name in names}:
                raise InvalidFields(common_faults) from None
            wrong += [f"line {number}: {name.replace('_', ' ')} {text}" for name, text in fault.errors.items()]
    if wrong:
        raise InvalidFields({"figures": "; ".join(wrong[:20])})
    return made


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a pasted table, split at tabs, semicolons or spaces. Empty rows are ignored."""
    for number, line in enumerate(text.splitlines(), start=1):
        if cells := [cell for cell in re.split(r"[\t;]| +", line.strip()) if cell]:
            cells = [*cells[:2], *([" ".join(cells[2:])] if cells[2:] else [])]
            yield number, dict(zip(FigureRow.model_fields, cells, strict=False))


def _act(opened: ProgramView, shape: type[BaseModel], values: Mapping[str, object], key: str) -> a.Act:
    """An act from the values of its fields. Raises InvalidFields."""
    try:
        deed = shape.model_validate(values)
        return a.Act.model_validate({"id": key, "actor": opened.acting().actor, "deed": deed}, strict=False)
    except ValidationError as error:
        raise InvalidFields(errors_of(error)) from None


ACTS: Mapping[str, Callable[[ProgramView, FormValues, str], list[a.Act]]] = {
    "verify": _verifications,
    "record_measurement": _measurements,
}


async def _preview(view: View, opened: ProgramView, kind: str, given: FormValues, acts: list[a.Act]) -> Response:
    """The page with the effects, act by act. Raises Refused."""
    view.state.rate_limits.take(view.visitor.person, act_units(acts, preview=True))
    decided = await view.state.recorder.preview(opened.id, *acts)
    if isinstance(decided, RefusedAct):
        raise refusal_problem(decided)
    return view.of_program(
        opened,
        "act_preview.html",
        kind=kind,
        action=f"{opened.path}/together/{kind}",
        effects=[Effect.of(entry, decided.program.plan) for entry in decided.entries],
        shown=[effects_hash(entry for entry in decided.entries if entry.act == one.id) for one in acts],
        key=acts[0].id.rpartition(".")[0],
        given=given.values,
    )


async def _sign(view: View, opened: ProgramView, acts: list[a.Act], shown: list[str]) -> Response:
    """Records all acts, or none but the refusal. Raises Refused."""
    view.state.rate_limits.take(view.visitor.person, act_units(acts, preview=False))
    bound = [one.model_copy(update={"effects": effects}) for one, effects in zip(acts, shown, strict=False)]
    outcome = await view.state.recorder.record_all(opened.id, bound + acts[len(shown) :])
    if isinstance(outcome, BatchRefused):
        problem = refusal_problem(outcome.refused)
        if isinstance(problem, Refused):
            problem.detail = f"{outcome.index + 1}: {problem.detail}"
        raise problem
    return redirect(f"{opened.path}/done/{outcome[0].first_seq}-{outcome[-1].last_seq}")


def _form(
    view: View,
    opened: ProgramView,
    kind: str,
    given: FormValues,
    key: str,
    *,
    errors: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    shape, names = OF_ALL[kind]
    waiting = [piece for piece in opened.program.evidence.values() if may_verify(opened, piece)] if kind == "verify" else []
    chosen = given.all("evidence")
    return view.of_program(
        opened,
        "together.html",
        200 if not errors and problem is None else problem.answered_with if problem else 422,
        kind=kind,
        fields=[one for one in fields_of(shape, opened.program, given, errors or {}) if one.name in names],
        waiting=[(piece.id, evidence_in_words(opened.program, piece), piece.id in chosen) for piece in waiting[:MOST]],
        figures=given.one("figures"),
        key=key,
        errors=errors or {},
        loose={"evidence": ""},
        problem=problem,
        largest=0,
    )
