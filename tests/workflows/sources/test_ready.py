"""Each ready-made source can be pasted into a plan and reads real answers of its producer."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest

from rules.language.schema import plan_schema
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, ReadEvent, Readings
from tests.workflows.sources.answers import CITATION, GFMR, OWID, acled, ged, wdi_page, wdi_row, workbook
from tests.workflows.sources.producers import Heard, Producers, Served, read, run, secrets
from tests.workflows.sources.ready import AROUND, FOLDER, ask, plan, text
from workflows.sources.adapters import Adapters
from workflows.sources.answers import Answer

SCHEMA = jsonschema_rs.validator_for(plan_schema())
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_part_of_a_plan(name: str) -> None:
    """What has to be corrected before it can be used is not ready."""
    ready = plan(name)
    assert ready.sources
    for check in ready.checks.values():
        source = ready.sources[check.source]
        assert source.placeholders() == set(check.with_)
        assert source.hosts() <= set(ready.hosts)
    for source in ready.sources.values():
        assert source.quirks
        assert Adapters()[source.adapter].name == source.adapter
    SCHEMA.validate(AROUND | text(name).data)


def test_there_is_one_for_each_producer_that_is_named() -> None:
    assert set(NAMES) == {
        "acled",
        "ember-electricity",
        "owid-co2",
        "transparency-cpi",
        "ucdp-ged",
        "worldbank-flaring",
        "worldbank-wdi",
        "worldbank-wgi",
        "wto-accession",
    }


def figures(readings: Readings | NoReading) -> dict[str, Decimal]:
    assert isinstance(readings, Readings), readings
    return {figure.period: figure.value for figure in readings.figures}


WDI = "api.worldbank.org/v2/country/IRQ/indicator/NY.GDP.PETR.RT.ZS"


class TestWorldBank:
    async def test_figures_carry_the_edition_and_their_row(self, producers: Producers) -> None:
        """Oil rents of Iraq as WDI has them: 42.8 % in 2021, and nothing since."""
        rows = [wdi_row("2022", None), wdi_row("2021", 42.80316), wdi_row("2020", 27.01)]
        producers.answers[WDI] = Served(wdi_page(rows))
        answers, readings = await run(ask("worldbank-wdi", "oil_rents", "% of GDP"), producers.line("api.worldbank.org"))
        assert isinstance(readings, Readings)
        assert readings.edition == "2026-07-13"
        newest = readings.figures[-1]
        assert (newest.period, newest.value, newest.unit, newest.edition) == ("2021", Decimal("42.80316"), None, "2026-07-13")
        assert '"date": "2021", "value": 42.80316' in newest.row
        assert producers.heard[0]["query"] == {
            "format": "json",
            "source": "2",
            "date": "1990:2026",
            "per_page": "1000",
            "page": "1",
        }
        (answer,) = answers
        assert answer.fetch.url == (
            "https://api.worldbank.org/v2/country/IRQ/indicator/NY.GDP.PETR.RT.ZS"
            "?format=json&source=2&date=1990:2026&per_page=1000&page=1"
        )
        assert (answer.fetch.status, answer.fetch.size) == (200, len(answer.body))

    async def test_all_pages_are_asked_for(self, producers: Producers) -> None:
        def page(heard: Heard) -> Served:
            number = int(heard["query"]["page"])
            return Served(wdi_page([wdi_row(str(2018 + number), number)], number, 3))

        producers.answers[WDI] = page
        readings = await read(ask("worldbank-wdi", "oil_rents"), producers.line("api.worldbank.org"))
        assert figures(readings) == {"2019": 1, "2020": 2, "2021": 3}

    @pytest.mark.parametrize(
        ("answer", "kind", "words"),
        [
            (
                [
                    {
                        "message": [
                            {
                                "id": "175",
                                "key": "Invalid format",
                                "value": "The indicator was not found. It may have been deleted or archived.",
                            }
                        ]
                    }
                ],
                "refused",  # deleted, archived, or in another source of the Bank: the message does not say which
                "The indicator was not found",
            ),
            (
                [{"message": [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]}],
                "refused",
                "The provided parameter value is not valid",
            ),
            (
                '\ufeff<?xml version="1.0" encoding="utf-8"?><wb:error/>',
                "unparseable",
                "JSON was asked for, and the answer is XML",
            ),
            (wdi_page([])[:1], "unparseable", "nothing stands at [1]"),
            ([wdi_page([])[0], None], "missing", "has no figure for country IRQ"),
            (wdi_page([wdi_row("2021", None)]), "missing", "has no figure for country IRQ"),
            (wdi_page([{**wdi_row("2021", 1), "countryiso3code": "AFE"}]), "no_match", "no row has 'IRQ' as countryiso3code"),
            (
                wdi_page([{"countryiso3code": "IRQ", "indicator": {"id": "NY.GDP.PETR.RT.ZS"}, "year": "2021"}]),
                "unparseable",
                "a row has no date",
            ),
        ],
    )
    async def test_a_fault_with_status_200_is_known_as_one(
        self, producers: Producers, answer: Any, kind: str, words: str
    ) -> None:
        producers.answers[WDI] = Served(answer)
        readings = await read(ask("worldbank-wdi", "oil_rents"), producers.line("api.worldbank.org"))
        assert isinstance(readings, NoReading)
        assert readings.kind == kind
        assert words in readings.sentence

    async def test_a_byte_order_mark_before_json_is_read_over(self, producers: Producers) -> None:
        producers.answers[WDI] = Served("\ufeff" + json.dumps(wdi_page([wdi_row("2021", "42.8")])))
        assert figures(await read(ask("worldbank-wdi", "oil_rents"), producers.line("api.worldbank.org"))) == {
            "2021": Decimal("42.8")
        }

    async def test_the_renamed_governance_codes_are_asked_of_their_own_source(self, producers: Producers) -> None:
        producers.answers["api.worldbank.org/v2/country/IRQ/indicator/GOV_WGI_CC.EST"] = Served(
            wdi_page([wdi_row("2023", -1.3196, "GOV_WGI_CC.EST")])
        )
        readings = await read(ask("worldbank-wgi", "control_of_corruption"), producers.line("api.worldbank.org"))
        assert figures(readings) == {"2023": Decimal("-1.3196")}
        assert producers.heard[0]["query"]["source"] == "3"


async def test_emissions_have_the_edition_of_the_budget_beside_them(producers: Producers) -> None:
    """The budget of 2025 has 193.1 Mt for 2021; it is published in tonnes."""
    producers.answers[f"{OWID}.csv"] = Served(
        "Entity,Code,Year,emissions_total\nIraq,IRQ,2020,172096900\nIraq,IRQ,2021,193104320\n"
    )
    producers.answers[f"{OWID}.metadata.json"] = Served(
        {"columns": {"emissions_total": {"unit": "tonnes", "citationLong": CITATION}}}
    )
    readings = await read(ask("owid-co2", "co2", "Mt"), producers.line("ourworldindata.org"))
    assert figures(readings) == {"2020": Decimal("172.096900"), "2021": Decimal("193.104320")}
    assert isinstance(readings, Readings)
    assert readings.edition == "Global Carbon Budget (2025)"
    assert readings.figures[1].row == "Iraq,IRQ,2021,193104320"
    assert producers.heard[0]["query"]["country"] == "~IRQ"


async def test_a_renamed_column_is_no_guess(producers: Producers) -> None:
    producers.answers[f"{OWID}.csv"] = Served("Entity,Code,Year,Annual CO\u2082 emissions\nIraq,IRQ,2021,193104320\n")
    producers.answers[f"{OWID}.metadata.json"] = Served({"columns": {"emissions_total": {"citationLong": CITATION}}})
    readings = await read(ask("owid-co2", "co2", "Mt"), producers.line("ourworldindata.org"))
    assert isinstance(readings, NoReading)
    assert readings.kind == "unparseable"
    assert "has no column 'emissions_total'" in readings.sentence


FLARING = workbook(
    Flare_volume=[
        ["Country, bcm", 2021, 2022, 2023],
        ["Iran, Islamic Rep.", 17.442, 17.2929, 20.4116],
        ["Iraq", 17.886404, 17.897148, 17.686211],
        [None, None, None, None],
        ["Total", 144.1, 138.5, 148.3],
    ],
    Flaring_intensity=[
        ["Country m3/bbl", 2021, 2022, 2023],
        ["Iraq", 12.001, 10.9705, 11.1618],
        [None],
        ["Total", 5.1, 4.7, 5.0],
    ],
    Oil_production=[["Country, kbb/d", 2021, 2022, 2023], ["Iran", 2392, 2554, 2859], ["Iraq", 4093, 4453, 4355]],
)


class TestFlaring:
    async def test_volume_and_intensity_come_out_of_one_workbook(self, producers: Producers) -> None:
        """From 2021 to 2022 the volume rose, and the intensity fell."""
        producers.answers[GFMR] = Served(FLARING)
        line = producers.line("thedocs.worldbank.org")
        volume = figures(await read(ask("worldbank-flaring", "flaring", "bcm"), line))
        intensity = figures(await read(ask("worldbank-flaring", "flaring_intensity", "m3/bbl"), line))
        assert volume["2022"] > volume["2021"]
        assert intensity["2022"] < intensity["2021"]
        assert volume["2023"] == Decimal("17.686211")

    async def test_a_country_with_two_names_is_found_by_its_code(self, producers: Producers) -> None:
        producers.answers[GFMR] = Served(FLARING)
        readings = await read(
            ask("worldbank-flaring", "flaring", "bcm", country="IRN"), producers.line("thedocs.worldbank.org")
        )
        assert figures(readings)["2023"] == Decimal("20.4116")
        assert isinstance(readings, Readings)
        assert readings.edition == "2024 edition (2012-2023)"

    async def test_a_code_without_a_name_is_not_matched_by_chance(self, producers: Producers) -> None:
        producers.answers[GFMR] = Served(FLARING)
        readings = await read(
            ask("worldbank-flaring", "flaring", "bcm", country="Total"), producers.line("thedocs.worldbank.org")
        )
        assert isinstance(readings, NoReading)
        assert "has no name for Total" in readings.sentence


async def test_perceptions_have_their_standard_error_beside_them(producers: Producers) -> None:
    """The header is in row 4; the column of 2012 has a capital of its own."""
    rows: list[list[Any]] = [
        ["Corruption Perceptions Index"],
        [],
        [],
        [
            "Country / Territory",
            "ISO3",
            "Region",
            "CPI score 2023",
            "Rank 2023",
            "Standard error 2023",
            "CPI Score 2012",
            "Standard error 2012",
        ],
        ["Iraq", "IRQ", "MENA", 23, 154, 4.1, 18, 2.3],
    ]
    producers.answers["images.transparencycdn.org/images/CPI2025_Results.zip"] = Served(
        workbook(**{"CPI Timeseries 2012 - 2024": rows})
    )
    readings = await read(ask("transparency-cpi", "cpi", "points"), producers.line("images.transparencycdn.org"))
    assert isinstance(readings, Readings)
    assert [(found.period, found.value, found.standard_error) for found in readings.figures] == [
        ("2012", Decimal(18), Decimal("2.3")),
        ("2023", Decimal(23), Decimal("4.1")),
    ]


async def test_electricity_is_of_the_day_on_which_the_file_was_changed(producers: Producers) -> None:
    producers.answers["files.ember-energy.org/public-downloads/yearly_full_release_long_format.csv"] = Served(
        "Area,ISO 3 code,Year,Area type,Category,Subcategory,Variable,Unit,Value\n"
        "Iraq,IRQ,2023,Country or economy,Electricity generation,Aggregate fuel,Renewables,TWh,2.1\n"
        "Iraq,IRQ,2023,Country or economy,Electricity generation,Aggregate fuel,Renewables,%,1.52\n"
        "Iraq,IRQ,2022,Country or economy,Electricity generation,Aggregate fuel,Renewables,%,\n"
        "World,,2023,Region,Electricity generation,Aggregate fuel,Renewables,%,30.2\n",
        headers={"Last-Modified": "Wed, 10 Jun 2026 08:00:00 GMT"},
    )
    answers, readings = await run(ask("ember-electricity", "renewables", "%"), producers.line("files.ember-energy.org"))
    assert figures(readings) == {"2023": Decimal("1.52")}
    assert isinstance(readings, Readings)
    assert readings.edition == "Wed, 10 Jun 2026 08:00:00 GMT"
    assert readings.figures[0].unit == "%"
    assert answers[0].fetch.headers == {"Last-Modified": "Wed, 10 Jun 2026 08:00:00 GMT"}


async def test_lethal_events_come_page_by_page_from_nought(producers: Producers) -> None:
    pages = [[ged(1, "2025-05-13"), ged(2, "2025-06-01", "Anbar governorate")], [ged(3, "2025-12-30")]]

    def page(heard: Heard) -> Served:
        number = int(heard["query"]["page"])
        return Served({"TotalCount": 3, "TotalPages": 2, "PreviousPageUrl": "", "NextPageUrl": "", "Result": pages[number]})

    producers.answers["ucdpapi.pcr.uu.se/api/gedevents/26.1"] = page
    line = producers.line("ucdpapi.pcr.uu.se", secrets=secrets("ucdpapi.pcr.uu.se", ucdp="t0ken"))
    readings = await read(ask("ucdp-ged", "lethal_events"), line)
    assert isinstance(readings, Readings)
    assert [event.id for event in readings.events] == ["1", "2", "3"]
    first = readings.events[0]
    assert (str(first.happened_on), first.kind, first.place) == ("2025-05-13", "1", "Baghdad governorate")
    assert first.attributed_to == "Government of Iraq"
    assert str(readings.covers_until) == "2025-12-30"
    assert {heard["headers"]["x-ucdp-access-token"] for heard in producers.heard} == {"t0ken"}
    assert (readings.edition, producers.heard[0]["query"]["StartDate"]) == ("GED 26.1", "2024-07-14")


async def test_changed_and_deleted_events_are_asked_for_as_well(producers: Producers) -> None:
    """A quiet day can become none, and the other way round."""

    def events(heard: Heard) -> Served:
        old = [acled("IRQ1", "2026-07-01"), acled("IRQ2", "2026-07-10")]
        changed = [acled("IRQ1", "2026-07-02"), acled("IRQ0", "2025-01-01", "Protests")]
        return Served({"success": True, "data": changed if "timestamp" in heard["query"] else old})

    producers.answers["acleddata.com/oauth/token"] = Served(
        {"access_token": "abc", "expires_in": 86400, "refresh_token": "def"}
    )
    producers.answers["acleddata.com/api/acled/read"] = events
    producers.answers["acleddata.com/api/deleted/read"] = Served({"success": True, "data": [{"event_id_cnty": "IRQ2"}]})
    held = secrets("acleddata.com", acled_user="me@example.test", acled_password="pa55 word&")  # noqa: S106  made up
    answers, readings = await run(ask("acled", "attacks"), producers.line("acleddata.com", secrets=held))
    assert isinstance(readings, Readings)
    assert readings.edition == "live"  # one that changes daily would fill the ledger with reports of no news
    found = {event.id: event for event in readings.events}
    assert str(found["IRQ1"].happened_on) == "2026-07-02"
    assert found["IRQ2"] == ReadEvent("IRQ2", None, None, None, '{"event_id_cnty": "IRQ2"}', deleted=True)
    assert found["IRQ0"].kind == "Protests"
    assert str(readings.covers_until) == "2026-07-03"
    assert producers.heard[0]["body"] == b"grant_type=password&client_id=acled&username=me%40example.test&password=pa55+word%26"
    assert {heard["headers"].get("authorization") for heard in producers.heard[1:]} == {"Bearer abc"}
    kept = repr(answers)
    assert not any(text in kept for text in ("abc", "def", "pa55", "me@example"))


async def test_steps_of_an_accession_are_for_people() -> None:
    adapter = Adapters()["document"]
    source = plan("wto-accession").sources["wto_accession"]
    assert source.hosts() == source.placeholders() == frozenset()
    unread = adapter.read(ask("worldbank-wdi", "oil_rents"), ())
    assert isinstance(unread, NoReading)
    assert "another person verifies it" in unread.sentence


async def test_reading_again_gives_what_was_read(producers: Producers) -> None:
    """Years later, from the bytes that were kept, and without the producer."""
    producers.answers[GFMR] = Served(FLARING)
    question = ask("worldbank-flaring", "flaring", "bcm")
    answers, readings = await run(question, producers.line("thedocs.worldbank.org"))
    kept = [Answer(Fetch.model_validate_json(answer.fetch.model_dump_json()), bytes(answer.body)) for answer in answers]
    assert Adapters()["table-url"].read(question, kept) == readings
