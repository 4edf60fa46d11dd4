"""Producers in tests: a local HTTPS server that answers under their host names."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import TypeAdapter

from rules.language.checks import Check
from rules.language.sources import Source
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.adapter import Ask
from workflows.sources.adapters import Adapters
from workflows.sources.answers import Answer, Denied
from workflows.sources.egress import AnswerLimits, Egress, Gateway
from workflows.sources.rate_limit import HostRateLimits
from workflows.sources.secrets import Secrets

AUTHORITY = Path(__file__).parent / "authority"
HERE = ip_address("127.0.0.1")
QUICK = AnswerLimits(total=3, connect=1, read=2, largest=2**20)
SOURCE: TypeAdapter[Source] = TypeAdapter(Source)
Heard = dict[str, Any]
"""A request: method, host, path, query, headers, body."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a producer answers."""

    body: bytes | str | list[Any] | dict[str, Any] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Everything after the handshake, in place of the rest."""
    dripped: Callable[[asyncio.StreamWriter], Any] | None = None

    def bytes(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = self.body if isinstance(self.body, bytes | str) else json.dumps(self.body)
        content = body.encode() if isinstance(body, str) else body
        headers = {"Content-Length": str(len(content)), "Connection": "close"} | self.headers
        head = f"HTTP/1.1 {self.status} So\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return head.encode() + b"\r\n" + content


Answering = Served | list[Served] | Callable[[Heard], Served]


class Producers:
    """Answers by host and path; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answering] = {}
        self.heard: list[Heard] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            served = self._chosen(await self._request(reader))
            if served.dripped is not None:
                await served.dripped(writer)
            else:
                writer.write(served.bytes())
            await writer.drain()
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> Heard:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        url = urlsplit(target)
        query = {name: held[-1] for name, held in parse_qs(url.query, keep_blank_values=True).items()}
        heard = {"method": method, "host": headers["host"], "path": url.path, "query": query, "headers": headers, "body": body}
        self.heard.append(heard)
        return heard

    def _chosen(self, heard: Heard) -> Served:
        answer = self.answers.get(heard["host"] + heard["path"], Served(status=404))
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer(heard) if callable(answer) else answer

    def gateway(self, limits: AnswerLimits = QUICK, **settings: Any) -> Gateway:
        async def resolver(_: str) -> list[str]:
            return ["127.0.0.1"]

        trusted = ssl.create_default_context(cafile=str(AUTHORITY / "authority.pem"))
        given: dict[str, Any] = {"secrets": Secrets({}), "politeness": HostRateLimits(pause=0), "resolver": resolver}
        given |= {"allowed": frozenset({HERE}), "port": self.port, "trusted": trusted, "limits": limits}
        return Gateway(**given | settings)

    def line(self, *hosts: str, **settings: Any) -> Egress:
        return self.gateway(**settings).egress_for(hosts)


@asynccontextmanager
async def playing() -> AsyncIterator[Producers]:
    producers = Producers()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(AUTHORITY / "producers.pem")
    server = await asyncio.start_server(producers.serve, "127.0.0.1", 0, ssl=context)
    producers.port = server.sockets[0].getsockname()[1]
    try:
        yield producers
    finally:
        server.close()


def asked(source: dict[str, Any], today: str = "2026-07-14", **ask: Any) -> Ask:
    """A source as a plan writes it, and a check with values for its placeholders."""
    check = Check.model_validate(
        {"title": "A check", "source": "it", "figures_of": "it", "with": ask.pop("values", {}), "runs": {"every": "P1D"}}
    )
    said = {"title": "Source", "producer": "Producer", "licence": "CC0"}
    return Ask(SOURCE.validate_python(said | source), check, date.fromisoformat(today), **ask)


async def run(ask: Ask, line: Egress) -> tuple[tuple[Answer, ...], Readings | NoReading]:
    """One run of a check: what was answered, and what was made of it."""
    adapter = Adapters()[ask.source.adapter]
    try:
        answers = await adapter.fetch(ask, line, lambda _: None)
    except Denied as denied:
        return (), denied.reading
    return answers, adapter.read(ask, answers)


def secrets(host: str, **held: str) -> Secrets:
    """Secrets by their names, which may be sent to one host."""
    given = {f"ACCORD_SECRET_{name.upper()}": value for name, value in held.items()}
    return Secrets(given | {f"{name}_HOSTS": host for name in given})


async def read(ask: Ask, line: Egress) -> Readings | NoReading:
    return (await run(ask, line))[1]
