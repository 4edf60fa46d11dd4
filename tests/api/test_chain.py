"""The ledger as it was sealed: whoever may read it can prove it with nothing but SHA-256."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import pytest

from tests.api.conftest import Door

WORDS = "Order 17, in full."


def faults(entries: Iterable[dict[str, Any]]) -> list[int]:
    """The entries at which a chain does not hold, as its description over HTTP says that it has to."""
    before, found = "0" * 64, []
    for number, entry in enumerate(entries, start=1):
        seal = (number, before)
        follows = (entry["seq"], entry["prev"]) == seal
        if entry["body"] is not None:
            said = json.loads(entry["body"])
            follows &= (said["seq"], said["prev"]) == seal
            follows &= sha256(b"\0" + entry["body"].encode()).hexdigest() == entry["leaf"]
        if not follows:
            found.append(number)
        before = entry["leaf"]
    return found


async def chain(door: Door, person: str = "auditor") -> list[dict[str, Any]]:
    """All of it, in pages of three."""
    entries: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = (await door.get(person, "/programs/{program}/chain", after=after, limit=3)).json()
        entries, after = entries + page["entries"], page["next"]
    return entries


@pytest.fixture
async def head(door: Door) -> str:
    """The head in the receipt of an act that records restricted evidence."""
    body: dict[str, Any] = {
        "evidence": "secret",
        "milestone": "safety",
        "shows": "order",
        "restricted_to": ["north", "commission"],
    }
    filed = await door.client.post(
        door.address("/programs/{program}/documents?name=order.txt"), content=WORDS.encode(), headers=door.headers("sara")
    )
    body |= {"document": {"sha256": filed.json()["sha256"], "name": "order.txt"}, "text": WORDS}
    answer = await door.post("sara", "/programs/{program}/evidence", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["head"])


async def test_a_reader_proves_the_ledger_and_ends_at_the_head_of_a_receipt(door: Door, head: str) -> None:
    entries = await chain(door)
    assert faults(entries) == []
    assert entries[-1]["leaf"] == head


async def test_whoever_changes_a_word_is_found_at_that_entry(door: Door, head: str) -> None:
    entries = await chain(door)
    entries[0]["body"] = entries[0]["body"].replace("olga", "otto", 1)
    assert faults(entries) == [1]
    assert faults([entries[0], *entries[2:]])[:2] == [1, 2]


async def test_restricted_words_are_held_back_and_the_chain_goes_on(door: Door, head: str) -> None:
    """What is held back is still vouched for by its leaf; the chance in its body keeps it from being guessed."""
    for person in ("olga", "sara", "auditor"):
        entries = await chain(door, person)
        assert [entry["leaf"] for entry in entries if entry["body"] is None] == [head]
        assert WORDS not in json.dumps(entries)
        assert faults(entries) == []


async def test_a_stranger_is_told_of_no_chain(door: Door) -> None:
    assert (await door.get("stranger", "/programs/{program}/chain")).status_code == 404
