"""Bearer tokens at the door: who has none, whose is over, and whose is for something else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from db.session import Clerk, Reader
from db.tokens import Tokens
from tests.api.conftest import Door


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Bearer accord_" + "x" * 43, "Basic bm86bm8="])
async def test_without_a_valid_token_nobody_comes_in(door: Door, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = await door.client.get("/api/v1/programs", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthenticated"


async def test_an_expired_and_a_revoked_token_open_nothing(door: Door, url: str) -> None:
    async with Reader(url, size=1) as reader, Clerk(url, size=1) as clerk:
        tokens = Tokens(reader, clerk)
        expired, _ = await tokens.issue("nora", lifetime=timedelta(seconds=-1), role="recorder", party="north")
        revoked, token = await tokens.issue("nora", lifetime=timedelta(hours=1), role="recorder", party="north")
        await tokens.revoke(token.id)
    for secret in (expired, revoked):
        answer = await door.client.get("/api/v1/programs", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401


async def test_a_token_for_one_program_knows_of_no_other(door: Door, url: str) -> None:
    async with Reader(url, size=1) as reader, Clerk(url, size=1) as clerk:
        secret, _ = await Tokens(reader, clerk).issue(
            "nora", lifetime=timedelta(hours=1), role="recorder", party="north", program_id=UUID(int=1)
        )
    limited = Door(door.client, {**door.secrets, "nora": secret}, door.program)
    assert (await limited.get("nora", "/programs/{program}")).status_code == 404
    assert (await limited.get("nora", "/programs")).json()["programs"] == []


async def test_a_token_of_a_role_that_the_person_does_not_hold_does_nothing(door: Door, url: str) -> None:
    async with Reader(url, size=1) as reader, Clerk(url, size=1) as clerk:
        secret, _ = await Tokens(reader, clerk).issue("nora", lifetime=timedelta(hours=1), role="authority", party="commission")
    posing = Door(door.client, {**door.secrets, "nora": secret}, door.program)
    answer = await posing.post("nora", "/programs/{program}/suspensions", {"reason": "I say so."})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_member")
