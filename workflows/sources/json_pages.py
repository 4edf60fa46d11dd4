"""Fetching of paginated JSON, with sign-in where required and a limit on pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin

from pydantic import SecretStr

from rules.language.sources import JsonHttp
from rules.language.sources.described import HeaderSecret
from rules.language.sources.expressions import all_at, first_at
from rules.language.sources.json_http import OAuth, Paging, Query
from workflows.sources.answers import Answer, Denied, NoAnswer, Progress
from workflows.sources.egress import Egress, Headers
from workflows.sources.strict_json import UnreadableAnswer, parse, stored
from workflows.sources.url_template import build_url


class JsonPages:
    """Fetches the pages of one run."""

    def __init__(self, source: JsonHttp, values: Mapping[str, str], headers: Headers, egress: Egress, told: Progress) -> None:
        self._source = source
        self._values = values
        self._headers = headers
        self._egress = egress
        self._told = told

    async def one(self, address: str) -> Answer:
        signed = _host(address) == _host(self._source.url)  # the token must not be sent to another host
        try:
            return await self._egress.get(address, self._told, self._headers if signed else {}, self._source.headers())
        except Denied as denied:
            for rule in self._source.errors:
                if rule.status is not None and rule.status == denied.status:
                    raise Denied(str(denied), status=denied.status, kind=rule.means) from None
            raise

    async def pages(self, url: str, query: Query, paging: Paging | None) -> list[Answer]:
        """All pages. Raises Denied beyond the limit of pages."""
        if paging is None:
            return [await self.one(build_url(url, query, self._values))]
        answers: list[Answer] = []
        address: str | None = build_url(url, {**query, **_begin(paging)}, self._values)
        while address is not None:
            if len(answers) == paging.at_most:
                raise Denied(f"{self._source.title}: the answer has more than {paging.at_most} pages; ask for less of it.")
            self._told(f"page {len(answers) + 1}")
            answers.append(await self.one(address))
            step = self._after(paging, len(answers), answers[-1])
            address = build_url(url, {**query, **step}, self._values) if isinstance(step, dict) else _next(address, step)
        return answers

    def _after(self, paging: Paging, had: int, newest: Answer) -> dict[str, str] | str | None:
        """The query or URL of the next page; None after the last."""
        try:
            content = parse(newest.body)
        except UnreadableAnswer:
            return None  # `read` reports the fault
        if paging.next is not None:
            return str(first_at(content, paging.next) or "") or None
        if paging.size is not None:
            if len(all_at(content, self._source.rows)) < paging.size:
                return None
            return {paging.page: str(paging.first + had)} if paging.page else {str(paging.offset): str(had * paging.size)}
        total = str(first_at(content, str(paging.total)) or "0")
        if not (total.isascii() and total.isdigit()) or had >= int(total[:9]):
            return None
        if int(total[:9]) > paging.at_most:
            raise Denied(f"{self._source.title}: the answer has {total[:9]} pages; at most {paging.at_most} are asked for.")
        return {str(paging.page): str(paging.first + had)}


def _begin(paging: Paging) -> dict[str, str]:
    if paging.page is not None:
        return {paging.page: str(paging.first)}
    return {paging.offset: "0"} if paging.offset is not None else {}


def _host(address: str) -> str:
    return address.removeprefix("https://").partition("/")[0].partition("?")[0]


def _next(address: str, step: str | None) -> str | None:
    try:
        return None if step is None else urljoin(address, step)
    except ValueError:
        raise Denied(f"the next page is at {stored(str(step), 100)!r}, which is no address") from None


async def sign_in(source: JsonHttp, egress: Egress, told: Progress) -> Headers:
    match source.auth:
        case None:
            return {}
        case HeaderSecret() as auth:
            before = f"{auth.before} " if auth.before else ""
            return {auth.header: SecretStr(before + egress.secret(auth.secret, source.url).get_secret_value())}
        case OAuth() as auth:
            form: dict[str, str | SecretStr] = {"grant_type": auth.grant}
            form |= {"client_id": auth.client_id} if auth.client_id else {}
            secret = {"client_secret": auth.client_secret, "username": auth.username, "password": auth.password}
            form |= {field: egress.secret(name, auth.oauth) for field, name in secret.items() if name}
            try:
                token = first_at(parse(await egress.post(auth.oauth, told, form)), "access_token")
            except UnreadableAnswer:
                token = None
            if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
                raise NoAnswer(f"{source.title}: no token was given for the grant {auth.grant}.")
            return {"Authorization": SecretStr(f"Bearer {token}")}
