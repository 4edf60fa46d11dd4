"""A client that keeps what it was answered, as examples."""

from __future__ import annotations

from typing import Any

import httpx2

from cli.first_people import Person
from db.tokens import PREFIX
from tests.api.conftest import application

LINES, CHARACTERS = 2, 300
"""What is shown of a list, and of a text."""


class Recording:
    """A client that keeps, by operation, what was sent and answered the first time."""

    def __init__(self, client: httpx2.AsyncClient, people: dict[str, Person]) -> None:
        self._client, self._people = client, people
        self._keys = 0
        self._routes = {
            operation["operationId"]: (method, path)
            for path, operations in application().openapi()["paths"].items()
            for method, operation in operations.items()
        }
        self.examples: dict[str, dict[str, Any]] = {}

    def unread(self) -> list[str]:
        """What can be read in JSON, and has not been."""
        return [name for name, (method, _) in self._routes.items() if method == "get" and name not in self.examples]

    async def do(self, operation: str, person: str, body: Any = None, query: Any = None, **place: str) -> Any:
        """Sends one request and returns its answer, which has to be a good one."""
        method, path = self._routes[operation]
        self._keys += 1
        headers = {"Authorization": f"Bearer {self._people[person].token}", "Idempotency-Key": f"act-{self._keys}"}
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        answer = await self._client.request(method, path.format(**place), params=query, headers=headers, **content)
        assert answer.status_code in {200, 201}, f"{operation}: {answer.status_code} {answer.text}"
        is_json = answer.headers["content-type"] == "application/json"
        held = answer.json() if is_json else None
        example: dict[str, Any] = {"path": {name: value for name, value in place.items() if name != "program"}} if place else {}
        if body is not None and not isinstance(body, bytes):
            example["request"] = body
        if is_json:
            example["preview" if query == {"preview": "true"} else "answer"] = held
        kept = self.examples.setdefault(operation, {})
        kept |= {key: value for key, value in example.items() if value and key not in kept}
        return held


def shortened(held: Any) -> Any:
    """Data that is still of its shape, with the first of long lists and the beginning of long texts."""
    match held:
        case dict():
            return {name: shortened(one) for name, one in held.items()}
        case list():
            return [shortened(one) for one in held[:LINES]]
        case str() if held.startswith(PREFIX):
            return f"{PREFIX}…"
        case str() if len(held) > CHARACTERS:
            return held[:CHARACTERS] + "…"
        case _:
            return held
