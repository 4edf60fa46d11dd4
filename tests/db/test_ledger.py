"""Sealed entries can be read again, and every later change is detected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.draft import Draft
from db.ledger import (
    GENESIS,
    EntryTooLarge,
    EntryUnreadable,
    LedgerFault,
    StoredEntry,
    columns_of,
    read,
    read_next,
    seal,
    verify_chain,
)
from db.program_cache import CachedProgram
from proof.merkle import leaf_hash
from rules.acts import Actor, Role
from rules.canonical import canonical
from rules.effects import DeadlineSet, StabilityCounted
from rules.entries import Entry
from rules.facts import AttemptRefused, ProgramStarted
from tests.db.builders import long_story

PROGRAM = UUID("01890000-0000-7000-8000-000000000001")
AT = datetime(2025, 3, 1, tzinfo=UTC)
NONCE = bytes(range(16))


@cache
def story() -> tuple[StoredEntry, ...]:
    """The rows of a long history, as the database would hold them."""
    rows: list[StoredEntry] = []
    kept: CachedProgram | None = None
    for one, at in long_story():
        draft = Draft(PROGRAM, kept, at, {})
        draft.judge(one)
        rows += (
            StoredEntry(PROGRAM, prev=line.prev, leaf=line.leaf, body=line.body, **columns_of(line.entry))
            for line in draft.sealed
        )
        kept = draft.after
    return tuple(rows)


def told(rows: Sequence[StoredEntry], head: tuple[int, bytes] | None = None) -> list[tuple[int, str]]:
    return [(problem.seq, problem.code) for problem in verify_chain(rows, head)]


def entry(fact: Any, **other: Any) -> Entry:
    return Entry(seq=1, at=AT, act="a1", actor=Actor(person="olga", role=Role.OFFICER), fact=fact, **other)


@pytest.mark.parametrize(
    "fact",
    [
        ProgramStarted(document="a: [1]", parameters={"n": 3}, plan_sha256="0" * 64, title="T", members=()),
        StabilityCounted(phase="p", status="paused", counted_from=AT, completes_at=None, effective_at=AT),
        DeadlineSet(milestone="m", anchored_at=AT, due_original=AT, due_revised=None, effective_at=AT),
        AttemptRefused(attempted="verify", code="c", reason="R."),
    ],
    ids=lambda fact: str(fact.kind),
)
def test_an_entry_is_read_as_it_was_sealed(fact: Any) -> None:
    one = entry(fact, content="1" * 64)
    sealed = seal(one, PROGRAM, GENESIS, NONCE)
    assert read(sealed.leaf, sealed.body) == one


def test_a_whole_history_is_sound() -> None:
    rows = story()
    assert verify_chain(rows, (rows[-1].seq, rows[-1].leaf)) == []
    assert len({row.kind for row in rows}) > 25


def test_a_body_says_where_it_belongs() -> None:
    sealed = seal(entry(AttemptRefused(attempted="x", code="c", reason="R.")), PROGRAM, GENESIS, NONCE)
    assert sealed.leaf == leaf_hash(sealed.body)
    for part in (f'"program":"{PROGRAM}"', f'"prev":"{"00" * 32}"', f'"nonce":"{NONCE.hex()}"', '"v":1', '"seq":1'):
        assert part.encode() in sealed.body


def test_two_entries_that_say_the_same_have_two_leaves() -> None:
    """Else a withheld entry could be guessed from its leaf."""
    one = entry(AttemptRefused(attempted="x", code="c", reason="R."))
    assert seal(one, PROGRAM, GENESIS, NONCE).leaf != seal(one, PROGRAM, GENESIS, bytes(16)).leaf


def test_an_entry_too_large_is_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = entry(AttemptRefused(attempted="x", code="c", reason="R."))
    size = len(seal(one, PROGRAM, GENESIS, NONCE).body)
    monkeypatch.setattr("db.ledger.LARGEST_BODY", size)
    seal(one, PROGRAM, GENESIS, NONCE)
    monkeypatch.setattr("db.ledger.LARGEST_BODY", size - 1)
    with pytest.raises(EntryTooLarge):
        seal(one, PROGRAM, GENESIS, NONCE)


def test_bytes_that_are_no_entry_are_not_read() -> None:
    for body in (b"", b"{}", b"[1]", b"\xff"):
        with pytest.raises(EntryUnreadable):
            read(leaf_hash(body), body)


def test_an_entry_that_is_not_what_was_sealed_is_not_read() -> None:
    """Altered in the database, beside every check that it has."""
    attempts = [entry(AttemptRefused(attempted=name, code="c", reason="R.")) for name in ("one", "another")]
    first, second = [seal(attempt, PROGRAM, GENESIS, NONCE) for attempt in attempts]
    with pytest.raises(LedgerFault, match="not the hash of its entry"):
        read(first.leaf, second.body)
    with pytest.raises(LedgerFault, match="follows another entry"):
        read_next(second.leaf, second.body, first.leaf)


@settings(deadline=None)  # a busy machine is no fault
@given(st.data())
def test_a_changed_byte_is_named(data: st.DataObject) -> None:
    rows = list(story())
    place = data.draw(st.integers(0, len(rows) - 1))
    row = rows[place]
    at = data.draw(st.integers(0, len(row.body) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != row.body[at]))
    rows[place] = replace(row, body=row.body[:at] + bytes([other]) + row.body[at + 1 :])
    assert (row.seq, "leaf") in told(rows)


@settings(deadline=None)  # a busy machine is no fault
@given(st.data())
def test_a_changed_byte_with_its_hash_made_right_is_named_by_the_next_entry(data: st.DataObject) -> None:
    """Whoever can compute one hash must compute all that follow, and then the head is another."""
    rows = list(story())
    place = data.draw(st.integers(0, len(rows) - 2))
    row = rows[place]
    at = data.draw(st.integers(0, len(row.body) - 1))
    body = row.body[:at] + bytes([row.body[at] ^ 1]) + row.body[at + 1 :]
    rows[place] = replace(row, body=body, leaf=leaf_hash(body))
    assert (row.seq + 1, "prev") in told(rows)


@pytest.mark.parametrize("seq", [1, 2, 17])
def test_a_missing_entry_is_named(seq: int) -> None:
    rows = [row for row in story() if row.seq != seq]
    assert (seq + 1, "gap") in told(rows)


def test_missing_last_entries_are_seen_by_who_knows_the_head() -> None:
    rows = story()
    head = (rows[-1].seq, rows[-1].leaf)
    assert told(rows[:-2]) == []
    assert told(rows[:-2], head) == [(head[0] - 2, "head")]
    assert told((), head) == [(0, "head")]


def test_exchanged_entries_are_named() -> None:
    rows = list(story())
    rows[4], rows[5] = rows[5], rows[4]
    assert {(6, "gap"), (5, "order")} <= set(told(rows))


def test_a_doubled_entry_is_named() -> None:
    rows = list(story())
    assert (4, "order") in told([*rows[:4], rows[3], *rows[4:]])


FORGED: dict[str, Any] = {
    "recorded_at": datetime(2001, 1, 1, tzinfo=UTC),
    "kind": "warning_given",
    "actor": "somebody else",
    "subject": "something else",
    "act_id": "another-act",
    "content": "f" * 64,
    "program_id": UUID(int=1),
}


@pytest.mark.parametrize("column", FORGED)
def test_a_column_that_says_something_else_than_the_body_is_named(column: str) -> None:
    """A filter would otherwise hide an entry that is still in the chain."""
    rows = list(story())
    rows[6] = replace(rows[6], **{column: FORGED[column]})
    assert told(rows) == [(7, "column")]


def test_an_entry_of_another_program_is_named() -> None:
    other = UUID(int=7)
    sealed = seal(entry(AttemptRefused(attempted="x", code="c", reason="R.")), other, GENESIS, NONCE)
    row = replace(story()[0], body=sealed.body, leaf=sealed.leaf)
    assert (1, "column") in told([row])


def test_bytes_that_only_mean_the_same_are_named() -> None:
    rows = list(story())
    body = rows[2].body.replace(b'","', b'", "', 1)
    rows[2] = replace(rows[2], body=body, leaf=leaf_hash(body))
    assert (3, "body") in told(rows)


def test_entries_that_no_program_can_have_are_named() -> None:
    """A chain with all its hashes right, but about evidence that was never recorded."""
    first = story()[0]
    fact = {"kind": "evidence_verified", "evidence": "never"}
    body = canonical(
        {
            "v": 1,
            "program": str(PROGRAM),
            "seq": 2,
            "prev": first.leaf.hex(),
            "nonce": NONCE.hex(),
            "at": "2025-03-02T00:00:00.000000Z",
            "act": "a2",
            "actor": {"person": "sven", "role": "verifier", "party": "south"},
            "fact": fact,
        }
    )
    row = StoredEntry(
        program_id=PROGRAM,
        seq=2,
        prev=first.leaf,
        leaf=leaf_hash(body),
        body=body,
        recorded_at=datetime(2025, 3, 2, tzinfo=UTC),
        kind="evidence_verified",
        actor="sven",
        subject="never",
        act_id="a2",
        content=None,
    )
    assert told([first, row]) == [(2, "fold")]


def test_time_that_runs_backwards_is_named() -> None:
    rows = list(story())
    early = replace(rows[5], seq=rows[-1].seq + 1, prev=rows[-1].leaf)
    assert (early.seq, "time") in told([*rows, early])
