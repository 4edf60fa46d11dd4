"""Egress gateway to producers: https only, allowed hosts, public addresses, bounded answers.

A host name is resolved once and all its addresses are checked. The connection goes to a checked address, with the name in the
certificate check, so DNS rebinding cannot redirect it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeAlias

import httpx2
from pydantic import SecretStr

from rules.field_types import did_you_mean
from rules.vocabulary.origin import Fetch
from workflows.sources.answers import Answer, Denied, NoAnswer, Progress
from workflows.sources.body import Body
from workflows.sources.public_addresses import Address, Resolver, public_address, resolve
from workflows.sources.rate_limit import HostRateLimits, retry_after
from workflows.sources.secrets import Secrets

USER_AGENT = "Accord/0.1 (automated milestone checks)"
LONGEST_ADDRESS = 2_000
Headers: TypeAlias = Mapping[str, str | SecretStr]


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """Limits of one answer, in seconds and bytes."""

    total: float = 120.0
    connect: float = 10.0
    read: float = 30.0
    largest: int = 50 * 2**20
    """The limit of documents, since answers are stored as such."""
    run: int = 64 * 2**20
    """Bytes of all answers of one run, which are held in memory."""
    redirects: int = 3
    headers: int = 32 * 2**10


@dataclass(frozen=True, slots=True)
class Gateway:
    """State shared by all checks of a worker. The defaults are for production.

    Tests replace the resolver, the certificate authority, the port and the allowed loopback address.
    """

    secrets: Secrets = field(default_factory=Secrets)
    politeness: HostRateLimits = field(default_factory=HostRateLimits)
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    resolver: Resolver = resolve
    allowed: frozenset[Address] = frozenset()
    port: int = 443
    trusted: ssl.SSLContext = field(default_factory=lambda: httpx2.create_ssl_context(trust_env=False), repr=False)

    def egress_for(self, hosts: Collection[str]) -> Egress:
        """The egress of one run, limited to the hosts of its plan."""
        return Egress(frozenset(hosts), self)


class Egress:
    """HTTP client of one run, limited to the hosts of one plan."""

    def __init__(self, hosts: frozenset[str], gateway: Gateway) -> None:
        self.hosts = hosts
        self._gateway = gateway
        self._left = gateway.limits.run

    def secret(self, name: str, address: str) -> SecretStr:
        """A secret for the host of a URL. Raises NoAnswer if there is none that may be sent there."""
        return self._gateway.secrets.for_host(name, self._validate_url(address).host)

    async def get(self, address: str, told: Progress, headers: Headers | None = None, keep: Collection[str] = ()) -> Answer:
        """The answer of a GET with status 200 and the headers named in `keep`. Raises NoAnswer or Denied."""
        body, kept = await self._request("GET", address, told, headers=headers or {}, keep=keep)
        self._left -= len(body)
        fetch = Fetch(
            url=address,
            status=200,
            retrieved_at=datetime.now(UTC),
            sha256=sha256(body).hexdigest(),
            size=len(body),
            headers=kept,
        )
        return Answer(fetch, body)

    async def post(self, address: str, told: Progress, form: Mapping[str, str | SecretStr]) -> bytes:
        """The body of the response to a form. Not stored, since forms request tokens. Raises NoAnswer or Denied."""
        body, _ = await self._request("POST", address, told, data={name: _reveal(value) for name, value in form.items()})
        return body

    async def _request(
        self,
        method: str,
        address: str,
        told: Progress,
        *,
        keep: Collection[str] = (),
        headers: Headers | None = None,
        **content: Any,
    ) -> tuple[bytes, dict[str, str]]:
        url = self._validate_url(address)
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
        sent |= {name: _reveal(value) for name, value in (headers or {}).items()}
        rested, followed = False, 0
        while followed <= self._gateway.limits.redirects:
            async with self._gateway.politeness.slot(url.host, told):
                told(f"asks {url.host}")
                outcome = await self._exchange(method, url, sent, content, told, keep)
            match outcome:
                case httpx2.URL():
                    url, followed = outcome, followed + 1
                case NoAnswer(again_in=wish):
                    if rested or wish is None or wish.total_seconds() > self._gateway.politeness.longest_rest:
                        raise outcome
                    rested = True
                case _:
                    return outcome
        raise Denied(f"{url.host} leads from one address to the next; {self._gateway.limits.redirects} are followed.")

    async def _exchange(  # noqa: PLR0913, PLR0917  one exchange has these six sides
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: Any, told: Progress, keep: Collection[str]
    ) -> tuple[bytes, dict[str, str]] | httpx2.URL | NoAnswer:
        """One exchange: an answer, a redirect, or NoAnswer with a delay."""
        limits, gateway, host = self._gateway.limits, self._gateway, url.host
        try:
            async with asyncio.timeout(limits.total):
                address = await public_address(host, gateway.resolver, gateway.allowed)
                pinned = url.copy_with(host=str(address), port=gateway.port)
                async with (
                    httpx2.AsyncClient(
                        verify=gateway.trusted,
                        trust_env=False,
                        follow_redirects=False,
                        timeout=httpx2.Timeout(limits.read, connect=limits.connect),
                    ) as client,
                    client.stream(
                        method, pinned, headers={**headers, "Host": host}, extensions={"sni_hostname": host}, **content
                    ) as response,
                ):
                    return await self._receive(response, url, told, keep)
        except TimeoutError:
            raise NoAnswer(f"{host} did not finish its answer within {limits.total:g} s.") from None
        except httpx2.TimeoutException:
            raise NoAnswer(f"{host} did not answer in time.") from None
        except httpx2.TransportError as fault:
            raise NoAnswer(f"{host}: {_fault_text(fault)}.") from None

    async def _receive(
        self, response: httpx2.Response, url: httpx2.URL, told: Progress, keep: Collection[str]
    ) -> tuple[bytes, dict[str, str]] | httpx2.URL | NoAnswer:
        host, limits = url.host, self._gateway.limits
        if sum(len(name) + len(value) for name, value in response.headers.raw) > limits.headers:
            raise Denied(f"{host}: the headers of the answer are larger than {limits.headers:,} bytes.")
        if response.is_redirect:
            return self._redirect_target(url, response.headers["location"])
        if response.status_code in {408, 425, 429} or response.status_code >= 500:
            return self._retry_later(response, host)
        if response.status_code != 200:
            raise Denied(f"{host} answers {_status(response.status_code)}.", status=response.status_code)
        body = Body(host, response.headers.get("content-encoding", ""), min(limits.largest, self._left))
        if response.headers.get("content-length", "0").isdigit():
            announced = int(response.headers.get("content-length", "0")[:18])
            if announced > limits.largest:
                raise Denied(f"{host} announces {announced:,} bytes; at most {limits.largest:,} are read.")
        next_word = asyncio.get_running_loop().time()
        async for chunk in response.aiter_raw(2**16):
            body.take(chunk)
            if (now := asyncio.get_running_loop().time()) >= next_word:
                told(f"{host}: {body.size:,} bytes")
                next_word = now + 2
        kept = {name: response.headers[name][:200] for name in keep if response.headers.get(name, "").strip()}
        return body.content(), kept

    def _redirect_target(self, url: httpx2.URL, location: str) -> httpx2.URL:
        try:
            target = url.join(location)
        except (httpx2.InvalidURL, ValueError):
            raise Denied(f"{url.host} leads to an address that is none.") from None
        if target.host != url.host:
            raise Denied(f"{url.host} leads to another host, {target.host[:100]!r}; name that host and address in the plan.")
        return self._validate_url(str(target))

    def _retry_later(self, response: httpx2.Response, host: str) -> NoAnswer:
        wish = retry_after(response.headers.get("retry-after"))
        if wish is not None:
            self._gateway.politeness.block(host, wish.total_seconds())
        return NoAnswer(f"{host} answers {_status(response.status_code)}.", again_in=wish)

    def _validate_url(self, address: str) -> httpx2.URL:
        """Validates a URL. The same parser is used for the connection. Raises Denied."""
        try:
            url = httpx2.URL(address)
        except (httpx2.InvalidURL, ValueError):
            raise Denied(f"{address[:200]!r} is no address.") from None
        if len(address) > LONGEST_ADDRESS:
            raise Denied(f"An address of {url.host[:100]!r} has more than {LONGEST_ADDRESS:,} characters.")
        if url.scheme != "https":
            raise Denied(f"{url.host or address[:100]!r} would be asked over {url.scheme or 'nothing'}; only https is.")
        if url.host not in self.hosts:
            raise Denied(f"{url.host!r} is no host of this plan; {did_you_mean(url.host, self.hosts)}")
        if url.userinfo or url.port not in {None, 443}:
            raise Denied(f"{url.host} would be asked with a port or a name before it; write its address without.")
        return url


def _reveal(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _status(code: int) -> str:
    try:
        return f"{code} ({HTTPStatus(code).phrase})"
    except ValueError:
        return str(code)


def _fault_text(fault: httpx2.TransportError) -> str:
    """The fault in our words, since a library's message may contain the request."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return "no secured connection could be made"
        cause = cause.__cause__ or cause.__context__
    match fault:
        case httpx2.ConnectError():
            return "no connection could be made"
        case httpx2.RemoteProtocolError():
            return "the answer broke off, or is not HTTP"
        case _:
            return "the connection broke"
