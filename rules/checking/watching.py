"""What follows from the events of a feed: incidents that are reported, accounts of others' incidents, and ones taken back.

A machine reports and never decides. An event is one account. Where somebody has reported an incident
of its kind, at its place, on its day, it is a further account of that, and may conflict with it; else
it is an incident of its own. What the source changes, the account says differently from then on; what
it deletes, or moves out of what the plan watches, is taken back. So an event that was never confirmed
and is no longer held by anybody gives its day back, and one that was decided is put in question.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from rules.acts import Deed, ReportIncident
from rules.canonical import digest
from rules.following.incidents import UNHAPPENED
from rules.language.checks import Feed
from rules.program import Program
from rules.times import day_begins, local_day
from rules.vocabulary.incidents import Incident
from rules.vocabulary.origin import Fetch, Origin
from rules.vocabulary.readings import ReadEvent, Readings
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount, Testimony

_LONGEST = 4000

Given: TypeAlias = tuple[Incident, Testimony]
"""An account that a check has given, with the incident that it is of."""

_Told: TypeAlias = dict[tuple[str, str, str], list[Incident]]


@dataclass(frozen=True, slots=True)
class Watching:
    """What a check has read of its feed, next to the program as it stands."""

    program: Program
    check: str
    feed: Feed
    fetched: tuple[Fetch, ...]
    adapter: str
    version: str

    def deeds(self, reading: Readings) -> tuple[Deed, ...]:
        """The acts that its events ask for, in the order in which they happened; none for what is known already."""
        events = sorted(reading.events, key=lambda event: (event.happened_on or date.min, event.id))
        given, told = self._given(), self._told_by_others()
        found = [deed for event in events for deed in self._on(event, self._taken_from(given, event), told)]
        gone = self._vanished(given, reading) if self.feed.lists_all else ()
        return (*found, *gone)

    def first_day(self, deeds: Iterable[Deed]) -> date | None:
        """The first day of which acts tell that something happened; None where they tell of none."""
        zone = self.program.plan.time_zone
        told = (deed.happened_at for deed in deeds if isinstance(deed, ReportIncident | GiveAccount))
        return min((date.fromisoformat(local_day(at, zone)) for at in told if at is not None), default=None)

    def _names(self, event: ReadEvent) -> tuple[str, str]:
        """How the account of an event is called, and how where somebody else has used that name.

        A source's ids may hold what an id of ours may not.
        """
        named = f"{self.check}:{event.id}"
        is_plain = event.id.replace("-", "").isalnum() and len(named) <= 100 and named.isascii()
        first = named if is_plain else digest(named)
        return first, digest(first)

    def _name(self, event: ReadEvent, used: Container[str]) -> str:
        first, second = self._names(event)
        return second if first in used else first

    def _taken_from(self, given: dict[str, Given], event: ReadEvent) -> Given | None:
        return next((given.pop(name) for name in self._names(event) if name in given), None)

    def _given(self) -> dict[str, Given]:
        """The accounts that this check has given, by name."""
        return {
            account.id: (incident, account)
            for incident in self.program.incidents.values()
            for account in incident.accounts
            if account.check == self.check
        }

    def _on(self, event: ReadEvent, given: Given | None, told: _Told) -> Iterator[Deed]:
        happened_at = self._watched(event)
        if given is not None:
            incident, account = given
            if happened_at is None:
                if not account.taken_back:
                    why = "the source has deleted it" if event.deleted else "the source says another kind, place or time of it"
                    yield TakeBackAccount(incident=incident.id, account=account.id, reason=f"{self._title}: {why}.")
            elif account.taken_back or self._said(event, happened_at) != (
                account.severity,
                account.happened_at,
                account.attributed_to,
            ):
                yield self._told(event, incident.id, account.id, happened_at)
        elif happened_at is not None:
            of_that = told.get(self._what(self.feed.kinds[event.kind or ""], event.place or "", happened_at))
            # Each of several events is an account of one incident: what the source tells apart is not told as one here.
            same = of_that.pop(0) if of_that else None
            if same is None:
                yield self._report(event, happened_at)
            else:
                yield self._told(event, same.id, self._name(event, {one.id for one in same.accounts}), happened_at)

    def _watched(self, event: ReadEvent) -> datetime | None:
        """The first instant of its local day, if the plan watches its kind and place and it is not of before the program."""
        if event.deleted or event.happened_on is None:
            return None
        if event.kind not in self.feed.kinds or event.place not in self.feed.places:
            return None
        zone = self.program.plan.time_zone
        is_before = event.happened_on.isoformat() < local_day(self.program.started_at, zone)
        return None if is_before else day_begins(event.happened_on, zone)

    def _said(self, event: ReadEvent, happened_at: datetime) -> tuple[str, datetime, str | None]:
        severity = self.feed.severities.get(event.severity or "", self.feed.severity)
        return severity, happened_at, self.feed.actors.get(event.attributed_to or "", self.feed.attributed_to)

    def _told_by_others(self) -> _Told:
        """Incidents of which this check has given no account. One that was dismissed did not happen: it is not this event."""
        told: _Told = {}
        for incident in self.program.incidents.values():
            if incident.status not in UNHAPPENED and all(account.check != self.check for account in incident.accounts):
                told.setdefault(self._what(incident.kind, incident.place, incident.happened_at), []).append(incident)
        return told

    def _what(self, kind: str, place: str, happened_at: datetime) -> tuple[str, str, str]:
        """Kind, place and local day, by which an event is the same as an incident."""
        return kind, place.casefold(), local_day(happened_at, self.program.plan.time_zone)

    def _report(self, event: ReadEvent, happened_at: datetime) -> ReportIncident:
        severity, happened_at, attributed_to = self._said(event, happened_at)
        return ReportIncident(
            incident=self._name(event, self.program.incidents),
            incident_kind=self.feed.kinds[event.kind or ""],
            severity=severity,
            happened_at=happened_at,
            place=event.place or "",
            attributed_to=attributed_to,
            account=self._text(event),
            origin=self._origin(event),
        )

    def _told(self, event: ReadEvent, incident: str, account: str, happened_at: datetime) -> GiveAccount:
        severity, happened_at, attributed_to = self._said(event, happened_at)
        return GiveAccount(
            incident=incident,
            account=account,
            severity=severity,
            happened_at=happened_at,
            attributed_to=attributed_to,
            text=self._text(event),
            origin=self._origin(event),
        )

    def _vanished(self, given: dict[str, Given], reading: Readings) -> Iterator[TakeBackAccount]:
        """Accounts of events that a whole listing no longer holds, of days that it speaks of."""
        days = [event.happened_on.isoformat() for event in reading.events if event.happened_on is not None]
        if not days:
            return  # an empty listing is no proof that nothing ever happened
        zone = self.program.plan.time_zone
        until = reading.covers_until.isoformat() if reading.covers_until else max(days)
        for incident, account in given.values():
            if not account.taken_back and min(days) <= local_day(account.happened_at, zone) <= until:
                reason = f"{self._title}: the source no longer lists it."
                yield TakeBackAccount(incident=incident.id, account=account.id, reason=reason)

    def _origin(self, event: ReadEvent) -> Origin:
        return Origin(check=self.check, fetched=self.fetched, adapter=self.adapter, version=self.version, row=event.row)

    def _text(self, event: ReadEvent) -> str:
        return f"{self._title}: {event.title or event.kind}, {event.place}, {event.happened_on}."[:_LONGEST]

    @property
    def _title(self) -> str:
        return self.program.plan.sources[self.program.plan.checks[self.check].source].title
