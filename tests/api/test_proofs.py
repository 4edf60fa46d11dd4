"""Checkpoints: what a party keeps proves what the operator has changed, and nobody has to be believed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from proof.checkpoint import Checkpoint, verify_note
from proof.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from proof.signed_note import Note, VerifierKey
from rules.canonical import canonical
from tests.api.conftest import Door
from tests.api.terminal import Terminal
from tests.api.test_chain import chain
from tests.conftest import unguarded

ADMITTED = {"member": {"person": "pia", "role": "monitor"}}


async def checkpoint(door: Door, **query: Any) -> dict[str, Any]:
    answer = await door.get("nora", "/programs/{program}/checkpoint", **query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def read(answer: dict[str, Any]) -> Checkpoint:
    """What the keys say of a checkpoint."""
    return verify_note(Note.parse(answer["note"]), [VerifierKey.parse(key) for key in answer["keys"]])


async def act(door: Door, person: str = "pia") -> None:
    body = {"member": ADMITTED["member"] | {"person": person}}
    assert (await door.post("olga", "/programs/{program}/members", body)).status_code == 201


async def test_a_checkpoint_is_signed_by_two_keys_over_the_bytes_of_the_chain(door: Door) -> None:
    await act(door)
    found, entries = await checkpoint(door), await chain(door)
    signed = read(found)
    assert signed.root == root_of(bytes.fromhex(entry["leaf"]) for entry in entries)
    assert (signed.size, signed.origin) == (len(entries), found["origin"])
    assert signed.origin.endswith(f"/program/{door.program}")
    assert len(found["keys"]) == 2


async def test_a_ledger_is_shown_to_go_on_from_each_of_its_sizes(door: Door) -> None:
    await act(door)
    newest = read(await checkpoint(door))
    for size in range(1, newest.size + 1):
        earlier = read(await checkpoint(door, size=size))
        proof = (await door.get("nora", "/programs/{program}/consistency", **{"from": size})).json()
        hashes = [bytes.fromhex(one) for one in proof["hashes"]]
        verify_consistency(earlier.size, newest.size, earlier.root, newest.root, hashes)


async def test_an_entry_is_shown_to_stand_in_the_ledger_without_the_others(door: Door) -> None:
    await act(door)
    newest = read(await checkpoint(door))
    for seq in range(1, newest.size + 1):
        proof = (await door.get("nora", "/programs/{program}/inclusion", seq=seq)).json()
        hashes = [bytes.fromhex(one) for one in proof["hashes"]]
        verify_inclusion(bytes.fromhex(proof["leaf"]), seq - 1, proof["size"], hashes, newest.root)


@pytest.mark.parametrize(
    ("path", "query", "what"),
    [
        ("checkpoint", {"size": 1000}, "entries, and not 1000"),
        ("checkpoint", {"size": 0}, "size"),
        ("inclusion", {"seq": 1000}, "There is no entry 1000"),
        ("inclusion", {}, "seq"),
        ("consistency", {"from": 1000}, "1000 is more than"),
        ("consistency", {"from": 2, "to": 1}, "2 is more than 1"),
    ],
)
async def test_what_there_is_not_is_told(door: Door, path: str, query: dict[str, int], what: str) -> None:
    answer = await door.get("nora", f"/programs/{{program}}/{path}", **query)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert what in answer.text


@pytest.mark.parametrize("path", ["checkpoint", "consistency?from=1", "inclusion?seq=1"])
async def test_strangers_are_shown_no_proof(door: Door, path: str) -> None:
    answer = await door.client.get(door.address(f"/programs/{{program}}/{path}"), headers=door.headers("stranger"))
    assert answer.status_code == 404


async def test_a_party_keeps_the_newest_and_demands_that_it_goes_on(door: Door, tmp_path: Path) -> None:
    party = Terminal(tmp_path)
    assert (await party.login(door, "nora")).code == 0
    first = await party.accord("watch", door.program)
    assert first.code == 0, first.err
    assert "Trusted because the service says so" in first.out
    await act(door)
    for expected in ("entries more: it goes on from what you kept.", "nothing new: it goes on from what you kept."):
        again = await party.accord("watch", door.program)
        assert (again.code, again.out.partition(", ")[2].strip()) in {(0, f"1 {expected}"), (0, expected)}, again.err


async def test_a_key_that_another_has_told_is_trusted_and_no_other(door: Door, tmp_path: Path) -> None:
    party = Terminal(tmp_path)
    assert (await party.login(door, "nora")).code == 0
    keys = (await checkpoint(door))["keys"]
    refused = await party.accord("watch", door.program, "--key", keys[0].replace("+", "x+", 1))
    assert (refused.code, "cannot be read" in refused.err) == (2, True)
    trusted = await party.accord("watch", door.program, "--key", keys[1])
    assert (trusted.code, "Trusted because" in trusted.out) == (0, False)


class Operator:
    """Who owns the database, and every key of the service."""

    def __init__(self, url: str, program: str) -> None:
        self._url, self._program = url, program

    def cut_off(self) -> None:
        """The newest entry is gone."""
        with unguarded(self._url) as connection:
            connection.execute(
                "DELETE FROM ledger_entry WHERE program_id = %(program)s"
                " AND seq = (SELECT max(seq) FROM ledger_entry WHERE program_id = %(program)s)",
                {"program": self._program},
            )

    def rewrite(self) -> None:
        """Every entry anew: other words in the first, and all hashes after it made to fit."""
        with unguarded(self._url) as connection:
            rows = connection.execute(
                "SELECT seq, body FROM ledger_entry WHERE program_id = %s ORDER BY seq", [self._program]
            ).fetchall()
            prev = bytes(32)
            for seq, body in rows:
                said = json.loads(body.replace(b"olga", b"otto"))
                fresh = canonical(said | {"prev": prev.hex()})
                leaf = leaf_hash(fresh)
                connection.execute(
                    "UPDATE ledger_entry SET body = %s, prev = %s, leaf = %s WHERE program_id = %s AND seq = %s",
                    [fresh, prev, leaf, self._program, seq],
                )
                prev = leaf
            connection.execute("UPDATE program SET head = %s WHERE id = %s", [prev, self._program])


@pytest.fixture
def operator(owner_url: str, door: Door) -> Operator:
    return Operator(owner_url, door.program)


async def test_an_operator_who_rewrites_everything_is_shown_to_have(door: Door, operator: Operator, tmp_path: Path) -> None:
    """Its own checks find nothing: every hash fits. What the party kept does not, and shows it to others."""
    party = Terminal(tmp_path)
    assert (await party.login(door, "nora")).code == 0
    assert (await party.accord("watch", door.program)).code == 0
    operator.rewrite()
    proved = await party.accord("prove", door.program)
    assert proved.code == 0, proved.err
    trusted = [word for key in (await checkpoint(door))["keys"] for word in ("--key", key)]
    kept = re.findall(r"\S+\.note", (await party.accord("watch", door.program)).err)[0]
    against = await party.accord("prove", door.program, "--checkpoint", kept, *trusted)
    assert (against.code, "are not those of the checkpoint" in against.err) == (1, True), against.err
    split = await party.accord("watch", door.program)
    assert (split.code, "two ledgers of" in split.err) == (1, True), split.err
    notes = re.findall(r"\S+\.note", split.err)
    shown = await party.accord("compare", *notes, *trusted)
    assert (shown.code, "two ledgers of" in shown.err) == (1, True), shown.err


async def test_a_ledger_that_was_rewritten_and_has_grown_does_not_go_on(door: Door, operator: Operator, tmp_path: Path) -> None:
    party = Terminal(tmp_path)
    assert (await party.login(door, "nora")).code == 0
    assert (await party.accord("watch", door.program)).code == 0
    await act(door)
    operator.rewrite()
    rewritten = await party.accord("watch", door.program)
    assert (rewritten.code, "does not go on from" in rewritten.err) == (1, True), rewritten.err


async def test_an_operator_who_takes_entries_away_is_shown_to_have(door: Door, operator: Operator, tmp_path: Path) -> None:
    party = Terminal(tmp_path)
    await act(door)
    assert (await party.login(door, "nora")).code == 0
    assert (await party.accord("watch", door.program)).code == 0
    operator.cut_off()
    shorter = await party.accord("watch", door.program)
    assert (shorter.code, "entries are gone" in shorter.err) == (1, True), shorter.err


async def test_two_checkpoints_are_compared_without_the_service(door: Door, tmp_path: Path) -> None:
    first = await checkpoint(door)
    await act(door)
    second = await checkpoint(door)
    for name, found in (("a", first), ("b", first), ("c", second)):
        (tmp_path / name).write_text(found["note"], encoding="utf-8")
    someone = Terminal(tmp_path / "someone")
    trusted = ["--key", first["keys"][0], "--key", first["keys"][1]]
    a, b, c = (str(tmp_path / name) for name in "abc")
    for words, code in (((a, b, *trusted), 0), ((a, c, *trusted), 2), ((a, b), 2), ((a, b, "--key", "nonsense"), 2)):
        said = await someone.accord("compare", *words)
        assert said.code == code, said.err
