"""Properties of every history: random acts by everybody, at random times."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import acts as a
from rules.decide import Decided, decide
from rules.effects import BalanceMoved, PhaseOpened
from rules.evolve import evolve, fold
from rules.explanations.outstanding import OutstandingIndex, outstanding_acts, outstanding_after
from rules.facts import ProgramSuspended
from rules.program import Program
from rules.queries.gates import judge_gate
from rules.queries.signature import effects_hash
from rules.reactions.clocks import clocks
from rules.reactions.fixpoint import Fixpoint
from rules.reactions.proposals import LAW, signature_effects
from rules.refusals import Refused
from rules.releases.earned import earned_amount
from rules.truth import Truth
from rules.vocabulary import matters as m
from rules.vocabulary import mistakes
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount
from tests.rules.small_plan import CHECKED, DUTIES, IN_PART, PEOPLE, PLAN, RELEASES, TIMETABLE, VOTERS, WINDOWS, World, day

Drawn = tuple[str, Any, float]
"""Who, what, and how many days after the act before."""


FILED = a.FiledDocument(sha256="0" * 64, name="file.pdf")
OUTCOMES = st.sampled_from(["achieved", "achieved", "not_achieved", "reversed", "abstained"])

TWICE = {**RELEASES["cleaning"], "per_unit": {"indicator": "smoke_twice", "from": 200, "to": 160, "each": 1, "of": "best"}}
"""A release by a figure that is made of others, of which the best counts."""


def _deeds() -> st.SearchStrategy[Any]:
    piece = st.sampled_from(["e1", "e2", "e3", "m1", "m2"])
    incident = st.sampled_from(["i1", "i2", "i3"])
    phase = st.sampled_from(["move", "answer", "quiet", "trade", "rites"])
    proposal = st.sampled_from(["p0", "p1", "p2"])
    filed = a.FiledDocument(sha256="0" * 64, name="file.pdf")
    figures = st.decimals(min_value=80, max_value=100, places=1)
    return st.one_of(
        st.builds(lambda e: a.RecordEvidence(evidence=e, milestone="announced", shows="text", document=filed), piece),
        st.builds(lambda e: a.RecordEvidence(evidence=e, milestone="announced", shows="word", text="Yes."), piece),
        st.builds(lambda e: a.RecordEvidence(evidence=e, milestone="safety", shows="order", document=filed), piece),
        st.builds(lambda e: a.RecordEvidence(evidence=e, milestone="signed", shows="text", text="Signed."), piece),
        st.builds(
            lambda e, value: a.RecordMeasurement(
                measurement=e,
                indicator="smoke",
                value=value,
                unit="kt",
                period="2024",
                producer="Observatory",
                edition="2025",
                source="yearbook",
                retrieved_at=day(0),
            ),
            piece,
            figures,
        ),
        st.builds(
            lambda e, value, period, edition, producer: a.RecordMeasurement(
                measurement=e,
                indicator="smoke",
                value=value,
                unit="kt",
                period=period,
                producer=producer,
                edition=edition,
                source="yearbook",
                retrieved_at=day(0),
            ),
            piece,
            figures,
            st.sampled_from(["2020", "2023", "2024"]),
            st.sampled_from(["2025", "2026"]),
            st.sampled_from(["Observatory", "Observatory", "Satellite"]),
        ),
        st.builds(
            a.ReportCheck,
            check=st.just("yearly"),
            outcome=st.sampled_from(["read", "missing", "retired"]),
            sentence=st.sampled_from(["So it is.", "Gone."]),
        ),
        st.builds(a.Verify, evidence=piece),
        st.builds(a.WithdrawEvidence, evidence=piece, reason=st.just("Wrong.")),
        st.builds(a.ReturnEvidence, evidence=piece, reason=st.just("No seal.")),
        st.builds(a.FileDocument, evidence=piece),
        st.builds(a.AdmitMember, member=st.just(ZOE)),
        st.builds(a.Observe, milestone=st.sampled_from(["announced", "safety"]), text=st.just("Seen.")),
        st.builds(
            a.Determine,
            milestone=st.sampled_from(["announced", "safety", "cleaner"]),
            outcome=OUTCOMES,
            reason=st.just("So it is."),
        ),
        st.builds(
            a.Determine,
            milestone=st.just("announced"),
            outcome=st.just("partly_achieved"),
            share=st.decimals(min_value="0.01", max_value="0.99", places=2),
            reason=st.just("So far."),
        ),
        st.builds(a.Determine, stability=st.just("quiet"), outcome=st.just("reversed"), reason=st.just("Broken.")),
        st.builds(
            lambda i, kind, severity, back: ("report", i, kind, severity, back),
            incident,
            st.sampled_from(["attack", "strike", "blockade"]),
            st.sampled_from(["minor", "serious", "grave"]),
            st.integers(0, 20),
        ),
        st.builds(a.ConfirmIncident, incident=incident, reason=st.just("Seen.")),
        st.builds(a.ContestIncident, incident=incident, reason=st.just("No.")),
        st.builds(a.DismissIncident, incident=incident, reason=st.just("No.")),
        st.builds(a.ResolveIncident, incident=incident, reason=st.just("Over.")),
        st.builds(
            GiveAccount,
            incident=incident,
            account=st.sampled_from(["i1", "x1", "x2"]),
            severity=st.sampled_from(["minor", "serious", "grave"]),
            text=st.just("Shots."),
        ),
        st.builds(TakeBackAccount, incident=incident, account=st.sampled_from(["i1", "x1"]), reason=st.just("No.")),
        st.builds(a.Consent, phase=phase),
        st.builds(a.AdvancePhase, phase=phase),
        st.builds(
            a.Propose,
            proposal=proposal,
            procedure=st.sampled_from(["joint", "joint", "quiet", "one"]),
            matter=_matters(),
            reason=st.just("It is time."),
        ),
        st.builds(a.Consent, proposal=proposal),
        st.builds(a.Consent, proposal=proposal),
        st.builds(a.ObjectTo, proposal=proposal, reason=st.just("No.")),
        st.builds(a.GiveNotice, proposal=proposal, party=st.sampled_from(["north", "south"]), proof=st.just("Served.")),
        st.builds(a.SuspendProgram, reason=st.just("War.")),
        st.builds(a.ResumeProgram, reason=st.just("Peace.")),
    )


ZOE = a.Member(person="zoe", role=a.Role.MONITOR)


def _mistakes() -> st.SearchStrategy[Any]:
    """Acts that take others back, or put right what was said."""
    milestone = st.sampled_from(["announced", "announced", "safety"])
    mistake = st.one_of(
        st.builds(mistakes.Verification, evidence=st.sampled_from(["e1", "e2", "e3", "m1"])),
        st.builds(mistakes.Return, evidence=st.sampled_from(["e1", "e4"])),
        st.builds(mistakes.Determination, milestone=milestone),
        st.builds(mistakes.Determination, stability=st.just("quiet")),
        st.builds(mistakes.Consented, phase=st.just("trade")),
        st.builds(mistakes.Consented, proposal=st.sampled_from(["p1", "p2"])),
        st.builds(mistakes.Admission, member=st.just(ZOE)),
    )
    correction = st.builds(
        a.CorrectIncident,
        incident=st.sampled_from(["i1", "i2"]),
        incident_kind=st.sampled_from([None, "attack", "blockade"]),
        severity=st.sampled_from([None, "minor", "grave"]),
        happened_at=st.one_of(st.none(), st.integers(0, 20).map(day)),
        reason=st.just("Misheard."),
    )
    return st.one_of(st.builds(a.TakeBack, mistake=mistake, reason=st.just("A mistake.")), correction)


def _matters() -> st.SearchStrategy[m.Matter]:
    days = st.integers(5, 80).map(day)
    return st.one_of(
        st.builds(m.Waive, milestone=st.just("safety"), until=days),
        st.builds(m.Extend, milestone=st.just("safety"), to=days),
        st.builds(m.ReviseTimetable, to=st.fixed_dictionaries({"safety": days, "signed": days.map(datetime.date)})),
        st.builds(m.AgreeDate, date=st.just("signing"), on=st.integers(1, 40).map(day).map(datetime.date)),
        st.builds(m.AgreeDate, date=st.just("signing"), on=st.integers(1, 40).map(day).map(datetime.date)),
        st.builds(m.Decline, milestone=st.just("safety")),
        st.builds(m.Keep, snapback=st.sampled_from(["benefit", "relief"])),
        st.builds(m.ExtendSilence, proposal=st.sampled_from(["p1", "p2"]), to=days),
        st.sampled_from([_amended(settling="P3D"), _amended(settling="P1D"), _amended(length="P20D")]),
        st.sampled_from([_paying(reward="40"), _paying(reward="15"), _paying(instalment="6")]),
    )


def _plan() -> dict[str, Any]:
    """The small plan with releases, and a milestone that can be achieved in part."""
    plan = deepcopy({**PLAN, "releases": {**RELEASES, "twice": TWICE}})
    plan["indicators"]["smoke_twice"] = {key: PLAN["indicators"]["smoke"][key] for key in ("unit", "better", "oldest")} | {
        "title": "Smoke, counted twice",
        "made_of": {"sum": ["smoke", "smoke"]},
    }
    plan["phases"]["move"]["milestones"]["announced"]["determined"] = IN_PART
    return plan


def _paying(**amounts: str) -> m.Amend:
    plan = _plan()
    for release, amount in amounts.items():
        plan["releases"][release]["amount"] = amount
    return m.Amend(document=json.dumps(plan))


def _amended(**changes: str) -> m.Amend:
    plan = _plan()
    plan["phases"]["quiet"]["stability"] |= changes
    plan["parameters"] = {} if "length" in changes else plan["parameters"]
    return m.Amend(document=json.dumps(plan))


MAY: dict[type, list[str]] = {
    a.RecordMeasurement: ["moss"],
    a.ReportCheck: ["chip"],
    a.Verify: ["nick", "sven"],
    a.ReturnEvidence: ["nick", "sven"],
    mistakes.Verification: ["nick", "sven"],
    mistakes.Return: ["nick", "sven"],
    mistakes.Determination: ["cleo"],
    mistakes.Consented: ["nils", "saul"],
    mistakes.Admission: ["olga"],
    a.CorrectIncident: ["sara", "cleo"],
    a.AdmitMember: ["olga"],
    a.Observe: ["nils", "saul"],
    a.Determine: ["cleo", "ada", "abel"],
    a.ConfirmIncident: ["cleo", "moss"],
    a.DismissIncident: ["cleo"],
    a.ResolveIncident: ["cleo"],
    a.Consent: ["nils", "saul"],
    a.Propose: ["nils", "saul", "cleo"],
    a.ObjectTo: ["nils", "saul"],
    a.GiveNotice: ["olga"],
    a.ResumeProgram: ["cleo"],
    tuple: ["sara"],
}
"""People who may, so that histories get somewhere; one act in four is done by anybody."""


DEEDS, MISTAKES = _deeds(), _mistakes()
"""Made once: making it anew for every act took ten times as long as living through what was drawn."""


@st.composite
def _acts(draw: st.DrawFn) -> Drawn:
    deed = draw(DEEDS if draw(st.integers(0, 4)) else MISTAKES)
    anybody = [member.person for member in (*PEOPLE, *VOTERS)]
    able = MAY.get(type(deed.mistake if isinstance(deed, a.TakeBack) else deed), anybody)
    return draw(st.sampled_from(able * 3 + able[:1] if draw(st.integers(0, 3)) else anybody)), deed, draw(st.floats(0, 6))


histories = st.tuples(st.sampled_from([0, 1, 2, 3, 5, 6]), st.lists(_acts(), max_size=30)).map(
    lambda drawn: [drawn[0], *drawn[1]]
)
"""How far the program has come before, and then the acts."""


REPAIRS = st.one_of(
    MISTAKES,
    MISTAKES,
    st.builds(a.Verify, evidence=st.sampled_from(["e1", "e2", "e3", "e4"])),
    st.builds(a.ReturnEvidence, evidence=st.sampled_from(["e1", "e4"]), reason=st.just("No seal.")),
    st.builds(a.Determine, milestone=st.just("announced"), outcome=OUTCOMES, reason=st.just("So it is.")),
    st.builds(a.Determine, stability=st.just("quiet"), outcome=st.just("reversed"), reason=st.just("Broken.")),
    st.builds(a.ConfirmIncident, incident=st.just("i1"), reason=st.just("Seen.")),
    st.builds(a.Consent, phase=st.just("trade")),
    st.builds(a.Consent, proposal=st.just("p1")),
)


@st.composite
def _mistaken(draw: st.DrawFn) -> Drawn:
    deed = draw(REPAIRS)
    able = MAY[type(deed.mistake if isinstance(deed, a.TakeBack) else deed)]
    return draw(st.sampled_from(able)), deed, draw(st.floats(0, 6))


SHARED = st.one_of(
    st.builds(a.Determine, milestone=st.just("safety"), outcome=OUTCOMES, reason=st.just("So it is.")),
    st.builds(a.Determine, milestone=st.just("safety"), outcome=st.just("achieved"), reason=st.just("So it is.")),
    st.builds(a.Observe, milestone=st.just("safety"), text=st.just("Seen.")),
    st.builds(a.TakeBack, mistake=st.just(mistakes.Determination(milestone="safety")), reason=st.just("A mistake.")),
    st.builds(a.WithdrawEvidence, evidence=st.sampled_from(["e3", "e4"]), reason=st.just("Wrong.")),
    st.builds(
        a.RecordEvidence, evidence=st.just("e4"), milestone=st.just("safety"), shows=st.just("order"), document=st.just(FILED)
    ),
    st.builds(a.Verify, evidence=st.just("e4")),
    st.builds(
        lambda i, kind, back: ("report", i, kind, "serious", back),
        st.sampled_from(["i1", "i2"]),
        st.sampled_from(["attack", "strike", "blockade"]),
        st.integers(0, 3),
    ),
    st.builds(a.ConfirmIncident, incident=st.sampled_from(["i1", "i2"]), reason=st.just("Seen.")),
    st.builds(a.ResolveIncident, incident=st.sampled_from(["i1", "i2"]), reason=st.just("Over.")),
    st.builds(
        a.Propose,
        proposal=st.just("p1"),
        procedure=st.just("one"),
        matter=st.just(m.Decline(milestone="safety")),
        reason=st.just("No need."),
    ),
    st.builds(
        a.Propose,
        proposal=st.sampled_from(["p2", "p3"]),
        procedure=st.just("joint"),
        matter=st.just(m.Keep(snapback="benefit")),
        reason=st.just("It goes on."),
    ),
    st.builds(a.Consent, proposal=st.sampled_from(["p1", "p2", "p3"])),
    st.builds(a.ResumeProgram, reason=st.just("Peace.")),
)


@st.composite
def _shared(draw: st.DrawFn) -> Drawn:
    deed = draw(SHARED)
    able: dict[type, list[str]] = {
        a.Propose: ["cleo", "nils"],
        a.RecordEvidence: ["sara"],
        a.WithdrawEvidence: ["sara"],
        a.TakeBack: ["cleo", "ada"],
    }
    return draw(st.sampled_from(able.get(type(deed)) or MAY[type(deed)])), deed, draw(st.floats(0, 4))


full_of_duties = st.tuples(st.integers(5, 6), st.lists(_shared(), min_size=3, max_size=30)).map(
    lambda drawn: [drawn[0], *drawn[1]]
)
"""Acts of people who may, on what several owe and determine, and on what is lifted, declined, final and kept."""


full_of_mistakes = st.lists(_mistaken(), min_size=5, max_size=30).map(lambda drawn: [4, *drawn])
"""Acts of people who may, most of which take others back."""


def world(stage: int) -> World:
    ready = copy(_world(stage))
    ready.entries = list(ready.entries)
    return ready


SIGNING = m.AgreeDate(date="signing", on=day(12).date())


@cache
def _world(stage: int) -> World:
    if stage > 4:
        return _of_duties(stage)
    start = World(
        parameters={"quiet": {"default": "P5D", "why": "Short, so that it is reached."}},
        phases__move__milestones__announced__determined=IN_PART,
        releases=RELEASES,
        **TIMETABLE,
        **WINDOWS,
        **CHECKED,
    )
    if stage > 0:
        start.first_move(day(0))
    if stage > 1:
        start.answer(day(0))
        signing = a.Propose(proposal="p0", procedure="joint", matter=SIGNING, reason="It is time.")
        start.given("nils", signing, day(0))
        start.given("nils", a.Consent(proposal="p0"), day(0))
        if stage > 2:
            start.given("saul", a.Consent(proposal="p0"), day(0))
    if stage > 2:
        start.clock(day(9))
        start.given("nils", a.Consent(phase="trade"), day(9))
        start.given("saul", a.Consent(phase="trade"), day(9))
    if stage == 3:
        start.given("olga", a.AdvancePhase(phase="trade"), day(9))
    if stage > 3:
        _about_to_be_mistaken(start)
    return start


def _of_duties(stage: int) -> World:
    """Several owe and determine; what is owed is lifted, declined and final."""
    start = World(
        parameters={"quiet": {"default": "P5D", "why": "Short."}},
        phases__move__milestones__announced__determined=IN_PART,
        releases=RELEASES,
        **TIMETABLE,
        **CHECKED,
        **DUTIES,
    )
    start.first_move(day(0))
    start.given("sara", start.document("e3", "safety", "order"), day(0))
    start.given("nick", a.Verify(evidence="e3"), day(1))
    if stage > 5:
        start.given("saul", a.Observe(milestone="safety", text="We agree."), day(1))
        start.given("nils", a.Observe(milestone="safety", text="We agree."), day(1))
        start.given("ada", a.Determine(milestone="safety", outcome="achieved", reason="Shown."), day(1))
    return start


def _about_to_be_mistaken(start: World) -> None:
    """Something of everything that can be taken back."""
    start.given("sara", start.document("e4", "safety", "order"), day(9))
    start.given("nick", a.ReturnEvidence(evidence="e4", reason="No seal."), day(9))
    start.incident("i1", day(9), day(9))
    start.incident("i2", day(8), day(9))
    start.given("cleo", a.ConfirmIncident(incident="i2", reason="Seen."), day(9))
    start.given("olga", a.AdmitMember(member=ZOE), day(9))
    amendment = a.Propose(proposal="p1", procedure="joint", matter=_paying(reward="40"), reason="It is time.")
    start.given("nils", amendment, day(9))
    start.given("saul", a.Consent(proposal="p1"), day(9))


def judged(start: World, program: Program, number: int, drawn: Drawn, at: datetime) -> Decided | Refused:
    person, deed, _ = drawn
    if isinstance(deed, tuple):
        _, incident, kind, severity, back = deed
        deed = a.ReportIncident(
            incident=incident,
            incident_kind=kind,
            severity=severity,
            happened_at=max(at - timedelta(days=back), start.program.started_at),
            place="x",
            account="Shots.",
        )
    member = next(member for member in (*PEOPLE, *VOTERS) if member.person == person)
    act = a.Act(
        id=f"r{number}",
        actor=a.Actor(person=person, role=member.role, party=member.party),
        deed=deed,
        filed=a.document_hashes(deed),
    )
    return decide(program, act, at)


def lived(
    history: list[Any],
    strikes: frozenset[int] = frozenset(),
    after_each: Callable[[Decided, datetime], None] = lambda _, __: None,
) -> World:
    """A world in which the history has happened; a clock also strikes before the numbered acts."""
    stage, *acts = history
    start = world(stage)
    at = start.program.at
    for number, drawn in enumerate(acts):
        if number in strikes:
            start.clock(at + timedelta(days=drawn[2]) / 2)
        at += timedelta(days=drawn[2])
        outcome = judged(start, start.program, number, drawn, at)
        if isinstance(outcome, Decided):
            start.program = outcome.program
            start.entries.extend(outcome.entries)
            after_each(outcome, at)
    start.clock(at + timedelta(days=30))
    return start


@given(histories)
@settings(max_examples=80, deadline=None)
def test_the_stored_state_is_what_the_entries_add_up_to(history: list[Any]) -> None:
    lived_through = lived(history)
    assert fold(lived_through.entries) == lived_through.program


def nothing_more(decided: Decided, at: datetime) -> None:
    """Whatever is looked at again after an act, nothing follows that did not follow with it."""
    again = Fixpoint(decided.program, "again", at, LAW)
    again.look_at_everything()
    again.settle(at)
    assert again.entries == []
    assert decided.clocks == clocks(decided.program)


@given(histories)
@settings(max_examples=120, deadline=None)
def test_nothing_that_follows_is_overlooked(history: list[Any]) -> None:
    lived(history, after_each=nothing_more)


@given(histories)
@settings(max_examples=120, deadline=None)
def test_no_consent_outlives_a_change_of_the_effects_it_was_given_for(history: list[Any]) -> None:
    def still_bound(decided: Decided, at: datetime) -> None:
        for proposal in decided.program.open_proposals:
            would = signature_effects(decided.program, proposal.id, proposal.procedure, proposal.matter, at)
            assert effects_hash(would.entries) == proposal.effects

    lived(history, after_each=still_bound)


@given(histories)
@settings(max_examples=80, deadline=None)
def test_no_phase_opens_while_its_gate_is_unmet_or_unknown(history: list[Any]) -> None:
    program: Program | None = None
    for entry in lived(history).entries:
        if isinstance(entry.fact, PhaseOpened) and program is not None:
            rule = program.plan.phases[entry.fact.phase]
            assert (
                judge_gate(program, program.consented(entry.fact.phase, "entry"), rule.entry, entry.fact.effective_at)
                is Truth.MET
            )
            assert program.standing is Standing.RUNNING
        program = evolve(program, entry)


@given(full_of_duties)
@settings(max_examples=120, deadline=None)
def test_whatever_several_owe_and_decide_all_that_follows_is_found(history: list[Any]) -> None:
    lived_through = lived(history, after_each=nothing_more)
    assert fold(lived_through.entries) == lived_through.program


@given(full_of_mistakes)
@settings(max_examples=60, deadline=None)
def test_whatever_is_taken_back_all_that_follows_is_found(history: list[Any]) -> None:
    def nothing_more(decided: Decided, at: datetime) -> None:
        again = Fixpoint(decided.program, "again", at, LAW)
        again.look_at_everything()
        again.settle(at)
        assert again.entries == []
        assert decided.clocks == clocks(decided.program)
        for state in decided.program.releases.values():
            assert sum(state.balances.values()) == 0

    lived_through = lived(history, after_each=nothing_more)
    assert fold(lived_through.entries) == lived_through.program


@given(full_of_mistakes)
@settings(max_examples=40, deadline=None)
def test_what_is_taken_back_names_the_entry_that_it_takes_back(history: list[Any]) -> None:
    """And each entry is taken back once: what it did is not undone twice."""
    entries = {entry.seq: entry for entry in lived(history).entries}
    taken = [entry for entry in entries.values() if entry.fact.kind in TAKES_BACK]
    for entry in taken:
        assert entries[entry.fact.__dict__["entry"]].fact.kind in TAKES_BACK[entry.fact.kind]
        assert entry.fact.__dict__["entry"] < entry.seq
    named = [(entry.fact.kind, entry.fact.__dict__["entry"]) for entry in taken]
    assert len(set(named)) == len(named)


TAKES_BACK = {
    "verification_taken_back": {"evidence_verified"},
    "return_taken_back": {"evidence_returned"},
    "determination_taken_back": {"milestone_determined"},
    "stability_reversal_taken_back": {"stability_reversed"},
    "consent_taken_back": {"consent_given"},
    "proposal_consent_taken_back": {"proposal_consented"},
    "admission_taken_back": {"member_admitted"},
    "incident_corrected": {"incident_reported", "incident_confirmed", "incident_corrected"},
}


@given(histories)
@settings(max_examples=80, deadline=None)
def test_nobody_verifies_what_they_or_their_party_recorded(history: list[Any]) -> None:
    for piece in lived(history).program.evidence.values():
        if piece.verified_by is not None:
            assert piece.verified_by.person != piece.recorded_by.person
            assert piece.verified_by.party != piece.recorded_by.party


@given(histories, st.frozensets(st.integers(0, 39)))
@settings(max_examples=80, deadline=None)
def test_how_late_a_timer_is_changes_nothing(history: list[Any], strikes: frozenset[int]) -> None:
    def timeless(program: Program) -> Program:
        return replace(program, seq=0, at=day(0))

    assert timeless(lived(history, strikes).program) == timeless(lived(history).program)


@given(histories, st.data())
@settings(max_examples=60, deadline=None)
def test_a_preview_is_what_then_happens(history: list[Any], data: st.DataObject) -> None:
    start = lived(history)
    last = data.draw(_acts())
    at = start.program.at + timedelta(days=1)
    assert judged(start, start.program, 999, last, at) == judged(start, start.program, 999, last, at)


@given(histories)
@settings(max_examples=60, deadline=None)
def test_a_suspension_is_refused_for_nothing_but_a_suspension_or_the_end(history: list[Any]) -> None:
    start = lived(history)
    at = start.program.at + timedelta(days=1)
    outcome = start.outcome("cleo", a.SuspendProgram(reason="War."), at, start.program)
    if start.program.standing is Standing.RUNNING:
        assert isinstance(outcome, Decided)
        # Clocks that were due before it are settled first, and nobody is the actor of those.
        (own,) = (entry.fact for entry in outcome.entries if entry.actor is not None)
        assert isinstance(own, ProgramSuspended)
        assert outcome.program.standing is Standing.SUSPENDED


@given(histories)
@settings(max_examples=60, deadline=None)
def test_what_is_complete_rests_on_what_still_holds(history: list[Any]) -> None:
    program = lived(history).program
    for name, state in program.phases.items():
        if state.status is PhaseStatus.COMPLETE:
            assert (
                judge_gate(program, program.consented(name, "exit"), program.plan.kept[name][1], program.at)
                is not Truth.NOT_MET
            )


@given(histories)
@settings(max_examples=150, deadline=None)
def test_money_always_sums(history: list[Any]) -> None:
    """After every entry, whatever has happened: what one account has gained another has lost."""
    program: Program | None = None
    for entry in lived(history).entries:
        program = evolve(program, entry)
        if isinstance(entry.fact, BalanceMoved):
            assert entry.fact.amount > 0
            balances = program.releases[entry.fact.release].balances
            assert sum(balances.values()) == 0
            assert all(amount >= 0 for account, amount in balances.items() if account != "promised")


@given(histories)
@settings(max_examples=120, deadline=None)
def test_what_is_paid_is_what_is_earned(history: list[Any]) -> None:
    """However often a milestone has fallen and been achieved again; less what was lost for good."""

    def paid(decided: Decided, at: datetime) -> None:
        program = decided.program
        for name, state in program.releases.items():
            suspended = sum(part.amount for part in state.suspensions)
            assert suspended == state.balances["suspended"]
            now = earned_amount(program, name, at).amount
            most = state.promised - state.lost
            if now is not None and program.standing is Standing.RUNNING:
                assert state.held == min(now, most)
            elif now is not None:
                assert state.held <= min(now, most)

    lived(history, after_each=paid)


@given(histories)
@settings(max_examples=120, deadline=None)
def test_what_is_owed_is_kept_as_if_all_of_it_were_asked_again(history: list[Any]) -> None:
    kept: list[tuple[Program, OutstandingIndex]] = []

    def as_asked_again(decided: Decided, _: datetime) -> None:
        before, held = kept.pop() if kept else (decided.program, outstanding_acts(decided.program))
        held = outstanding_after(decided.program, before, held, decided.changed)
        assert held == outstanding_acts(decided.program)
        kept.append((decided.program, held))

    lived(history, after_each=as_asked_again)
