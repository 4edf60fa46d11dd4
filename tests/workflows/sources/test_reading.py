"""Answers are read exactly, by the rules of the plan, and never raise for their content."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.language.sources.expressions import all_at
from rules.times import format_instant, parse_instant
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings
from tests.workflows.sources.producers import SOURCE, asked
from tests.workflows.sources.test_hostile import BOOK, GOOD, JSON, TABLE
from workflows.sources.adapter import Ask
from workflows.sources.adapters import Adapters
from workflows.sources.answers import Answer

URL = "https://data.example.test/series"


def answered(body: bytes | str | list[Any] | dict[str, Any], url: str = URL) -> Answer:
    content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    fetch = Fetch(url=url, status=200, retrieved_at=datetime(2026, 7, 14, tzinfo=UTC), sha256="0" * 64, size=len(content))
    return Answer(fetch, content)


def reading(ask: Ask, *bodies: bytes | str | list[Any] | dict[str, Any]) -> Readings | NoReading:
    return Adapters()[ask.source.adapter].read(ask, [answered(body) for body in bodies])


def only(readings: Readings | NoReading) -> Any:
    assert isinstance(readings, Readings), readings
    (figure,) = readings.figures
    return figure


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("17.373786", "17.373786"),
        ("0.1", "0.1"),
        ('"1.50"', "1.50"),
        ("1E-7", "1E-7"),
        ("123456789012345678", "123456789012345678"),
        ("0.1234567890123456789012", "0.123456789012345679"),
    ],
)
def test_a_figure_is_what_was_written(written: str, value: str) -> None:
    """Not the binary number next to it; with more than eighteen decimals it is rounded to them."""
    found = only(reading(asked(JSON), f'{{"rows": [{{"year": 2020, "value": {written}}}]}}'))
    assert found.value == Decimal(value)
    assert written in found.row


@pytest.mark.parametrize(
    ("written", "period"),
    [('"2020"', "2020"), ("2020", "2020"), ('"2020M05"', "2020-05"), ('"2020-05-13T00:00:00"', "2020-05-13")],
)
def test_a_period_is_a_year_a_month_or_a_day(written: str, period: str) -> None:
    assert only(reading(asked(JSON), f'{{"rows": [{{"year": {written}, "value": 1}}]}}')).period == period


def test_a_unit_that_is_said_must_be_the_one_expected() -> None:
    source = JSON | {"figure": {"period": "year", "value": "value", "unit": "unit"}}
    row = {"year": 2020, "value": 1, "unit": "bcm"}
    assert only(reading(asked(source, unit="bcm"), {"rows": [row]})).unit == "bcm"
    unread = reading(asked(source, unit="Mt"), {"rows": [row]})
    assert isinstance(unread, NoReading)
    assert unread == NoReading("wrong_unit", "Source: the figure is in 'bcm', and 'Mt' was expected.")


def test_a_factor_turns_the_unit_of_the_source_into_that_of_the_indicator() -> None:
    source = JSON | {"figure": {"period": "year", "value": "value", "unit": "unit", "unit_is": "t", "scale": "0.000001"}}
    found = only(reading(asked(source, unit="Mt"), {"rows": [{"year": 2020, "value": 185604321, "unit": "t"}]}))
    assert (found.value, found.unit) == (Decimal("185.604321"), "Mt")


def test_a_placeholder_in_a_place_is_a_name_and_nothing_else() -> None:
    """A value cannot write an expression of its own."""
    assert all_at({"a.b": [1], "a": {"b": [2]}}, "{code}[0]", {"code": "a.b"}) == [1]


def test_a_table_may_end_with_rows_of_nobody() -> None:
    table = "Code,Year,Value\nIRQ,2020,1\n,,\nTotal,2020,9\nIRQ,2019\n"
    assert only(reading(asked(TABLE), table)).row == "IRQ,2020,1"


def test_the_same_row_twice_is_one_figure() -> None:
    assert only(reading(asked(TABLE), "Code,Year,Value\nIRQ,2020,1\nIRQ,2020,1.0\n")).value == 1


def test_a_row_is_found_by_what_several_columns_say() -> None:
    source = TABLE | {"where": {"Kind": "{kind}"}}
    table = "Code,Year,Kind,Value\nIRQ,2020,gross,1\nIRQ,2020,net,2\n"
    assert only(reading(asked(source, values={"kind": "net"}), table)).value == 2


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"url": "http://data.example.test/"}, "write https://"),
    ({"url": "https://{country}.example.test/"}, "without port or {placeholder}"),
    ({"url": "https://data.example.test:8443/"}, "without port"),
    ({"url": "https://me@data.example.test/"}, "no address that is asked"),
    ({"url": "https://127.0.0.1/"}, "a host in lower case"),
    ({"url": "https://data.example.test/{Country}"}, "{Country} is no placeholder"),
    ({"url": "https://data.example.test/{country"}, "a brace stands alone"),
    ({"rows": "$.rows"}, "is no place in an answer (from character 1)"),
    ({"rows": "rows[?(@.a)]"}, "is no place in an answer (from character 5)"),
    ({"edition": {}}, "an edition is one of label, header or at"),
    ({"edition": {"label": "1", "url": "https://data.example.test/"}}, "url needs at"),
    ({"event": {"id": "id", "happened_on": "d", "kind": "k", "place": "p"}}, "figure or event, one of the two"),
    ({"paging": {"page": "page"}}, "page needs total"),
    ({"paging": {"page": "page", "next": "next"}}, "one of page, offset or next"),
    ({"auth": {"oauth": "https://data.example.test/", "grant": "password"}}, "needs username and password"),
    ({"auth": {"header": "Host", "secret": "key"}}, "Host is set by the service itself"),
    ({"auth": {"header": "connection", "secret": "key"}}, "connection is set by the service itself"),
    ({"auth": {"header": "Transfer-Encoding", "secret": "key"}}, "Transfer-Encoding is set by the service itself"),
    ({"auth": {"header": "X-Key", "secret": "key", "before": "Bearer\r\nHost: elsewhere"}}, "is no word before a token"),
    ({"auth": {"header": "X-Key", "secret": "key", "before": "two words"}}, "is no word before a token"),
    ({"errors": [{"means": "retired"}]}, "known by at"),
    ({"figure": {"period": "year", "value": "value", "scale": 0.1}}, "a figure is exact"),
]


@pytest.mark.parametrize(("change", "sentence"), FAULTY, ids=[sentence for _, sentence in FAULTY])
def test_a_source_that_cannot_be_asked_is_a_fault_of_the_plan(change: dict[str, Any], sentence: str) -> None:
    said = {"title": "Source", "producer": "Producer", "licence": "CC0"}
    with pytest.raises(ValidationError) as fault:
        SOURCE.validate_python(said | JSON | change)
    assert sentence in str(fault.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["rows", "year", "value", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_whatever_json_is_answered_is_read_or_told(content: Any) -> None:
    assert isinstance(reading(asked(JSON), json.dumps(content)), Readings | NoReading)
    assert isinstance(reading(asked(JSON), json.dumps({"rows": [content]})), Readings | NoReading)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(min_value=0, max_value=len(GOOD)))
def test_whatever_bytes_are_answered_are_read_or_told(noise: bytes, place: int) -> None:
    spoiled = GOOD[:place] + noise + GOOD[place + len(noise) :]
    assert isinstance(reading(asked(BOOK), spoiled), Readings | NoReading)
    assert isinstance(reading(asked(TABLE), b"Code,Year,Value\nIRQ,2020," + noise), Readings | NoReading)
    assert isinstance(reading(asked(JSON), noise), Readings | NoReading)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"rows": [{"year": "2021", "value": 42.8, "value": 43.1}]}', "the key 'value' stands twice in one object"),
        ('{"rows": [{"year": "2021", "value": 42.8}], "rows": []}', "the key 'rows' stands twice in one object"),
        ('{"rows": [{"year": "2021", "value": NaN}]}', "the answer holds NaN, which is no number"),
    ],
)
def test_json_that_two_readers_would_read_differently_is_not_read(body: str, words: str) -> None:
    found = reading(asked(JSON), body)
    assert isinstance(found, NoReading)
    assert (found.kind, words in found.sentence) == ("unparseable", True), found.sentence


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARKS = "0123456789-+:.TZtz /eE\u0663"


def slipped(chance: Random) -> str:
    """An instant as it is written, with up to four slips."""
    text = format_instant(EPOCH + timedelta(seconds=chance.randrange(-2_200_000_000, 220_000_000_000)))
    for _ in range(chance.randrange(5)):
        place = chance.randrange(len(text) + 1)
        text = text[:place] + chance.choice(["", chance.choice(MARKS)]) + text[place + chance.randrange(2) :]
    return text if chance.random() < 0.9 else text.replace("-", "").partition("T")[0]


def test_of_ten_thousand_texts_each_is_no_instant_or_the_same_one_back() -> None:
    """`20261101` was an instant of 1970 once."""
    chance, read = Random(20261101), 0  # noqa: S311  the same texts each time
    for _ in range(10_000):
        text = slipped(chance)
        try:
            at = parse_instant(text)
        except ValueError:
            continue
        read += 1
        assert parse_instant(format_instant(at)) == at
        assert abs(at.year - int(text[:4])) <= 1
        assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", text)
    assert 1_000 < read < 9_000
