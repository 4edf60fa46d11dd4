"""The report's own checks next to the figures beside its plan: what is known is no news, and what is new is a revision."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cli.figures import figures
from cli.home import packaged_plans
from rules import acts as a
from rules.checks.runs import CHECKS, Run, acts_of_run
from rules.decide import Decided, decide
from rules.language.declared import agreed_children, read_declarations
from rules.language.reading import parse_document
from rules.program import Program
from tests.workflows.sources.answers import CITATION, GFMR, OWID, wdi_page, wdi_row, workbook
from tests.workflows.sources.producers import Producers, Served, run
from workflows.recompute import build_ask

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
FOLDER = packaged_plans() / "us-iraq-reset"
PEOPLE = (
    a.Member(person="olga", role=a.Role.OFFICER),
    a.Member(person="chip", role=a.Role.CHECKER),
    a.Member(person="vera", role=a.Role.VERIFIER, party="us"),
)
LESS_CARBON: dict[str, Any] = {
    "title": "Less carbon dioxide",
    "party": "iraq",
    "shown_by": {
        "figure": {
            "kind": "measurement",
            "what": "it fell",
            "indicator": "co2_emissions",
            "target": {"change": "-5%", "unit": "Mt"},
        }
    },
    "verified_by": ["us"],
    "determined": {"by": ["hmc"]},
}


def known(indicator: str, edition: str = "") -> dict[str, str]:
    """The figures beside the plan by period; of several editions the last."""
    rows = (row for row in figures(FOLDER / "figures.csv") if row["indicator"] == indicator)
    return {row["period"]: row["value"] for row in rows if edition in row["edition"]}


def flaring(producers: Producers) -> None:
    years = known("flaring_volume", "2024 edition")
    rows: list[list[Any]] = [["Country, bcm", *map(int, years)], ["Iraq", *map(float, years.values())], [None], ["Total"]]
    producers.answers[GFMR] = Served(workbook(Flare_volume=rows))


def co2(producers: Producers, changed: dict[str, str] | None = None, budget: int = 2025) -> None:
    years = known("co2_emissions") | (changed or {})
    lines = (f"Iraq,IRQ,{year},{Decimal(value) * 1_000_000:.0f}" for year, value in sorted(years.items()))
    producers.answers[f"{OWID}.csv"] = Served("\n".join(["Entity,Code,Year,emissions_total", *lines]))
    cited = CITATION.replace("(2025)", f"({budget})")
    producers.answers[f"{OWID}.metadata.json"] = Served({"columns": {"emissions_total": {"citationLong": cited}}})


def oil_rents(producers: Producers) -> None:
    """With all digits; what stands beside the plan was copied with seven."""
    rows = [wdi_row(year, float(f"{value}0312")) for year, value in known("oil_rents").items()]
    producers.answers["api.worldbank.org/v2/country/IRQ/indicator/NY.GDP.PETR.RT.ZS"] = Served(wdi_page(rows))


def corruption(producers: Producers) -> None:
    """With standard errors, which nobody has asked for."""
    years = {year: value for year, value in known("corruption_perceptions").items() if year < "2025"}
    head = ["Country / Territory", "ISO3", *(f"{what} {year}" for year in years for what in ("CPI score", "Standard error"))]
    held = ["Iraq", "IRQ", *(cell for value in years.values() for cell in (int(value), 2.5))]
    rows: list[list[Any]] = [["Corruption Perceptions Index"], [], [], head, held]
    sheet = workbook(**{"CPI Timeseries 2012 - 2024": rows})
    producers.answers["images.transparencycdn.org/images/CPI2024-Results-and-trends.xlsx"] = Served(sheet)


class Reset:
    """The report's program, as its first start leaves it."""

    def __init__(self, program: Program | None = None) -> None:
        self._program = program

    def start(self) -> None:
        data = parse_document((FOLDER / "plan.yaml").read_text(encoding="utf-8")).data
        data["phases"]["announcement"]["milestones"]["less_carbon"] = LESS_CARBON
        document = json.dumps(data)
        children = agreed_children(
            read_declarations(parse_document(document)),
            lambda name: next(packaged_plans().rglob(f"{name}/plan.yaml")).read_text(encoding="utf-8"),
        )
        self.done("olga", a.StartProgram(document=document, members=PEOPLE, programs=children))
        for row in figures(FOLDER / "figures.csv"):
            self.done("chip", a.RecordMeasurement.model_validate(row))

    def done(self, person: str, deed: Any) -> None:
        member = next((one for one in PEOPLE if one.person == person), CHECKS)
        actor = a.Actor(person=person, role=member.role, party=member.party)
        number = self._program.seq if self._program else 0
        decided = decide(self._program, a.Act(id=f"act-{number}", actor=actor, deed=deed), NOW)
        assert isinstance(decided, Decided), decided
        self._program = decided.program

    @property
    def program(self) -> Program:
        assert self._program is not None
        return self._program

    async def checked(self, producers: Producers, check: str) -> list[Any]:
        """Runs a check as the worker does, and does what follows."""
        ask = build_ask(self.program.plan, check, NOW.date())
        answers, reading = await run(ask, producers.line(*self.program.plan.hosts))
        fetched = tuple(answer.fetch.model_copy(update={"retrieved_at": NOW}) for answer in answers)
        deeds = acts_of_run(self.program, check, Run(reading, fetched, ask.source.adapter, "1"))
        for deed in deeds:
            self.done("checks", deed)
        return list(deeds)


@pytest.fixture(scope="module")
def started() -> Program:
    """The program of the first start, which no test changes."""
    made = Reset()
    made.start()
    return made.program


@pytest.fixture
def reset(started: Program) -> Reset:
    return Reset(started)


@pytest.mark.parametrize(
    ("check", "answer", "report"),
    [
        ("flaring", flaring, "2023, edition 2024 edition (2012-2023)."),
        ("co2", co2, "2024, edition Global Carbon Budget (2025)."),
        ("oil_rents", oil_rents, "2021, edition 2026-07-13."),
        ("corruption", corruption, "2024, edition CPI 2024 release."),
    ],
    ids=["flaring", "co2", "oil_rents", "corruption"],
)
async def test_the_first_run_records_nothing_that_stands_beside_the_plan(
    reset: Reset, producers: Producers, check: str, answer: Callable[[Producers], None], report: str
) -> None:
    answer(producers)
    (said,) = await reset.checked(producers, check)
    assert said.sentence == f"Figures up to {report}"
    assert await reset.checked(producers, check) == []


async def test_a_newer_budget_revises_what_it_computes_anew_and_the_finding_says_why(
    reset: Reset, producers: Producers
) -> None:
    co2(producers, {"2023": "190.1", "2024": "195.2", "2025": "201.3"}, budget=2026)
    deeds = await reset.checked(producers, "co2")
    recorded = {deed.period: (f"{deed.value.normalize():f}", deed.cause) for deed in deeds[:-1]}
    assert recorded == {"2023": ("190.1", "methodology"), "2024": ("195.2", "methodology"), "2025": ("201.3", None)}
    assert deeds[-1].edition == "Global Carbon Budget (2026)"
    for deed in deeds[:2]:
        reset.done("vera", a.Verify(evidence=deed.measurement))
    finding = reset.program.milestone("less_carbon").finding
    assert finding is not None
    assert "Global Carbon Budget (2026)), revised from 233.6355 (Global Carbon Budget (2025))" in finding.sentence
