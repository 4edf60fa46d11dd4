"""Limits on connections: in total, per address, and by deadline, with eviction when all places are taken.

A connection that waits for a request, or for the rest of one, has a deadline. When all places are taken, a new connection
evicts the longest waiting one that has shown no valid token; then the longest waiting one that has shown a token and is idle.
It is rejected only when every other connection is being answered. So a flood of half-sent requests evicts only itself, and
whole requests are answered, health checks among them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from pydantic import Field
from pydantic_settings import BaseSettings

HEAD_SECONDS = 10.0
"""The time for the headers of a request, from the start of the connection or the first byte of a later request."""

BODY_SECONDS, BODY_BYTES_PER_SECOND = 20.0, 8 * 1024
"""The time for a body, extended by the time that its received bytes would take at this minimum rate."""

IDLE_SECONDS = 6.0
"""The time between requests. Uvicorn's own keep-alive limit is a second shorter and closes the connection cleanly."""

LINGER_SECONDS = 2.0
"""The delay before closing on a client that still sends: an immediate close would discard the response."""

SENDING_SECONDS = 30.0
"""The time after which a response is dropped that the client does not read."""


class ConnectionLimits(BaseSettings):
    """Limits of the server, read from the environment."""

    accord_connections: int = Field(default=2000, ge=10, description="most connections of a process at a time")
    accord_api_processes: int = Field(default=1, ge=1, le=64, description="processes that serve the port")
    accord_connections_per_address: int = Field(
        default=500, ge=1, description="of them from one address (of IPv6, one /64); behind a proxy, as many as at all"
    )


class ConnectionHolder(Protocol):
    """The owner of a place: a connection of the server."""

    def evict(self) -> None: ...
    def time_out(self) -> None: ...


@dataclass(slots=True, eq=False)
class Place:
    """One connection. `deadline` is when its next data must have come; None while it is answered."""

    holder: ConnectionHolder
    address: str
    deadline: float | None = None
    proven: bool = False
    """Whether a request on it has carried a valid token."""
    blocked_since: float | None = None
    """When the client stopped reading the response; None while it reads."""


@dataclass(slots=True)
class _EvictionQueues:
    """Connections that can be evicted, in queues ordered from the longest waiting."""

    unproven: OrderedDict[Place, None] = field(default_factory=OrderedDict)
    idle: OrderedDict[Place, None] = field(default_factory=OrderedDict)

    def first(self) -> Place | None:
        return next(iter(self.unproven), None) or next(iter(self.idle), None)

    def add(self, place: Place, *, idle: bool) -> None:
        self.remove(place)
        if not place.proven:
            self.unproven[place] = None
        elif idle:
            self.idle[place] = None

    def remove(self, place: Place) -> None:
        self.unproven.pop(place, None)
        self.idle.pop(place, None)


@dataclass(slots=True)
class _Address:
    number: int = 0
    waiting: _EvictionQueues = field(default_factory=_EvictionQueues)


class Connections:
    """All places of a process."""

    def __init__(self, most: int, per_address: int) -> None:
        self._most, self._per_address = most, per_address
        self._places: set[Place] = set()
        self._waiting = _EvictionQueues()
        self._addresses: dict[str, _Address] = {}
        self.gave_way = self.turned_away = self.late = 0

    def __len__(self) -> int:
        return len(self._places)

    def admit(self, holder: ConnectionHolder, host: str, deadline: float) -> Place | None:
        """A place for a new connection; None where every other one is being answered."""
        address = _network(host)
        own = self._addresses.get(address)
        if (own and own.number >= self._per_address and not self._make_room(own.waiting)) or (
            len(self._places) >= self._most and not self._make_room(self._waiting)
        ):
            self.turned_away += 1
            return None
        place = Place(holder, address)
        self._places.add(place)
        self._addresses.setdefault(address, _Address()).number += 1
        self.mark_waiting(place, deadline)
        return place

    def mark_waiting(self, place: Place, deadline: float, *, idle: bool = False) -> None:
        """Marks a connection as waiting for data until a deadline. An idle one is between requests."""
        if place in self._places:
            place.deadline = deadline
            self._waiting.add(place, idle=idle)
            self._addresses[place.address].waiting.add(place, idle=idle)

    def mark_answering(self, place: Place) -> None:
        """Marks a connection whose request has arrived whole: it can no longer be evicted."""
        if place in self._places:
            place.deadline = None
            self._waiting.remove(place)
            self._addresses[place.address].waiting.remove(place)

    def release(self, place: Place) -> None:
        """Frees a place. Idempotent."""
        if place not in self._places:
            return
        self._places.remove(place)
        self._waiting.remove(place)
        own = self._addresses[place.address]
        own.waiting.remove(place)
        own.number -= 1
        if not own.number:
            del self._addresses[place.address]

    def close_overdue(self, now: float) -> None:
        """Ends connections whose deadline has passed. Called a few times a second."""
        for place in list(self._overdue(now)):
            self.late += 1
            place.holder.time_out()

    def _overdue(self, now: float) -> Iterator[Place]:
        for place in self._places:
            if (place.deadline is not None and place.deadline < now) or (
                place.blocked_since is not None and place.blocked_since + SENDING_SECONDS < now
            ):
                yield place

    def _make_room(self, waiting: _EvictionQueues) -> bool:
        place = waiting.first()
        if place is None:
            return False
        self.gave_way += 1
        self.release(place)
        place.holder.evict()
        return True


def _network(host: str) -> str:
    """The address; for IPv6, the network that is assigned to one customer."""
    if ":" not in host:
        return host
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped) if address.ipv4_mapped else str(address.exploded)[:19]
