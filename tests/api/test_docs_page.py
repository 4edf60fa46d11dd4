"""The page of the API at /docs: all of it, from here alone."""

from __future__ import annotations

import re

from tests.api.conftest import Door


async def test_the_page_and_all_that_it_needs_come_from_here(door: Door) -> None:
    """In a closed network it would be blank, and a script of others could read the tokens that people type."""
    answer = await door.client.get("/docs")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    needed = re.findall(r"""(?:src|href|url)(?:=|: )["']([^"']+)["']""", answer.text)
    assert len(needed) == 4
    for address in needed:
        assert address.startswith("/"), address
        assert (await door.client.get(address)).status_code == 200, address
    assert '"persistAuthorization": true' in answer.text, "one would log in again after each reload"
    assert (await door.client.get("/redoc")).status_code == 404
