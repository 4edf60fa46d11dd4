"""Checks of the record: ledgers, documents, due clocks and automated checks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from obstore.exceptions import BaseError

from cli.doctor.finding import Finding, fault, warning, well
from db.dispatch import CHANNEL
from db.documents import Damaged, NotFiled, read_document, store_at
from db.pools import ReadPool
from db.verification import expected_heads, verify
from db.workflow_reconciliation import overdue_clocks

NEWEST, SAMPLED = 10, 20
LATE = timedelta(seconds=10)
WORKER = "See that a worker runs, and read its log; `accord run` starts one again by itself."


async def ledgers(reader: ReadPool, *, all_of_them: bool) -> Finding:
    """Verifies the ledgers of the most recently active programs, or all."""
    found = [await verify(reader, one) for one in await expected_heads(reader, newest=None if all_of_them else NEWEST)]
    entries = sum(one.entries for one in found)
    faults = [f"{one.program} entry {problem.seq}: {problem.code}" for one in found for problem in one.problems]
    which = f"{len(found)} ledgers" if all_of_them else f"The {len(found)} ledgers that were acted in last"
    if faults:
        told = f"{'; '.join(faults[:3])}{' …' if faults[3:] else ''}"
        return fault("ledgers", f"Not as they were recorded: {told}.", "accord verify-ledgers, and compare with a backup.")
    return well("ledgers", f"{which} are whole ({entries} entries).")


async def documents(reader: ReadPool, place: str, *, all_of_them: bool) -> Finding:
    """Verifies a random sample of documents, or all: present, with the filed bytes."""
    rows = await reader.rows(
        "SELECT sha256 FROM (SELECT DISTINCT sha256 FROM document) AS d ORDER BY random() LIMIT %s",
        [None if all_of_them else SAMPLED],
    )
    try:
        gone = [row["sha256"] for row in rows if not await asyncio.to_thread(_is_there, place, row["sha256"])]
    except (BaseError, OSError):
        return fault(
            "documents", f"The store of documents ({place}) does not answer.", "Look after it, or correct ACCORD_DOCUMENTS."
        )
    if gone:
        told = f"{len(gone)} of {len(rows)} documents are gone or damaged: {', '.join(gone[:3])}{' …' if gone[3:] else ''}."
        return fault("documents", told, "Bring them back from a backup: the files lie under their hashes.")
    which = f"{len(rows)} documents" + ("" if all_of_them else ", taken by chance,")
    return well("documents", f"{which} are there as they were filed.")


def _is_there(place: str, digest: str) -> bool:
    try:
        read_document(store_at(place), digest)
    except (NotFiled, Damaged):
        return False
    return True


async def due(reader: ReadPool) -> AsyncIterator[Finding]:
    """Whether due clocks have struck and workflows have been signalled."""
    overdue = await overdue_clocks(reader, LATE)
    if overdue.count:
        yield fault("clocks", f"{overdue.count} programs have a clock that has not struck, since {overdue.since}.", WORKER)
    else:
        yield well("clocks", "No clock is overdue.")
    row = await reader.row(
        "SELECT count(*) FILTER (WHERE p.clock_seq > d.dispatched_seq AND p.updated_at < clock_timestamp() - %s) AS waiting,"
        " (SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s) AS relays"
        " FROM program p JOIN dispatch d ON d.program_id = p.id",
        [LATE, f"LISTEN {CHANNEL}%"],
    )
    if row is None:
        return
    if row["waiting"]:
        yield fault("relay", f"{row['waiting']} workflows wait to be told what was recorded.", WORKER)
    elif not row["relays"]:
        yield fault("relay", "No relay listens: what is recorded reaches no workflow.", WORKER)
    else:
        yield well("relay", "Workflows are told what is recorded.")


async def checks(reader: ReadPool) -> Finding:
    rows = await reader.rows("SELECT program_id, name FROM check_run WHERE failing_since IS NOT NULL ORDER BY failing_since")
    if rows:
        told = ", ".join(f"{row['name']} of {row['program_id']}" for row in rows[:3])
        return warning(
            "checks",
            f"{len(rows)} checks fail: {told}{' …' if rows[3:] else ''}.",
            "Their pages and `accord check list` say why.",
        )
    return well("checks", "No check fails.")
