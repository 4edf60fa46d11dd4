"""Runs of automated checks: the acts that follow, and who may act as a check."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import acts as a
from rules.checks.runs import CHECKS, acts_of_run
from rules.decide import Decided, decide, may_know
from rules.effects import FigureAccepted
from rules.evolve import fold
from rules.facts import CheckReported
from rules.refusals import Code, Refused
from rules.truth import Truth
from rules.vocabulary.evidence import EvidenceStatus
from rules.vocabulary.readings import NoReading, ReadFigure, Readings
from tests.rules.measuring import (
    NOW,
    checked,
    figures,
    indicator,
    judged,
    measurements,
    measuring,
    readings,
    recorded,
    reports,
    run,
    verify_all,
)
from tests.rules.small_plan import World


def world(target: dict[str, Any] | None = None, check: dict[str, Any] | None = None, **changes: Any) -> World:
    return measuring({"smoke": indicator(**changes)}, {"smoke": target or {"at_most": "90"}}, check=check or {})


class TestWhatIsRecorded:
    def test_the_newest_figure_with_its_origin(self) -> None:
        given = world()
        deeds = checked(given, readings("E1", y2023="95", y2024="85"))
        assert figures(deeds) == {"2024": ("85", "E1", None)}
        (figure,) = measurements(given)
        assert (figure.producer, figure.source, figure.unit) == ("Observatory", "The yearbook over HTTP", "kt")
        assert figure.origin is not None
        assert (figure.origin.check, figure.origin.adapter, figure.origin.row) == ("yearly", "json-http", "2024,85")
        assert figure.retrieved_at == figure.origin.fetched[0].retrieved_at
        assert figure.measurement.startswith("yearly-2024-")

    def test_what_is_recorded_is_not_recorded_again(self) -> None:
        given = world()
        checked(given, readings("E1", y2024="85"))
        assert checked(given, readings("E1", y2024="85")) == []

    def test_what_a_person_has_recorded_is_not_recorded_again(self) -> None:
        given = world()
        recorded(given, "m1", indicator="smoke", value=Decimal(85), period="2024", edition="E1")
        assert figures(checked(given, readings("E1", y2024="85.0"))) == {}

    def test_a_new_stamp_alone_gives_nobody_anything_to_verify(self) -> None:
        given = world()
        checked(given, readings("E1", y2024="85"))
        deeds = checked(given, readings("E2", y2024="85"))
        assert figures(deeds) == {}
        assert reports(deeds) == [("read", "Figures up to 2024, edition E2.")]

    def test_periods_that_have_come_since(self) -> None:
        given = world()
        checked(given, readings("E1", y2021="88"))
        later = NOW + timedelta(days=1)
        deeds = checked(given, readings("E2", y2020="99", y2021="88", y2022="87", y2023="86"), later)
        assert sorted(figures(deeds)) == ["2022", "2023"]

    def test_as_many_periods_as_a_target_asks_for(self) -> None:
        given = world({"at_most": "90", "periods": 3})
        deeds = checked(given, readings("E1", y2020="99", y2021="88", y2022="87", y2023="86", y2024="85"))
        assert sorted(figures(deeds)) == ["2022", "2023", "2024"]

    def test_the_base_where_a_change_is_compared_within_an_edition(self) -> None:
        given = world({"change": "-10%", "compares": "within_edition"})
        deeds = checked(given, readings("E1", y2020="100", y2021="88", y2024="85"))
        assert sorted(figures(deeds)) == ["2020", "2024"]
        verify_all(given)
        assert judged(given).outcome is Truth.MET

    def test_the_base_again_with_the_first_figure_of_a_new_edition(self) -> None:
        """Without it, the change within that edition would not be known."""
        given = world({"change": "-10%", "compares": "within_edition"})
        checked(given, readings("E1", y2020="100", y2023="85"))
        deeds = checked(given, readings("E2", y2020="100", y2023="85", y2024="84"))
        assert figures(deeds) == {"2020": ("100", "E2", None), "2024": ("84", "E2", None)}

    def test_what_is_left_of_a_run_that_was_cut_off(self) -> None:
        """Only the first act of the new edition was recorded; its cause and those of the rest are the same."""
        given = world({"change": "-10%", "compares": "within_edition"})
        checked(given, readings("E1", y2020="100", y2024="85"))
        again = run(readings("E2", y2020="90", y2024="85"))
        whole = acts_of_run(given.program, "yearly", again)
        assert figures(list(whole)) == {"2020": ("90", "E2", "methodology"), "2024": ("85", "E2", "methodology")}
        done = decide(given.program, a.Act(id="x", actor=CHECKS, deed=whole[0]), NOW)
        assert isinstance(done, Decided)
        assert acts_of_run(done.program, "yearly", again) == whole[1:]

    def test_what_people_have_made_of_a_figure_stands(self) -> None:
        """The source says what it said. A daily check would otherwise undo every correction by the next morning."""
        given = world()
        checked(given, readings("E1", y2024="85"))
        (figure,) = measurements(given)
        given.given("nick", a.ReturnEvidence(evidence=figure.measurement, reason="Of another place."), NOW)
        assert checked(given, readings("E1", y2024="85")) == []
        recorded(given, "by-hand", indicator="smoke", value=Decimal(70), period="2024", edition="E1")
        assert checked(given, readings("E1", y2024="85")) == []

    def test_a_value_that_comes_back_is_recorded_again(self) -> None:
        given = world()
        for value in ("85", "86", "85"):
            assert figures(checked(given, readings("E1", y2024=value))) != {}
        verify_all(given)
        assert "was 85 kt" in judged(given).sentence

    @pytest.mark.parametrize(
        ("by_hand", "read", "news"), [("85.123", "85.1231", {}), ("85", "85.4", {"2024": ("85.4", "E1", "data_error")})]
    )
    def test_a_figure_that_a_person_wrote_with_fewer_digits(self, by_hand: str, read: str, news: dict[str, object]) -> None:
        """Five digits tell a figure; with fewer it could lie on the other side of a target."""
        given = world()
        recorded(given, "m1", indicator="smoke", value=Decimal(by_hand), period="2024", edition="E1")
        assert figures(checked(given, readings("E1", y2024=read))) == news

    def test_an_error_beside_a_person_s_figure_only_where_a_target_asks_for_it(self) -> None:
        for target, is_news in (({"change": "-10%"}, False), ({"change": "-10%", "standard_errors": "2"}, True)):
            given = measuring({"smoke": indicator()}, {"smoke": target}, check={})
            recorded(given, "m1", indicator="smoke", value=Decimal(85), period="2024", edition="E1")
            found = figures(checked(given, readings("E1", errors={"2024": "2"}, y2024="85")))
            assert found == ({"2024": ("85", "E1", "late_data")} if is_news else {})

    def test_an_error_that_is_given_later(self) -> None:
        given = world()
        checked(given, readings("E1", y2024="85"))
        assert checked(given, readings("E1", errors={"2024": "2"}, y2024="85")) != []
        assert checked(given, readings("E1", y2024="85")) == []  # one that is not given any more takes nothing back

    def test_nothing_in_a_program_that_has_ended(self) -> None:
        given = world()
        given.given("cleo", a.TerminateProgram(reason="Over."), NOW)
        assert acts_of_run(given.program, "yearly", run(readings("E1", y2024="85"))) == ()


class TestRevisions:
    """A machine knows no reasons; it presumes one by what has moved."""

    def world(self) -> World:
        given = world({"at_most": "90", "periods": 3})
        checked(given, readings("E1", y2022="89", y2023="88", y2024="85"))
        verify_all(given)
        return given

    @pytest.mark.parametrize(
        ("edition", "changed", "causes"),
        [
            ("E1", {"y2024": "95"}, {"2024": "data_error"}),
            ("E1", {"y2022": "95"}, {"2022": "data_error"}),
            ("E2", {"y2024": "95"}, {"2024": "late_data"}),
            ("E2", {"y2024": "95", "y2025": "84"}, {"2024": "late_data", "2025": None}),
            ("E2", {"y2023": "95", "y2024": "95"}, {"2023": "methodology", "2024": "methodology"}),
            ("E2", {"y2022": "95"}, {"2022": "methodology"}),
        ],
    )
    def test_the_cause_is_presumed(self, edition: str, changed: dict[str, str], causes: dict[str, str | None]) -> None:
        read = {"y2022": "89", "y2023": "88", "y2024": "85"} | changed
        given = self.world()
        deeds = checked(given, readings(edition, None, None, **read), NOW.replace(month=12, day=2))
        assert {period: cause for period, (_, _, cause) in figures(deeds).items()} == causes

    @pytest.mark.parametrize(("base", "cause"), [("100.04", "late_data"), ("101", "methodology")])
    def test_the_frozen_baseline_is_a_figure_of_an_earlier_edition_too(self, base: str, cause: str) -> None:
        given = world(baseline={"value": "100.0", "period": "2020", "edition": "E0"})
        checked(given, readings("E1", y2024="85"))
        deeds = checked(given, readings("E2", y2020=base, y2024="86"))
        assert figures(deeds) == {"2024": ("86", "E2", cause)}

    @pytest.mark.parametrize(
        ("edition", "read", "proposes", "says"),
        [
            ("E2", {"y2024": "95"}, "reversal", "(Observatory, E2), revised from 85 (E1) because of late data"),
            ("E1", {"y2024": "95"}, "reversal", "(Observatory, E1), revised from 85 (E1) because of data error"),
            ("E2", {"y2023": "95", "y2024": "95"}, None, "(Observatory, E2), revised from 85 (E1) because of methodology"),
        ],
    )
    def test_under_an_achievement_it_proposes_the_reversal_or_says_why_not(
        self, edition: str, read: dict[str, str], proposes: str | None, says: str
    ) -> None:
        given = self.world()
        given.given("cleo", a.Determine(milestone="kept", outcome="achieved", reason="Shown."), NOW)
        checked(given, readings(edition, None, None, **{"y2022": "89", "y2023": "88"} | read))
        verify_all(given)
        finding = given.program.milestone("kept").finding
        assert finding is not None
        assert (finding.outcome, finding.proposes) == (Truth.NOT_MET, proposes)
        assert says in finding.sentence
        assert ("its cause is none for which this is reversed" in finding.sentence) is (proposes is None)
        assert fold(given.entries) == given.program


class TestNothingRead:
    """Nothing is recorded as a measurement, and the report says of which kind it is."""

    @pytest.mark.parametrize(
        ("reading", "kind", "says"),
        [
            (
                readings("E1", y2024="1001"),
                "implausible",
                "1001 kt in 2024 cannot be; plausible is at least 0 and at most 1000.",
            ),
            (readings("E1", y2024="-1"), "implausible", "-1 kt in 2024 cannot be"),
            (readings("E1", y2031="80"), "implausible", "A figure is given for 2031, which was not over on 2026-12-01."),
            (readings("E1", y2026="80"), "implausible", "2026, which was not over"),
            (readings("E1", y2024="NaN"), "implausible", "NaN is no figure: it is finite, below 1e18"),
            (readings("E1", y2024="1e400"), "implausible", "is no figure"),
            (readings("E1", y2023="sNaN", y2024="85"), "implausible", "is no figure"),
            (readings("E1", "Mt", y2024="85"), "wrong_unit", "2024 is given in Mt, and Smoke is measured in kt."),
            (readings("E1", y20_24="85"), "unparseable", "'20-24' is no period."),
            (readings("E1", y0001="85"), "unparseable", "'0001' is no period"),
            (readings(" ", y2024="85"), "unparseable", "2024 is of an edition without a name"),
            (readings("E1"), "missing", "The answer holds no figure."),
            (NoReading("retired", "The code is gone."), "retired", "The code is gone."),
            (NoReading("refused", "403 from data.example.org."), "refused", "403 from data.example.org."),
        ],
    )
    def test_each_kind(self, reading: Readings | NoReading, kind: str, says: str) -> None:
        given = world(plausible={"at_least": "0", "at_most": "1000"})
        deeds = checked(given, reading)
        assert figures(deeds) == {}
        ((outcome, sentence),) = reports(deeds)
        assert outcome == kind
        assert says in sentence
        assert (judged(given).outcome, judged(given).unknown) == (Truth.INDETERMINATE, kind)
        assert says in judged(given).sentence

    def test_one_figure_that_cannot_be_spoils_all(self) -> None:
        """A source that is wrong once is not picked from."""
        given = world({"at_most": "90", "periods": 2}, plausible={"at_least": "0"})
        assert figures(checked(given, readings("E1", y2023="-5", y2024="85"))) == {}

    def test_two_figures_for_one_period(self) -> None:
        rows = tuple(ReadFigure("2024", Decimal(value), None, "E1", value) for value in ("85", "86"))
        assert reports(checked(world(), Readings("E1", rows))) == [("unparseable", "2024 is given twice, as 85 and as 86.")]

    @pytest.mark.parametrize("said", ["", "x" * 5000, "\0\ud800<html>", "cafe\u0301"])
    def test_whatever_a_source_has_written_can_be_recorded(self, said: str) -> None:
        given = world()
        ((outcome, _),) = reports(checked(given, NoReading("unparseable", said)))
        assert outcome == "unparseable"
        checked(given, Readings(said, (ReadFigure("2024", Decimal(85), None, said, said),)))
        for entry in given.entries:
            assert type(entry.fact).model_validate_json(entry.fact.model_dump_json()) == entry.fact

    def test_a_figure_that_is_still_fresh_stands(self) -> None:
        given = world()
        checked(given, readings("E1", y2024="85"))
        verify_all(given)
        checked(given, NoReading("retired", "The code is gone."))
        assert judged(given).outcome is Truth.MET

    def test_a_stale_one_is_told_with_what_the_check_says(self) -> None:
        given = world(oldest="P2Y")
        checked(given, readings("E1", y2023="85"))
        verify_all(given)
        checked(given, NoReading("retired", "The code is gone."))
        assert judged(given).unknown == "retired"
        assert judged(given).sentence == (
            "Smoke: the newest figure is of 2023, older than the P2Y that the plan accepts. The yearbook: The code is gone."
        )

    def test_what_was_not_read_once_is_said_no_more_when_it_is(self) -> None:
        given = world()
        checked(given, NoReading("unparseable", "A page for a table."))
        assert checked(given, NoReading("unparseable", "A page for a table.")) == []
        checked(given, readings("E1", y2024="85"))
        finding = given.program.milestone("kept").finding
        assert finding is not None
        assert finding.sentence == "No verified figure for Smoke by Observatory is recorded."
        assert given.program.checks["yearly"].report is not None
        assert given.program.checks["yearly"].report.outcome == "read"

    def test_a_report_that_is_no_news_adds_nothing_to_the_ledger(self) -> None:
        given = world()
        deed = a.ReportCheck(check="yearly", outcome="retired", sentence="Gone.")
        assert len(given.given("chip", deed, NOW).entries) == 2  # the report, and a finding
        assert given.given("chip", deed, NOW).entries == ()


class TestOtherProducer:
    def test_its_figures_corroborate_and_its_reports_say_nothing_of_ours(self) -> None:
        given = measuring(
            {"smoke": indicator()},
            {"smoke": {"at_most": "90"}},
            check={"producer": "Satellite"},
        )
        checked(given, NoReading("retired", "The code is gone."))
        assert judged(given).unknown == "missing"
        checked(given, readings("S1", y2024="80"))
        recorded(given, "m1", indicator="smoke", value=Decimal(85), period="2024", edition="E1")
        verify_all(given)
        assert judged(given).sentence.endswith("Satellite (S1) gives 80 kt, which corroborates this and decides nothing.")


class TestVerifiedAutomatically:
    def test_a_figure_counts_as_it_was_read_and_no_person_has_verified_it(self) -> None:
        given = world(check={"verified": "automatically"})
        checked(given, readings("E1", y2024="85"))
        (piece,) = given.program.evidence.values()
        assert (piece.status, piece.verified_by, piece.accepted_by) == (EvidenceStatus.VERIFIED, None, "yearly")
        assert [entry.fact.check for entry in given.entries if isinstance(entry.fact, FigureAccepted)] == ["yearly"]
        assert given.program.unjudged == ()
        assert judged(given).outcome is Truth.MET
        assert given.program.milestone("kept").achieved_at is None
        assert fold(given.entries) == given.program

    def test_a_reading_counts_as_a_whole(self) -> None:
        """One by one, 88 of the new edition and 85 of the old one would have achieved what no edition has told."""
        target, alone = {"at_most": "90", "periods": 2}, {"determined": {"automatically": True}}
        given = measuring({"smoke": indicator()}, {"smoke": target}, check={"verified": "automatically"}, step=alone)
        checked(given, readings("E1", y2023="95", y2024="85"))
        checked(given, readings("E2", y2023="88", y2024="92"))
        assert given.program.milestone("kept").achieved_at is None
        checked(given, readings("E3", y2023="88", y2024="89"))
        assert given.program.milestone("kept").achieved_at == NOW

    def test_the_report_comes_again_for_figures_that_wait_for_it(self) -> None:
        """It says what the last one said: the producer has corrected itself within an edition."""
        given = world(check={"verified": "automatically"})
        checked(given, readings("E1", y2024="85"))
        checked(given, readings("E1", y2024="86"))
        assert "was 86 kt" in judged(given).sentence
        assert checked(given, readings("E1", y2024="86")) == []

    def test_left_out_somebody_verifies_it(self) -> None:
        given = world()
        checked(given, readings("E1", y2024="85"))
        assert judged(given).unknown == "missing"
        assert len(given.program.unjudged) == 1

    def test_not_what_a_person_sends_as_if_a_check_had_read_it(self) -> None:
        given = world(check={"verified": "automatically"})
        (deed, _) = acts_of_run(given.program, "yearly", run(readings("E1", y2024="85")))
        given.given("chip", deed, NOW)
        assert len(given.program.unjudged) == 1


class TestAValueThatChangesUnderOneEdition:
    """The producer has corrected something, or somebody has changed the file: a machine cannot tell."""

    def world(self, **how: Any) -> World:
        step = {"reversed_by": ["data_error"], "determined": {"by": ["commission"]}}
        given = measuring({"smoke": indicator()}, {"smoke": {"at_most": "90"}}, check=how, step=step)
        checked(given, readings("E1", y2024="85"))
        verify_all(given)
        given.given("cleo", a.Determine(milestone="kept", outcome="achieved", reason="It is shown."), NOW)
        return given

    def test_is_a_finding_with_its_cause_presumed_and_reverses_nothing_by_itself(self) -> None:
        given = self.world(verified="automatically")
        checked(given, readings("E1", y2024="95"))
        finding = given.program.milestone("kept").finding
        assert finding is not None
        assert (finding.outcome, finding.proposes) == (Truth.NOT_MET, None)
        assert "changed its figure under the same edition (E1); that this is data error is presumed" in finding.sentence
        assert given.program.milestone("kept").status == "achieved"

    def test_proposes_a_reversal_when_a_person_has_said_why(self) -> None:
        given = self.world(verified="automatically")
        checked(given, readings("E1", y2024="95"))
        piece = given.program.figures["smoke"][-1]
        recorded(
            given, "m9", indicator="smoke", value=Decimal(95), period="2024", edition="E1", revises=piece, cause="data_error"
        )
        assert judged(given).proposes == "reversal"

    def test_proposes_a_reversal_when_a_person_has_verified_it(self) -> None:
        given = self.world()
        checked(given, readings("E1", y2024="95"))
        verify_all(given)
        assert judged(given).proposes == "reversal"


class TestWhoActs:
    def deed(self, given: World, **changes: Any) -> a.RecordMeasurement:
        (deed, _) = acts_of_run(given.program, "yearly", run(readings("E1", y2024="85")))
        assert isinstance(deed, a.RecordMeasurement)
        return deed.model_copy(update=changes)

    def test_an_origin_is_given_by_checkers_alone(self) -> None:
        given = world()
        assert given.tried("moss", self.deed(given), NOW) == Code.WRONG_ORIGIN

    def test_an_origin_names_a_check_of_the_indicator_and_its_producer(self) -> None:
        given = world()
        origin = self.deed(given).origin
        assert origin is not None
        other = origin.model_copy(update={"check": "weekly"})
        assert given.tried("chip", self.deed(given, origin=other), NOW) == Code.CHECK_UNKNOWN
        assert given.tried("chip", self.deed(given, producer="Satellite"), NOW) == Code.WRONG_ORIGIN

    def test_the_service_records_nothing_that_no_check_has_read(self) -> None:
        given = world()
        outcome = decide(given.program, a.Act(id="x", actor=CHECKS, deed=self.deed(given, origin=None)), NOW)
        assert isinstance(outcome, Refused)
        assert outcome.code == Code.WRONG_ORIGIN

    def test_the_service_is_known_where_the_plan_declares_checks(self) -> None:
        assert may_know(world().program, CHECKS)
        assert not may_know(World().program, CHECKS)
        somebody = a.Actor(person="checks", role=a.Role.OFFICER)
        assert not may_know(world().program, somebody)

    def test_nobody_is_a_member_in_its_name(self) -> None:
        deed = a.AdmitMember(member=a.Member(person="checks", role=a.Role.CHECKER))
        assert world().tried("olga", deed, NOW) == Code.ROLE_MAY_NOT


class TestPausing:
    def test_an_officer_pauses_and_resumes_with_a_reason(self) -> None:
        given = world()
        given.given("olga", a.PauseCheck(check="yearly", reason="The source has moved."), NOW)
        state = given.program.checks["yearly"]
        assert (state.paused_at, state.paused_because) == (NOW, "The source has moved.")
        assert given.tried("olga", a.PauseCheck(check="yearly", reason="Again."), NOW) == Code.CHECK_PAUSED
        given.given("olga", a.ResumeCheck(check="yearly", reason="It is found."), NOW)
        assert given.program.checks["yearly"].paused_at is None
        assert given.tried("olga", a.ResumeCheck(check="yearly", reason="Again."), NOW) == Code.CHECK_NOT_PAUSED

    def test_what_it_reported_last_is_kept(self) -> None:
        given = world()
        checked(given, NoReading("retired", "Gone."))
        given.given("olga", a.PauseCheck(check="yearly", reason="It is gone."), NOW)
        report = given.program.checks["yearly"].report
        assert isinstance(report, CheckReported)
        assert report.outcome == "retired"

    def test_nobody_else_does_and_no_other_check(self) -> None:
        given = world()
        assert given.tried("moss", a.PauseCheck(check="yearly", reason="x"), NOW) == Code.ROLE_MAY_NOT
        assert given.tried("olga", a.PauseCheck(check="weekly", reason="x"), NOW) == Code.CHECK_UNKNOWN


def test_a_feed_says_until_which_day_it_speaks() -> None:
    feed = {"kinds": {"Battles": "attack"}, "places": ["Anbar"], "severity": "serious"}
    given = world(check={"figures_of": None, "incidents": feed})
    assert reports(list(acts_of_run(given.program, "yearly", run(Readings("26.1", covers_until=NOW.date()))))) == [
        ("read", "Events up to 2026-12-01, edition 26.1.")
    ]


_YEARS = st.dictionaries(
    st.sampled_from(["2020", "2022", "2023", "2024", "2025"]), st.sampled_from(["85", "86", "95"]), min_size=1
)


@given(st.booleans(), st.lists(st.tuples(st.sampled_from(["E1", "E2", "E3"]), _YEARS), min_size=1, max_size=5), st.data())
@settings(max_examples=200, deadline=None)
def test_a_run_that_is_cut_off_is_finished_by_the_next(
    accepted: bool,  # noqa: FBT001  drawn
    runs: list[tuple[str, dict[str, str]]],
    data: st.DataObject,
) -> None:
    """Whatever was read before: what was done is not done again, and the rest is what it was."""
    target = {"change": "-10%", "compares": "within_edition", "periods": 2}
    world_ = world(target, {"verified": "automatically"} if accepted else {})
    for hours, (edition, years) in enumerate(runs):
        at = NOW + timedelta(hours=hours)
        reading = readings(edition, None, None, **{f"y{year}": value for year, value in years.items()})
        whole = acts_of_run(world_.program, "yearly", run(reading, at))
        cut = data.draw(st.integers(0, len(whole)))
        for number, deed in enumerate(whole[:cut]):
            done = decide(world_.program, a.Act(id=f"c{number}", actor=CHECKS, deed=deed), at)
            assert isinstance(done, Decided), done
            world_.program = done.program
        assert acts_of_run(world_.program, "yearly", run(reading, at)) == whole[cut:]
        checked(world_, reading, at)
        assert acts_of_run(world_.program, "yearly", run(reading, at + timedelta(minutes=1))) == ()
