"""The examples of the API's description: a program of the report's plan, in which all is done once and all is read.

    python -m tests.api.example_program     does it, and keeps what was sent and answered in api/examples.json

What the report's plan has not is added to it: decisions taken together, disputes, a snapback, an assessor, a restricted
document.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from api.app import create_app
from api.connection_limits import ConnectionLimits
from api.openapi import EXAMPLES
from cli import first_people
from cli.first_people import Person
from cli.postgres import Postgres
from db.migrations import upgrade
from db.pools import OperationalPool, ReadPool
from db.tokens import Tokens
from rules.acts import Role
from tests.api.conftest import serving
from tests.api.recording import Recording, shortened
from tests.docs.reading import ROOT

ADDED = """
procedures:
  joint:
    title: Both decide together
    proposed_by: [us, iraq]
    adopted_when: [{consent: [us, iraq]}]
    silence: P14D
disputes:
  compliance:
    title: Whether what was announced is done
    stages: {commission: {title: The commission, before: [hmc], within: P30D}}
snapbacks:
  basing_rights:
    title: The terms on which troops stay lapse
    invoked_by: [iraq]
    within: P30D
    kept_by: joint
    then: warn
scales:
  progress: {title: Progress, grades: {done: met, begun: partly, nothing: not_met}}
assessors:
  observers: {title: Observers of both parliaments, scale: progress}
