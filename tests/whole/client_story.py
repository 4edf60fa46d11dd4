"""The demonstration's story, told by a client that was generated from the API's description: all in it is typed.

python client_story.py ADDRESS TOKENS     `accord_client` lies beside it; prints the id of the program
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
from accord_client import AuthenticatedClient, models
from accord_client.api.acts import advance_phase, consent, determine, record_evidence, verify
from accord_client.api.documents import file_document
from accord_client.api.incidents import confirm_incident, report_incident, resolve_incident
from accord_client.api.programs import (
    get_blocking,
    get_family,
    get_ledger,
    get_milestones,
    get_phases,
    start_program,
)
from accord_client.types import File

SHORT = {
    "stability_length": "PT4S",
    "settling": "PT1S",
    "observation": "PT1S",
    "announcement_due": "PT5M",
    "guarantee_due": "PT5M",
    "campaign_due": "PT5M",
}
PATIENCE_SECONDS = 60.0
T = TypeVar("T")


class Refused(Exception):
    def __init__(self, problem: models.ProblemBody) -> None:
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")
        self.code = problem.code


class People:
    """A client for each person of a fresh installation."""

    def __init__(self, api: str, tokens: dict[str, dict[str, str]]) -> None:
        self._clients = {name: AuthenticatedClient(base_url=api, token=held["token"]) for name, held in tokens.items()}
        self.members = [
            models.Member(person=name, role=models.Role(held["role"]), party=held["party"]) for name, held in tokens.items()
        ]

    def __getitem__(self, name: str) -> AuthenticatedClient:
        return self._clients[name]


def good(ask: Callable[[], T | models.ProblemBody | None]) -> T:
    """The answer, asked for again while the service is away. Raises Refused."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = ask()
        except httpx.TransportError:
            answer = None
        if isinstance(answer, models.ProblemBody) and answer.status != 503:
            raise Refused(answer)
        if answer is not None and not isinstance(answer, models.ProblemBody):
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError("the service stays away")
        time.sleep(0.2)


def done(
    act: Callable[[str], models.ReceiptResponse | models.PreviewResponse | models.ProblemBody | None],
) -> models.ReceiptResponse:
    """The receipt of an act, sent under one key until it is there. Raises Refused."""
    key = str(uuid4())
    receipt = good(lambda: act(key))
    assert isinstance(receipt, models.ReceiptResponse)
    return receipt


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("a clock has not struck")
        time.sleep(0.2)


