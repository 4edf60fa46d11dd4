"""Tokens are valid within their limits until they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from db.tokens import Tokens
from tests.db.conftest import Room

HOUR = timedelta(hours=1)


@pytest.fixture
def tokens(room: Room) -> Tokens:
    return Tokens(room.reader, room.operational)


async def test_a_secret_finds_its_token(tokens: Tokens) -> None:
    program_id = uuid4()
    secret, token = await tokens.issue("nora", lifetime=HOUR, program_id=program_id, party="north", role="recorder")
    assert await tokens.find(secret) == token
    assert (token.person, token.program_id, token.party, token.role) == ("nora", program_id, "north", "recorder")


async def test_a_secret_is_nowhere_kept(tokens: Tokens, owner: psycopg.AsyncConnection[Any]) -> None:
    secret, _ = await tokens.issue("nora", lifetime=HOUR)
    cursor = await owner.execute("SELECT t::text FROM token t")
    assert secret.removeprefix("accord_") not in str(await cursor.fetchall())
    assert secret.startswith("accord_")
    assert len(secret) > 40


async def test_other_secrets_find_nothing(tokens: Tokens) -> None:
    secret, _ = await tokens.issue("nora", lifetime=HOUR)
    for other in ("", "accord_", secret[:-1], secret + "A", secret[:-1] + ("A" if secret[-1] != "A" else "B")):
        assert await tokens.find(other) is None


async def test_an_expired_token_is_none(tokens: Tokens) -> None:
    secret, _ = await tokens.issue("nora", lifetime=-timedelta(seconds=1))
    assert await tokens.find(secret) is None


async def test_a_revoked_token_is_none(tokens: Tokens) -> None:
    secret, token = await tokens.issue("nora", lifetime=HOUR)
    assert await tokens.revoke(token.id)
    assert await tokens.find(secret) is None
    assert not await tokens.revoke(token.id)
    assert not await tokens.revoke(uuid4())


async def test_tokens_are_listed_with_those_that_have_ended(tokens: Tokens) -> None:
    _, first = await tokens.issue("nora", lifetime=HOUR, note="laptop")
    _, second = await tokens.issue("nora", lifetime=HOUR)
    await tokens.issue("sara", lifetime=HOUR)
    await tokens.revoke(second.id)
    listed = await tokens.issued("nora")
    assert [token.id for token in listed] == [second.id, first.id]
    assert listed[0].revoked_at is not None
    assert len(await tokens.issued()) == 3