"""
OBSERVER = "observer"
WITH_TEMPORAL: dict[str, dict[str, Any]] = {
    "run_check": {
        "path": {"check": "flaring"},
        "answer": {
            "program": "2cd63d08-97a1-5d0c-a3a8-0f2cbb6f7f34",
            "check": "flaring",
            "sentence": "Gas flared in Iraq: asked to run now.",
        },
    },
    "decode_payloads": {
        "request": {"payloads": [{"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA=="}, "data": "AAECAw=="}]},
        "answer": {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "eyJzZXEiOjN9"}]},
    },
}
"""What is answered with a Temporal only; no service of the tests of the API has one."""


def plan() -> str:
    """The report's plan, with what it has not."""
    text = (ROOT / "plans" / "us-iraq-reset" / "plan.yaml").read_text()
    head, found, rest = text.partition("      coalition_mission_ended:\n")
    assert found
    rest = rest.replace("due: {within: $announcement_due,", "due: {extended_by: joint, within: $announcement_due,", 1)
    text = head + found + rest
    restricted = "order: {kind: document, what: the order that starts the campaign"
    advanced = "    entry:\n      - milestone: $withdrawal_anchor\n"
    for old, new in {
        restricted: f"{restricted}, may_be_restricted: true",
        advanced: f"{advanced}    opens: on_advance\n",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text + ADDED


async def play(client: httpx2.AsyncClient, people: tuple[Person, ...]) -> Recording:
    """Does every act and reads everything. Raises AssertionError where something is refused."""
    by = Recording(client, {person.name: person for person in people})
    people = tuple(person for person in people if person.name != OBSERVER)  # who is admitted later
    started = await by.do("start_program", "officer", first_people.start_of(people, "us-iraq-reset") | {"title": "The reset"})
    members = first_people.start_of(people, "us-iraq-reset") | {"title": "The reset, with what is decided together"}
    del members["plan"]
    program = (await by.do("start_program", "officer", members | {"document": plan()}))["program"]
    await _show(by, program)
    await _decide(by, program)
    await _report(by, program)
    await _agree(by, program)
    await _dispute(by, program)
    await _run(by, program)
    await _read(by, program)
    await by.do("terminate_program", "hmc-authority", {"reason": "Both have ended it."}, program=started["program"])
    return by


def _ago(**time: int) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat(timespec="seconds").replace("+00:00", "Z")


async def _show(by: Recording, program: str) -> None:
    """Evidence: filed, recorded, verified, returned, withdrawn, and read where it is restricted."""
    filed = await by.do("file_document", "us-recorder", b"Some troops leave.", {"name": "announcement.pdf"}, program=program)
    evidence = {
        "evidence": "announcement-of-withdrawal",
        "milestone": "partial_withdrawal_announced",
        "shows": "announcement",
        "document": {name: filed[name] for name in ("sha256", "name", "size")},
        "reference": "Press office, archive number 117",
    }
    await by.do("record_evidence", "us-recorder", evidence, program=program)
    await by.do("download_document", "us-recorder", program=program, sha256=filed["sha256"])
    verified = {"evidence": "announcement-of-withdrawal", "note": "Compared with the original."}
    await by.do("verify", "iraq-verifier", verified, program=program)
    other = {"text": "In its draft.", "milestone": "credited_to_hmc", "shows": "communique", "document": evidence["document"]}
    for name in ("communique", "communique-2"):
        await by.do("record_evidence", "us-recorder", other | {"evidence": name}, program=program)
    returned = {"evidence": "communique", "reason": "The annex with the phases is missing."}
    await by.do("return_evidence", "hmc-verifier", returned, program=program)
    mistake = {"mistake": {"kind": "return", "evidence": "communique"}, "reason": "The annex was in the second envelope."}
    await by.do("take_back", "hmc-verifier", mistake, {"preview": "true"}, program=program)
    await by.do("take_back", "hmc-verifier", mistake, program=program)
    withdrawn = {"evidence": "communique-2", "reason": "A later draft was agreed."}
    await by.do("withdraw_evidence", "us-recorder", withdrawn, program=program)
    order = {
        "evidence": "campaign-order",
        "milestone": "campaign_begun",
        "shows": "order",
        "document": (await by.do("file_document", "iraq-recorder", b"By order.", {"name": "order.pdf"}, program=program)),
        "restricted_to": ["iraq", "hmc"],
    }
    order["document"] = {name: order["document"][name] for name in ("sha256", "name", "size")}
    await by.do("record_evidence", "iraq-recorder", order, program=program)
    await by.do("read_evidence", "hmc-authority", program=program, evidence="campaign-order")


async def _decide(by: Recording, program: str) -> None:
    """A milestone is observed on, assessed and determined, and what it opens is opened."""
    milestone = {"milestone": "partial_withdrawal_announced"}
    await by.do(
        "observe", "us-representative", milestone | {"text": "The number is that of the announcement."}, program=program
    )
    assessed = milestone | {"assessor": "observers", "grade": "begun", "reason": "Announced; nobody has left yet."}
    observer = {"person": OBSERVER, "role": "monitor", "party": "observers"}
    await by.do("admit_member", "officer", {"member": observer}, program=program)
    await by.do("assess", OBSERVER, assessed, program=program)
    determined = milestone | {"outcome": "achieved", "reason": "The announcement names the number and the bases."}
    await by.do("determine", "hmc-authority", determined, program=program)
    await by.do("advance_phase", "officer", program=program, phase="withdrawal")
    consented = {"phase": "sfa_programs"}
    await by.do("consent", "iraq-representative", consented, {"preview": "true"}, program=program)
    await by.do("consent", "iraq-representative", consented, program=program)


async def _report(by: Recording, program: str) -> None:
    """Two incidents: one is contested and dismissed, one is confirmed and resolved."""
    report = {
        "incident": "ain-al-asad",
        "incident_kind": "attack_on_foreign_mission",
        "severity": "serious",
        "happened_at": _ago(minutes=50),
        "place": "Ain al-Asad air base, Anbar",
        "attributed_to": "armed_groups",
        "confidence": "medium",
        "account": "Four rockets, of which two struck inside the base; no casualties.",
    }
    await by.do("report_incident", "us-recorder", report, program=program)
    account = {"account": "monitor-1", "severity": "serious", "text": "Two impacts inside the base were seen."}
    await by.do("give_account", "monitor", account, program=program, incident="ain-al-asad")
    taken_back = {"reason": "It was told of another night."}
    place = {"program": program, "incident": "ain-al-asad"}
    await by.do("take_back_account", "monitor", taken_back, **place, account="monitor-1")
    confirmed = {"severity": "serious", "reason": "Two impacts inside the base were found."}
    await by.do("confirm_incident", "hmc-authority", confirmed, **place)
    resolved = {"resolved_at": _ago(minutes=5), "reason": "The launchers were found."}
    await by.do("resolve_incident", "hmc-authority", resolved, **place)
    await by.do("report_incident", "us-recorder", report | {"incident": "green-zone", "severity": "minor"}, program=program)
    right = {"place": "Baghdad, Green Zone", "reason": "The place of another report had been copied."}
    await by.do("correct_incident", "us-recorder", right, program=program, incident="green-zone")
    contested = {"reason": "What was heard was a drill."}
    await by.do("contest_incident", "iraq-representative", contested, program=program, incident="green-zone")
    dismissed = {"reason": "The drill had been announced."}
    await by.do("dismiss_incident", "hmc-authority", dismissed, program=program, incident="green-zone")


async def _agree(by: Recording, program: str) -> None:
    """A date is to be moved; one side has notice and objects."""
    longer = {"kind": "extend", "milestone": "coalition_mission_ended", "to": "2100-01-01T00:00:00+03:00"}
    proposal = {"proposal": "after-the-elections", "procedure": "joint", "matter": longer, "reason": "Parliament is dissolved."}
    await by.do("propose", "us-representative", proposal, program=program)
    place = {"program": program, "proposal": "after-the-elections"}
    notice = {"party": "iraq", "proof": "Handed to the ministry's registry, number 4411."}
    await by.do("give_notice", "officer", notice, **place)
    await by.do("get_proposal", "iraq-representative", **place)
    await by.do("object_to", "iraq-representative", {"reason": "A year was enough."}, **place)
    await by.do("withdraw_proposal", "us-representative", {"reason": "It is not needed any more."}, **place)


async def _dispute(by: Recording, program: str) -> None:
    raised = {
        "dispute": "trainers",
        "ladder": "compliance",
        "about": "training_mission_at_invitation",
        "reason": "More are announced than were invited.",
    }
    await by.do("raise_dispute", "iraq-representative", raised, program=program)
    await by.do("raise_dispute", "iraq-representative", raised | {"dispute": "trainers-2"}, program=program)
    settled = {"outcome": "The number of the invitation holds."}
    await by.do("settle_dispute", "hmc-authority", settled, program=program, dispute="trainers")
    taken_back = {"reason": "It is the same question."}
    await by.do("withdraw_dispute", "iraq-representative", taken_back, program=program, dispute="trainers-2")
    notice = {"reason": "The terms were not kept."}
    await by.do("invoke_snapback", "iraq-representative", notice, program=program, snapback="basing_rights")


async def _run(by: Recording, program: str) -> None:
    """What keeps a program going: members, figures, checks, a suspension."""
    member = {"member": {"person": "zaynab", "role": "verifier", "party": "iraq"}}
    await by.do("admit_member", "iraq-representative", member, program=program)
    await by.do("remove_member", "iraq-representative", member | {"reason": "She has another post."}, program=program)
    token = {"member": {"person": "monitor", "role": "monitor", "party": None}, "days": 90, "note": "for the new laptop"}
    issued = await by.do("issue_token", "officer", token, program=program)
    await by.do("get_tokens", "auditor", program=program)
    await by.do("revoke_token", "officer", program=program, token=issued["token"]["id"])
    figure = {
        "measurement": "flaring-2023",
        "indicator": "flaring_volume",
        "value": "17.675441",
        "unit": "bcm",
        "period": "2023",
        "producer": "World Bank GFMR",
        "edition": "2024 edition (2012-2023)",
        "source": "Flare volume and intensity estimates, sheet Flare volume",
        "retrieved_at": _ago(days=2),
    }
    await by.do("record_measurement", "monitor", figure, program=program)
    earlier = figure | {"kind": "record_measurement", "measurement": "flaring-2022", "period": "2022", "value": "17.888152"}
    acts = [
        {"key": "flaring-2022", "deed": earlier},
        {"key": "flaring-2021", "deed": earlier | {"measurement": "flaring-2021", "period": "2021", "value": "17.738826"}},
    ]
    await by.do("record_all", "monitor", {"acts": acts}, program=program)
    why = {"reason": "The producer moves its files."}
    await by.do("pause_check", "officer", why, program=program, check="flaring")
    await by.do("resume_check", "officer", {"reason": "The files are there again."}, program=program, check="flaring")
    await by.do("suspend_program", "iraq-representative", {"reason": "Consultations in Baghdad."}, program=program)
    await by.do("resume_program", "hmc-authority", {"reason": "Consultations are over."}, program=program)


async def _read(by: Recording, program: str) -> None:
    """Everything that can be read, as an auditor reads it."""
    resources = {"plan": "natural-resources"}
    other = (await by.do("start_program", "officer", resources))["program"]
    await by.do("get_releases", "officer", program=other)
    await by.do("get_totals", "officer", program=other)
    await by.do("get_postings", "officer", program=other, release="capture_experts")
    now, long = datetime.now(UTC), timedelta(days=3650)
    ledger = await by.do("get_ledger", "auditor", program=program)
    await by.do("get_changes", "auditor", None, {"from": ledger["entries"][0]["at"]}, program=program)
    await by.do("get_consistency", "auditor", None, {"from": 1}, program=program)
    await by.do("get_inclusion", "auditor", None, {"seq": 1}, program=program)
    span = {"from": _instant(now), "to": _instant(now + long)}
    await by.do("get_dates", "auditor", None, span)
    await by.do("get_owed", "auditor", None, {"whose": "everybody"})
    await by.do("get_piece", "auditor", program=program, evidence="announcement-of-withdrawal")
    await by.do("get_check", "auditor", program=program, check="flaring")
    await by.do("get_problem", "auditor", code="gate_not_met")
    await by.do("get_plan", "auditor", plan="us-iraq-reset")
    for operation in sorted(by.unread()):
        await by.do(operation, "auditor", program=program)


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def _people(url: str) -> tuple[Person, ...]:
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        secret, token = await Tokens(reader, operational).issue(
            OBSERVER, lifetime=first_people.VALID_FOR, role=Role.MONITOR, party="observers"
        )
    return (*await first_people.issue_cast(url), Person(OBSERVER, Role.MONITOR, token.party, secret))


async def recorded(url: str) -> dict[str, dict[str, Any]]:
    """The examples, by operation, as a service on a fresh database answers them."""
    people = await _people(url)
    async with (
        serving(create_app, ConnectionLimits()) as (port, _),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30, verify=False) as client,
    ):
        by = await play(client, people)
    examples = by.examples | WITH_TEMPORAL
    examples["get_readiness"]["answer"] |= {"temporal": "ready"}
    return {operation: shortened(examples[operation]) for operation in sorted(examples)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Postgres(Path(folder)) as server:
        asyncio.run(upgrade(server.url()))
        settings = {
            "DATABASE_URL": server.url(user="accord_service"),
            "ACCORD_DOCUMENTS": f"{folder}/documents",
            "TEMPORAL_ADDRESS": "127.0.0.1:1",
        }
        os.environ |= settings
        examples = asyncio.run(recorded(settings["DATABASE_URL"]))
    EXAMPLES.write_text(json.dumps(examples, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