class Story:
    def __init__(self, people: People) -> None:
        self._people = people
        self._program = self._start()
        self._pieces = 0

    def _start(self) -> UUID:
        own = [member for member in self._people.members if member.party != "jcc"]
        committees = [member for member in self._people.members if member.party == "jcc"]
        programs = models.StartPrograms()
        for track in ("wto_accession", "local_government", "green_energy", "natural_resources"):
            programs[track] = models.ChildChoice(members=committees)
        parameters = models.StartParameters.from_dict(SHORT)
        start = models.Start(
            plan="us-iraq-reset", title="By a generated client", members=own, parameters=parameters, programs=programs
        )
        receipt = done(lambda key: start_program.sync(client=self._people["officer"], body=start, idempotency_key=key))
        return receipt.program

    def tell(self) -> UUID:
        """The whole story; the id of its program."""
        self._achieve("announcement")
        self._achieve("guarantees")
        self._be_attacked()
        until(lambda: self._phase("stability").status == "complete")
        self._open()
        until(lambda: self._phase("sfa_programs").status == "open")
        until(lambda: all(child.standing == "running" for child in self._children()))
        blocking = good(lambda: get_blocking.sync(self._program, client=self._people["auditor"]))
        assert any(block.owes == ["us"] for block in blocking.gates)
        self._read_back()
        return self._program

    def _achieve(self, phase: str) -> None:
        for milestone in self._milestones(phase):
            for showing in milestone.shown_by:
                self._show(milestone, showing)
        for milestone in self._milestones(phase):
            self._determine(milestone)
        until(lambda: self._phase(phase).status == "complete")

    def _show(self, milestone: models.MilestoneResponse, showing: models.ShowingResponse) -> None:
        attested = showing.kind == "attestation"
        parties = [party for party in ("us", "iraq") if party in showing.sentence] if attested else []
        for party in parties or milestone.owed_by:
            self._pieces += 1
            name = f"piece-{self._pieces}"
            recorder = self._people[f"{party}-{'representative' if attested else 'recorder'}"]
            body = models.RecordEvidence(evidence=name, milestone=milestone.name, shows=showing.name)
            if showing.kind == "document":
                body.document = self._file(recorder, showing)
            else:
                body.text = f"We state {showing.what}."
            self._record(recorder, body)
            self._verify(self._people[f"{[one for one in milestone.verified_by if one != party][-1]}-verifier"], name)

    def _record(self, recorder: AuthenticatedClient, body: models.RecordEvidence) -> None:
        done(lambda key: record_evidence.sync(self._program, client=recorder, body=body, idempotency_key=key))

    def _verify(self, verifier: AuthenticatedClient, evidence: str) -> None:
        found = models.Verify(evidence=evidence)
        done(lambda key: verify.sync(self._program, client=verifier, body=found, idempotency_key=key))

    def _file(self, recorder: AuthenticatedClient, showing: models.ShowingResponse) -> models.FiledDocument:
        content = f"{showing.what} {uuid4()}".encode()
        name = f"{showing.name}.txt"
        filed = good(lambda: file_document.sync(self._program, client=recorder, body=File(payload=BytesIO(content)), name=name))
        return models.FiledDocument(sha256=filed.sha256, name=filed.name, size=filed.size)

    def _determine(self, milestone: models.MilestoneResponse) -> None:
        authority = self._people[f"{milestone.determined_by[0]}-authority"]
        verdict = models.Determine(
            milestone=milestone.name, outcome=models.DetermineOutcome.ACHIEVED, reason="Everything asked for is shown."
        )

        def determined() -> bool:
            try:
                done(lambda key: determine.sync(self._program, client=authority, body=verdict, idempotency_key=key))
            except Refused as refused:
                if refused.code != "observation_open":
                    raise
                return False
            return True

        until(determined)

    def _be_attacked(self) -> None:
        report = models.ReportIncident(
            incident="rockets",
            incident_kind="attack_on_foreign_mission",
            severity="serious",
            happened_at=datetime.now(UTC),
            place="Ain al-Asad air base, Anbar",
            attributed_to="armed_groups",
            account="Rockets struck inside the base.",
        )
        recorder, authority = self._people["us-recorder"], self._people["hmc-authority"]
        done(lambda key: report_incident.sync(self._program, client=recorder, body=report, idempotency_key=key))
        frozen = self._phase("stability").stability
        assert isinstance(frozen, models.StabilityResponse)
        assert frozen.status == models.StabilityResponseStatus.FROZEN
        seen = models.Confirmation(reason="Seen by both sides.")
        done(lambda key: confirm_incident.sync(self._program, "rockets", client=authority, body=seen, idempotency_key=key))
        over = models.Resolution(reason="The launchers were seized.")
        done(lambda key: resolve_incident.sync(self._program, "rockets", client=authority, body=over, idempotency_key=key))

    def _open(self) -> None:
        officer = self._people["officer"]
        try:
            done(lambda key: advance_phase.sync(self._program, "sfa_programs", client=officer, idempotency_key=key))
        except Refused as refused:
            assert refused.code == "gate_not_met"  # noqa: PT017  no test, and the story goes on
        for party in ("us", "iraq"):
            self._consent(self._people[f"{party}-representative"])

    def _consent(self, representative: AuthenticatedClient) -> None:
        agreed = models.Consent(phase="sfa_programs")
        done(lambda key: consent.sync(self._program, client=representative, body=agreed, idempotency_key=key))

    def _read_back(self) -> None:
        """The ledger's facts come back as what they are."""
        auditor = self._people["auditor"]
        entry = good(lambda: get_ledger.sync(self._program, client=auditor, subject="rockets")).entries[0]
        assert isinstance(entry.fact, models.IncidentReported)
        assert isinstance(entry.actor, models.Actor)
        assert (entry.fact.place, entry.actor.person) == ("Ain al-Asad air base, Anbar", "us-recorder")
        assert entry.at.tzinfo is not None
        assert isinstance(entry.fact.attributed_to, str)

    def _milestones(self, phase: str) -> list[models.MilestoneResponse]:
        return good(lambda: get_milestones.sync(self._program, client=self._people["officer"], phase=phase))

    def _phase(self, name: str) -> models.PhaseResponse:
        phases = good(lambda: get_phases.sync(self._program, client=self._people["officer"]))
        return next(phase for phase in phases if phase.name == name)

    def _children(self) -> list[models.FamilyResponse]:
        return good(lambda: get_family.sync(self._program, client=self._people["officer"])).children


if __name__ == "__main__":
    address, tokens = sys.argv[1:]
    with open(tokens, encoding="utf-8") as file:  # noqa: PTH123  a script of others, which knows no paths of ours
        people = People(address, json.load(file))
    print(Story(people).tell())  # noqa: T201  what it is run for
