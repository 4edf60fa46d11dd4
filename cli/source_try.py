"""Reads stored answers with a source's description, without any request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path

from rules.checks.filtering import FeedFilter, dropped_counts, dropped_in_words, implausible
from rules.language.checks import Check
from rules.language.plan import Plan
from rules.language.reading import ParsedDocument, parse_document, validate
from rules.language.sources import AttestedSource, JsonHttp, Source, TableUrl
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.adapter import Ask
from workflows.sources.adapters import installed_adapters
from workflows.sources.answers import Answer, Denied
from workflows.sources.url_template import build_url, values_of

_AROUND = {
    "accord": 1,
    "plan": "around",
    "title": "Around a source",
    "source": "made up",
    "time_zone": "UTC",
    "parties": {"party": {"name": "Party"}},
    "phases": {"one": {"title": "One"}},
}


class TryError(Exception):
    """Why there is no result; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Answers in files: rows, the description of the edition, and the list of deletions."""

    rows: tuple[Path, ...]
    described: Path | None = None
    deleted: Path | None = None


def load_source(file: Path) -> Plan:
    """The hosts, sources and checks of a file, as a plan."""
    document = parse_document(file.read_text(encoding="utf-8"))
    return validate(Plan, ParsedDocument(document.text, _AROUND | document.data, document.positions))


def choose_check(plan: Plan, name: str | None, values: Mapping[str, str]) -> Check:
    """A check by its name, or the only one, with values for its placeholders. Raises TryError."""
    if name is None and len(plan.checks) != 1:
        raise TryError(f"Say which check with --check: {', '.join(plan.checks) or 'it has none, since people read it'}.")
    found = plan.checks.get(name or next(iter(plan.checks)))
    if found is None:
        raise TryError(f"There is no check {name}; there are {', '.join(plan.checks)}.")
    if strange := values.keys() - plan.sources[found.source].placeholders():
        known = ", ".join(sorted(plan.sources[found.source].placeholders()))
        raise TryError(f"{', '.join(sorted(strange))} is no placeholder of the source; it asks for {known or 'none'}.")
    return found.model_copy(update={"with_": {**found.with_, **values}})


def try_answers(source: Source, check: Check, stored: Stored, on: date, unit: str | None) -> Iterator[str]:
    """The result of a run on a day, in lines; the first is the outcome. Raises TryError."""
    if isinstance(source, AttestedSource):
        raise TryError(f"{source.title} is attested by people; no check reads it.")
    ask = Ask(source, check, on, unit=unit)
    try:
        reading = installed_adapters()[source.adapter].read(ask, tuple(_answers(ask, source, stored)))
    except Denied as denied:
        raise TryError(str(denied)) from None
    rules = FeedFilter(check.incidents, source.title) if check.incidents else None
    if rules is not None and isinstance(reading, Readings):
        cannot_be = implausible(reading, source.first_year)
        reading = NoReading("implausible", cannot_be) if cannot_be else rules.no_match(reading.events) or reading
    yield from _unread(reading) if isinstance(reading, NoReading) else _read(reading, rules)


def _unread(reading: NoReading) -> Iterator[str]:
    yield f"{reading.kind}: {reading.sentence}"


def _read(reading: Readings, rules: FeedFilter | None) -> Iterator[str]:
    yield f"read: edition {reading.edition}"
    for figure in reading.figures:
        error = f" \u00b1 {figure.standard_error:f}" if figure.standard_error is not None else ""
        yield f"  {figure.period}  {figure.value:f}{error}{f' {figure.unit}' if figure.unit else ''}"
    for event in reading.events if rules else ():
        watched = rules.watched(event) if rules else ""
        if not isinstance(watched, str):
            until = f" to {event.happened_until}" if event.happened_until else ""
            yield f"  {event.happened_on or 'unknown day'}{until}  {watched.kind} at {watched.place}  {event.id}"
        elif event.deleted:
            yield f"  deleted  {event.id}"
    if reading.covers_until is not None:
        yield f"covers days up to {reading.covers_until}"
    if left_out := dropped_in_words(dropped_counts(rules, reading)):
        yield left_out
    if reading.differs:
        yield f"The answer differs from what it was: {reading.differs}."


def _answers(ask: Ask, source: Source, stored: Stored) -> Iterator[Answer]:
    """The files as answers of the URLs that a run would request, by which they are told apart."""
    values = values_of(ask)
    url = source.url if isinstance(source, JsonHttp | TableUrl) else "https://stored.example/"
    for file in stored.rows:
        yield _answer(build_url(url, {}, values), file, ask.today, source)
    edition = source.edition.url if isinstance(source, JsonHttp | TableUrl) else None
    for address, beside, option in (
        (edition, stored.described, "--description"),
        (source.deleted.url if isinstance(source, JsonHttp) and source.deleted else None, stored.deleted, "--deleted"),
    ):
        if beside is not None and address is None:
            raise TryError(f"{source.title} asks for nothing beside its rows that {option} could be.")
        if beside is not None and address is not None:
            yield _answer(build_url(address, {}, values), beside, ask.today, source)


def _answer(url: str, file: Path, on: date, source: Source) -> Answer:
    body = file.read_bytes()
    header = source.edition.header if isinstance(source, JsonHttp | TableUrl) else None
    fetch = Fetch(
        url=url,
        status=200,
        retrieved_at=datetime.combine(on, time(), UTC),
        sha256=sha256(body).hexdigest(),
        size=len(body),
        headers={header: "as stored"} if header else {},
    )
    return Answer(fetch, body)
