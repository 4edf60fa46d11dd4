"""The acts that follow from the events of a feed: reported incidents, accounts of known incidents, and withdrawn accounts.

A check reports and never decides. Each event is one account. If somebody else has reported an
incident of the same kind, place and day, the event is a further account of it, and may conflict with
it; otherwise it becomes an incident of its own. An event that the source changes replaces its
account. An event that it deletes, or moves out of what the plan watches, takes the account back. An
incident without any account left no longer counts; a decided one is put in question.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from rules.acts import Deed, ReportIncident
from rules.canonical import digest
from rules.checks.filtering import FeedFilter, Watched
from rules.language.checks import Feed
from rules.program import Program
from rules.queries.incidents import UNHAPPENED
from rules.times import local_day, start_of_day
from rules.vocabulary.incidents import Incident
from rules.vocabulary.origin import Fetch, Origin
from rules.vocabulary.readings import ReadEvent, Readings
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount, Testimony

_LONGEST = 4000

Given: TypeAlias = tuple[Incident, Testimony]
"""An account that a check has given, with the incident that it is of."""

_Incidents: TypeAlias = dict[tuple[str, str, str], list[Incident]]


@dataclass(frozen=True, slots=True)
class AccountContent:
    """The content of an account of an incident; `until` is set if only a span is known in which it happened."""

    severity: str
    happened_at: datetime
    until: datetime | None
    attributed_to: str | None

    @classmethod
    def of(cls, account: Testimony) -> AccountContent:
        return cls(account.severity, account.happened_at, account.happened_until, account.attributed_to)


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What a check has read of its feed, with the program it is compared with."""

    program: Program
    check: str
    feed: Feed
    filter: FeedFilter
    fetched: tuple[Fetch, ...]
    adapter: str
    version: str

    def deeds(self, reading: Readings) -> tuple[Deed, ...]:
        """The acts on the feed's events, in the order of the events; none for known ones."""
        events = sorted(reading.events, key=lambda event: (event.happened_on or date.min, event.id))
        given, told = self._own_accounts(), self._other_incidents()
        found = [deed for event in events for deed in self._event_acts(event, self._pop_account(given, event), told)]
        gone = self._withdrawals(given, reading) if self.feed.lists_all else ()
        return (*found, *gone)

    def first_day(self, deeds: Iterable[Deed]) -> date | None:
        """The first day of which an act reports an event; None without one."""
        zone = self.program.plan.time_zone
        told = (deed.happened_at for deed in deeds if isinstance(deed, ReportIncident | GiveAccount))
        return min((date.fromisoformat(local_day(at, zone)) for at in told if at is not None), default=None)

    def _account_ids(self, event: ReadEvent) -> tuple[str, str]:
        """The id of an event's account, and the fallback if somebody else has used that id.

        The ids of a source may hold characters that ids here may not.
        """
        named = f"{self.check}:{event.id}"
        is_plain = event.id.replace("-", "").isalnum() and len(named) <= 100 and named.isascii()
        first = named if is_plain else digest(named)
        return first, digest(first)

    def _account_id(self, event: ReadEvent, used: Container[str]) -> str:
        first, second = self._account_ids(event)
        return second if first in used else first

    def _pop_account(self, given: dict[str, Given], event: ReadEvent) -> Given | None:
        return next((given.pop(name) for name in self._account_ids(event) if name in given), None)

    def _own_accounts(self) -> dict[str, Given]:
        """This check's accounts, by id."""
        return {
            account.id: (incident, account)
            for incident in self.program.incidents.values()
            for account in incident.accounts
            if account.check == self.check
        }

    def _event_acts(self, event: ReadEvent, given: Given | None, told: _Incidents) -> Iterator[Deed]:
        watched = self.filter.watched(event)
        if isinstance(watched, str):
            if given is not None and not given[1].taken_back and self.filter.unknown(event) is None:
                why = "the source has deleted it" if event.deleted else "the source says another kind, place or time of it"
                yield TakeBackAccount(incident=given[0].id, account=given[1].id, reason=f"{self._title}: {why}.")
            return
        if given is not None:
            incident, account = given
            said = self._statement(watched, account)
            if account.taken_back or said != AccountContent.of(account):
                yield self._account_act(event, incident.id, account.id, said)
            return
        said = self._statement(watched)
        of_that = told.get(self._match_key(watched.kind, watched.place, said.happened_at)) if said.until is None else None
        # Each incident matches one event only: events that the source keeps apart stay apart here.
        same = of_that.pop(0) if of_that else None
        if same is None:
            yield self._report_act(watched, said)
        else:
            yield self._account_act(event, same.id, self._account_id(event, {one.id for one in same.accounts}), said)

    def _statement(self, watched: Watched, before: Testimony | None = None) -> AccountContent:
        """The content of an event. Without a day, it is only known to have happened by now."""
        zone, event = self.program.plan.time_zone, watched.event
        severity = self.feed.severities.get(event.severity or "", self.feed.severity)
        blamed = self.feed.actors.get(event.attributed_to or "", self.feed.attributed_to)
        if watched.first is None:
            begins = before.happened_at if before else self.program.started_at
            until = before.happened_until if before else max(begins, *(fetch.retrieved_at for fetch in self.fetched))
            return AccountContent(severity, begins, until, blamed)
        until = start_of_day(watched.until, zone) if watched.until not in {None, watched.first} else None
        return AccountContent(severity, start_of_day(watched.first, zone), until, blamed)

    def _other_incidents(self) -> _Incidents:
        """Incidents without an account by this check, except dismissed ones."""
        told: _Incidents = {}
        for incident in self.program.incidents.values():
            if incident.status not in UNHAPPENED and all(account.check != self.check for account in incident.accounts):
                told.setdefault(self._match_key(incident.kind, incident.place, incident.happened_at), []).append(incident)
        return told

    def _match_key(self, kind: str, place: str, happened_at: datetime) -> tuple[str, str, str]:
        """Kind, place and local day: the key by which an event matches an incident."""
        return kind, self.filter.place(place), local_day(happened_at, self.program.plan.time_zone)

    def _report_act(self, watched: Watched, said: AccountContent) -> ReportIncident:
        return ReportIncident(
            incident=self._account_id(watched.event, self.program.incidents),
            incident_kind=watched.kind,
            severity=said.severity,
            happened_at=said.happened_at,
            happened_until=said.until,
            place=watched.place,
            attributed_to=said.attributed_to,
            account=self._text(watched.event),
            origin=self._origin(watched.event),
        )

    def _account_act(self, event: ReadEvent, incident: str, account: str, said: AccountContent) -> GiveAccount:
        return GiveAccount(
            incident=incident,
            account=account,
            severity=said.severity,
            happened_at=said.happened_at,
            happened_until=said.until,
            attributed_to=said.attributed_to,
            text=self._text(event),
            origin=self._origin(event),
        )

    def _withdrawals(self, given: dict[str, Given], reading: Readings) -> Iterator[TakeBackAccount]:
        """Accounts whose events are missing from a full listing of their days."""
        days = [event.happened_on.isoformat() for event in reading.events if event.happened_on is not None]
        if not days:
            return  # an empty listing may be an error of the source, so it withdraws nothing
        zone = self.program.plan.time_zone
        until = reading.covers_until.isoformat() if reading.covers_until else max(days)
        for incident, account in given.values():
            first, last = local_day(account.happened_at, zone), local_day(account.latest, zone)
            if not account.taken_back and min(days) <= first and last <= until:
                reason = f"{self._title}: the source no longer lists it."
                yield TakeBackAccount(incident=incident.id, account=account.id, reason=reason)

    def _origin(self, event: ReadEvent) -> Origin:
        return Origin(check=self.check, fetched=self.fetched, adapter=self.adapter, version=self.version, row=event.row)

    def _text(self, event: ReadEvent) -> str:
        place, when = (
            event.place or "at a place that the source does not say",
            event.happened_on or "on a day that it does not say",
        )
        until = f" to {event.happened_until}" if event.happened_until not in {None, event.happened_on} else ""
        return f"{self._title}: {event.title or event.kind or 'an event'}, {place}, {when}{until}."[:_LONGEST]

    @property
    def _title(self) -> str:
        return self.program.plan.sources[self.program.plan.checks[self.check].source].title
