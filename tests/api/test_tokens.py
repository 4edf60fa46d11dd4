"""Bearer tokens at the door: who has none, whose is over, and whose is for something else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from api.identity import TokenCache
from db.pools import OperationalPool, ReadPool
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
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        tokens = Tokens(reader, operational)
        expired, _ = await tokens.issue("nora", lifetime=timedelta(seconds=-1), role="recorder", party="north")
        revoked, token = await tokens.issue("nora", lifetime=timedelta(hours=1), role="recorder", party="north")
        await tokens.revoke(token.id)
    for secret in (expired, revoked):
        answer = await door.client.get("/api/v1/programs", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401


async def test_a_token_for_one_program_knows_of_no_other(door: Door, url: str) -> None:
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        secret, _ = await Tokens(reader, operational).issue(
            "nora", lifetime=timedelta(hours=1), role="recorder", party="north", program_id=UUID(int=1)
        )
    limited = Door(door.client, {**door.secrets, "nora": secret}, door.program)
    assert (await limited.get("nora", "/programs/{program}")).status_code == 404
    assert (await limited.get("nora", "/programs")).json()["programs"] == []


async def test_a_token_of_a_role_that_the_person_does_not_hold_does_nothing(door: Door, url: str) -> None:
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        secret, _ = await Tokens(reader, operational).issue(
            "nora", lifetime=timedelta(hours=1), role="authority", party="commission"
        )
    posing = Door(door.client, {**door.secrets, "nora": secret}, door.program)
    answer = await posing.post("nora", "/programs/{program}/suspensions", {"reason": "I say so."})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_a_member")


TOKENS = "/programs/{program}/tokens"
MOSS = {"person": "moss", "role": "monitor", "party": None}
NICK = {"person": "nick", "role": "verifier", "party": "north"}


async def test_an_officer_gives_a_member_a_token_whose_secret_is_shown_once(door: Door) -> None:
    body = {"member": MOSS, "days": 30, "note": "laptop"}
    issued = await door.post("olga", TOKENS, body, key="for-moss")
    assert issued.status_code == 201, issued.text
    assert issued.headers["cache-control"] == "no-store"
    own = Door(door.client, {"moss": issued.json()["secret"]}, door.program)
    assert (await own.get("moss", "/programs/{program}")).status_code == 200
    again = await door.post("olga", TOKENS, body, key="for-moss")
    assert (again.status_code, again.json()["secret"]) == (201, None)
    assert again.json()["token"]["id"] == issued.json()["token"]["id"]
    other = await door.post("olga", TOKENS, body | {"days": 31}, key="for-moss")
    assert (other.status_code, other.json()["code"]) == (409, "act_id_reused")
    (line,) = (await door.get("olga", TOKENS)).json()
    assert (line["person"], line["role"], line["issued_by"], line["note"]) == ("moss", "monitor", "olga", "laptop")
    assert "secret" not in line


async def test_an_issued_token_knows_of_no_other_program(door: Door) -> None:
    secret = (await door.post("olga", TOKENS, {"member": MOSS})).json()["secret"]
    answer = await door.client.get("/api/v1/programs/" + str(UUID(int=1)), headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("person", "member", "status", "code"),
    [
        ("nils", NICK, 201, None),
        ("olga", NICK, 403, "party_may_not"),
        ("saul", NICK, 403, "party_may_not"),
        ("nora", NICK, 403, "party_may_not"),
        ("nils", MOSS, 403, "party_may_not"),
        ("nils", NICK | {"role": "authority"}, 422, "member_unknown"),
        ("olga", {"person": "nobody", "role": "monitor", "party": None}, 422, "member_unknown"),
        ("olga", {"person": "moss", "role": "auditor", "party": None}, 422, "member_unknown"),
        ("olga", {"person": "chip", "role": "checker", "party": None}, 403, "role_may_not"),
        ("olga", {"person": "moss", "role": "clock", "party": None}, 403, "role_may_not"),
        ("stranger", NICK, 404, "not_found"),
        ("auditor", MOSS, 403, "not_a_member"),
    ],
)
async def test_who_admits_somebody_gives_them_a_token(
    door: Door, person: str, member: dict[str, str | None], status: int, code: str | None
) -> None:
    """Else an officer could act in the name of any party."""
    answer = await door.post(person, TOKENS, {"member": member})
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text


async def test_everybody_sees_their_own_tokens_and_who_speaks_for_a_party_those_of_the_party(door: Door) -> None:
    await door.post("olga", TOKENS, {"member": MOSS})
    await door.post("nils", TOKENS, {"member": NICK})

    async def seen(person: str) -> list[str]:
        return sorted(line["person"] for line in (await door.get(person, TOKENS)).json())

    assert await seen("olga") == await seen("auditor") == ["moss", "nick"]
    assert await seen("nils") == await seen("nick") == ["nick"]
    assert await seen("moss") == ["moss"]
    assert await seen("saul") == []


@pytest.mark.parametrize(("person", "status"), [("olga", 200), ("nick", 200), ("nils", 200), ("saul", 404), ("stranger", 404)])
async def test_a_token_is_ended_by_an_officer_its_person_or_who_speaks_for_its_party(
    door: Door, person: str, status: int
) -> None:
    issued = (await door.post("nils", TOKENS, {"member": NICK})).json()
    answer = await door.post(person, f"{TOKENS}/{issued['token']['id']}/revocations")
    assert answer.status_code == status
    used = await door.client.get("/api/v1/programs", headers={"Authorization": f"Bearer {issued['secret']}"})
    assert used.status_code == (200 if status == 404 else 401)
    if status == 200:
        assert answer.json()["revoked_by"] == person
        again = await door.post("olga", f"{TOKENS}/{issued['token']['id']}/revocations")
        assert again.json()["revoked_at"] == answer.json()["revoked_at"]


async def test_it_is_kept_when_a_token_was_last_used(url: str) -> None:
    """Beside every request, a moment later."""
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        tokens = Tokens(reader, operational)
        secret, token = await tokens.issue("nora", lifetime=timedelta(hours=1), role="recorder", party="north")
        known = TokenCache(tokens)
        keeping = asyncio.create_task(known.write_uses())
        await known.caller(secret)
        assert (await tokens.issued())[0].last_used_at is None
        keeping.cancel()
        await asyncio.wait([keeping])
        kept = await tokens.one(token.id)
        assert kept is not None
        assert kept.last_used_at is not None
        assert kept.last_used_at >= token.created_at
