"""The people of a new installation: one for each role that the report's plan needs."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from db.pools import OperationalPool, ReadPool
from db.tokens import Tokens
from rules.acts import Member, Role

VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with one role and a token."""

    name: str
    role: Role
    party: str | None
    token: str

    @property
    def member(self) -> Member:
        return Member(person=self.name, role=self.role, party=self.party)


CAST: tuple[tuple[str, Role, str | None], ...] = (
    ("officer", Role.OFFICER, None),
    ("us-representative", Role.REPRESENTATIVE, "us"),
    ("us-recorder", Role.RECORDER, "us"),
    ("us-verifier", Role.VERIFIER, "us"),
    ("iraq-representative", Role.REPRESENTATIVE, "iraq"),
    ("iraq-recorder", Role.RECORDER, "iraq"),
    ("iraq-verifier", Role.VERIFIER, "iraq"),
    ("hmc-verifier", Role.VERIFIER, "hmc"),
    ("hmc-authority", Role.AUTHORITY, "hmc"),
    ("jcc-verifier", Role.VERIFIER, "jcc"),
    ("jcc-authority", Role.AUTHORITY, "jcc"),
    ("monitor", Role.MONITOR, None),
    ("checker", Role.CHECKER, None),
    ("auditor", Role.AUDITOR, None),
)


CHILDREN_ONLY = "jcc"
"""A body that only the programs under the Strategic Framework Agreement have, not the plan above them."""

TRACKS = ("wto_accession", "local_government", "green_energy", "natural_resources")


def start_of(people: Collection[Person], plan: str) -> dict[str, Any]:
    """The body that starts a program of the report's plan, with everybody, and joint committees in its child programs."""
    committees = members(people, of_children=True)
    return {"plan": plan, "members": members(people), "programs": {name: {"members": committees} for name in TRACKS}}


def members(people: Iterable[Person], *, of_children: bool = False) -> list[dict[str, Any]]:
    """The people as members of a program, or those that only its child programs have."""
    return [person.member.model_dump(mode="json") for person in people if (person.party == CHILDREN_ONLY) is of_children]


async def issue_cast(database_url: str) -> tuple[Person, ...]:
    """Issues tokens for all of them, valid for a year."""
    async with ReadPool(database_url, size=1) as reader, OperationalPool(database_url, size=1) as operational:
        tokens = Tokens(reader, operational)
        people = []
        for name, role, party in CAST:
            secret, _ = await tokens.issue(name, lifetime=VALID_FOR, role=role, party=party, note="first run")
            people.append(Person(name, role, party, secret))
    return tuple(people)


def write(file: Path, people: tuple[Person, ...]) -> None:
    """Stores the tokens, readable by the folder's owner only, atomically."""
    text = json.dumps({p.name: {"role": p.role, "party": p.party, "token": p.token} for p in people}, indent=2)
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text + "\n")
    fresh.replace(file)


def read(file: Path) -> tuple[Person, ...]:
    """The people from the stored tokens."""
    kept = json.loads(file.read_text())
    return tuple(Person(name, Role(held["role"]), held["party"], held["token"]) for name, held in kept.items())
