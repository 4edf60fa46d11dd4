"""The page of the API at /docs: all of it, from here alone."""

from __future__ import annotations

import re

from api.app import create_app
from api.page import page
from tests.api.conftest import Door

DOCUMENT = create_app().openapi()


def test_every_route_and_every_field_stands_there() -> None:
    text = page(DOCUMENT)
    for path, operations in DOCUMENT["paths"].items():
        for method in operations:
            assert f"<summary>{method.upper()} {path}</summary>" in text
    for name, schema in DOCUMENT["components"]["schemas"].items():
        _, _, shape = text.partition(f'<h3 id="{name}">')
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in shape.partition("<h3")[0]


def test_every_link_leads_somewhere() -> None:
    text = page(DOCUMENT)
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))


async def test_it_asks_for_nothing_from_another_host(door: Door) -> None:
    """In a closed network it would be blank, and a script of others could read the tokens that people type."""
    answer = await door.client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"<script|(?:src|href)=.?(?:https?:)?//", answer.text) == []
    assert (await door.client.get("/redoc")).status_code == 404
