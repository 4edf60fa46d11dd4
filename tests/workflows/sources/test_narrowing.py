"""Row filters: alternative spellings match, and dropped rows are reported."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.vocabulary.readings import NoReading, ReadEvent, Readings
from tests.workflows.sources.answers import acled, wdi_page, wdi_row
from tests.workflows.sources.producers import asked
from tests.workflows.sources.ready import ask
from tests.workflows.sources.test_reading import only, reading

TABLE: dict[str, Any] = {
    "adapter": "table-url",
    "url": "https://data.example.test/series",
    "format": "csv",
    "area": {"column": "Area", "is": "{area}"},
    "where": {"What": "Flared"},
    "years": {"column": "Year"},
    "value": "Value",
    "edition": {"label": "1"},
    "spellings": {"Irak": ["Iraq"]},
}
HEAD = "Area,What,Year,Value\n"


def table(rows: str, area: str = "Irak") -> Readings | NoReading:
    return reading(asked(TABLE, values={"area": area}), HEAD + rows)


def told(found: Readings | NoReading) -> str:
    assert isinstance(found, NoReading), found
    return f"{found.kind}: {found.sentence}"


class TestRowsOfATable:
    @pytest.mark.parametrize("spelled", ["Irak", "IRAK", "Irāk", "Iraq", " iraq "])
    def test_are_of_an_area_in_any_spelling_that_is_listed(self, spelled: str) -> None:
        assert only(table(f"{spelled},Flared,2024,17\n")).value == 17

    def test_that_are_dropped_are_counted(self) -> None:
        found = table("Iraq,Flared,2024,17\nIran,Flared,2024,9\n,Flared,2024,9\nIraq,Vented,2024,1\n")
        assert isinstance(found, Readings)
        assert {(one.why, one.count) for one in found.dropped} == {
            ("in which Area is not Irak", 1),
            ("in which Area is blank", 1),
            ("in which What is not Flared", 1),
        }

    def test_none_of_which_is_of_the_area_are_told_with_what_stands_there(self) -> None:
        """It is not that there is no figure: the name is another."""
        assert "no_match: Source: no row has 'Irak' as Area; there stands Irán" in told(table("Irán,Flared,2024,17\n"))

    def test_none_of_which_is_of_what_is_asked_for_are_told_so(self) -> None:
        assert "no row has 'Flared' as What; there stands Vented; it is blank in 1" in told(
            table("Iraq,Vented,2024,17\nIraq,,2024,18\n")
        )

    def test_of_the_area_without_a_figure_are_missing(self) -> None:
        assert told(table("Iraq,Flared,2024,..\n")).startswith("missing")

    def test_without_the_column_are_told_so_though_there_are_none(self) -> None:
        found = reading(asked(TABLE, values={"area": "Irak"}), "Region,What,Year,Value\n")
        assert "the table has no column 'Area'" in told(found)

    def test_of_a_year_before_the_source_begins_cannot_be(self) -> None:
        assert "implausible: Source: the answer has a figure for 0025" in told(
            table("Iraq,Flared,0025,17\nIraq,Flared,2024,17\n")
        )


def test_a_blank_code_beside_a_good_id_is_not_dropped() -> None:
    """The Bank leaves the ISO code empty for some of its sources, and has the country beside it."""
    row = wdi_row("2021", 42.8) | {"countryiso3code": ""}
    assert only(reading(ask("worldbank-wdi", "oil_rents"), wdi_page([row]))).value == Decimal("42.8")


def test_a_blank_code_alone_is_told() -> None:
    row = wdi_row("2021", 42.8) | {"countryiso3code": "", "country": {"id": "", "value": ""}}
    sentence = told(reading(ask("worldbank-wdi", "oil_rents"), wdi_page([row])))
    assert "no_match: World Development Indicators: no row has 'IRQ' as countryiso3code; it is blank in 1." in sentence


def lethal(**more: Any) -> dict[str, Any]:
    given = {"id": 910001, "type_of_violence": 1, "side_a": "A", "dyad_name": "A - B", "adm_1": "Baghdad governorate"}
    return (
        given
        | {"country_id": 645, "date_prec": 1, "date_start": "2026-06-10T00:00:00", "date_end": "2026-06-10T00:00:00"}
        | more
    )


def lethal_events(*rows: dict[str, Any]) -> Readings | NoReading:
    return reading(ask("ucdp-ged", "lethal_events"), {"TotalCount": len(rows), "TotalPages": 1, "Result": list(rows)})


def first(found: Readings | NoReading) -> ReadEvent:
    assert isinstance(found, Readings), found
    return found.events[0]


class TestAnEvent:
    def test_of_several_days_keeps_the_last(self) -> None:
        event = first(lethal_events(lethal(date_end="2026-06-14T00:00:00", date_prec=1)))
        assert (event.happened_on, event.happened_until) == (date(2026, 6, 10), date(2026, 6, 14))

    @pytest.mark.parametrize(
        ("code", "days"),
        [
            (1, (date(2026, 6, 10), None)),
            (2, (date(2026, 6, 4), date(2026, 6, 16))),
            (4, (date(2026, 6, 1), date(2026, 6, 30))),
            (6, (date(2026, 1, 1), date(2026, 12, 31))),
            (None, (date(2026, 6, 10), None)),
        ],
    )
    def test_whose_day_is_not_exact_touches_all_around_it(self, code: int | None, days: tuple[date, date | None]) -> None:
        event = first(lethal_events(lethal(date_prec=code)))
        assert (event.happened_on, event.happened_until) == days

    def test_of_a_precision_that_nobody_knows_is_not_read(self) -> None:
        assert "'9' in date_prec of 910001 says no precision" in told(lethal_events(lethal(date_prec=9)))

    def test_known_to_a_month_covers_no_days_to_come(self) -> None:
        """Up to which day a feed speaks is told by the day that it gives."""
        found = lethal_events(lethal(date_prec=4, date_end="2026-06-30T00:00:00"))
        assert isinstance(found, Readings)
        assert found.covers_until == date(2026, 6, 10)

    @pytest.mark.parametrize("day", ["0025-06-10T00:00:00", "1926-06-10T00:00:00", "2062-06-10T00:00:00"])
    def test_of_a_year_that_cannot_be_keeps_the_answer_from_being_read(self, day: str) -> None:
        assert "implausible" in told(lethal_events(lethal(date_start=day, date_end=day)))

    def test_of_no_day_is_kept(self) -> None:
        event = first(lethal_events(lethal(date_start=None, date_end=None)))
        assert (event.happened_on, event.deleted) == (None, False)

    def test_of_no_country_is_kept_since_it_may_be_the_one_that_is_watched(self) -> None:
        found = lethal_events(lethal(), lethal(id=910002, country_id=None))
        assert isinstance(found, Readings)
        assert [event.id for event in found.events] == ["910001", "910002"]

    def test_of_another_country_is_dropped_with_a_count(self) -> None:
        found = lethal_events(lethal(), lethal(id=910002, country_id=630))
        assert isinstance(found, Readings)
        assert [(one.why, one.count) for one in found.dropped] == [("in which country_id is not 645", 1)]


def conflict(*rows: dict[str, str]) -> Readings | NoReading:
    return reading(ask("acled", "attacks"), {"status": 200, "success": True, "count": len(rows), "data": list(rows)})


def test_an_event_listed_under_the_year_25_is_no_reading() -> None:
    """The producer wrote 0025 for 2025: what was reported of it stands, and no day is proven quiet."""
    rows = [acled("IRQ1", "2025-09-20"), acled("IRQ2", "0025-09-21", place="Al Anbar"), acled("IRQ3", "2025-09-22", "Protests")]
    assert "implausible" in told(conflict(*rows))
    assert isinstance(conflict(rows[0], rows[2]), Readings)


def test_an_event_known_to_its_month_has_all_days_of_it() -> None:
    event = first(conflict(acled("IRQ1", "2026-02-14") | {"time_precision": "3"}))
    assert (event.happened_on, event.happened_until) == (date(2026, 2, 1), date(2026, 2, 28))


AREAS = st.sampled_from(["Iraq", "irak", "Iran", ""])
WHAT = st.sampled_from(["Flared", "FLARED", "Vented", ""])


@given(st.lists(st.tuples(AREAS, WHAT), min_size=1, max_size=12))
def test_every_row_counts_or_is_counted_or_the_answer_is_told(rows: list[tuple[str, str]]) -> None:
    found = table("".join(f"{area},{what},{2000 + year},1\n" for year, (area, what) in enumerate(rows)))
    if isinstance(found, Readings):
        assert len(found.figures) + sum(one.count for one in found.dropped) == len(rows)
    else:
        assert found.kind in {"no_match", "missing"}
