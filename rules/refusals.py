"""Refusals: a code for programs, a sentence for people, and what would be accepted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from rules.field_types import Label, Name, StrictModel, Text


class Code(StrEnum):
    """The codes of refusals. Codes never change; sentences may be improved."""

    # The plan or the program
    PLAN_FAULTY = "plan_faulty"
    PROGRAM_EXISTS = "program_exists"
    PROGRAM_UNKNOWN = "program_unknown"
    PROGRAM_ENDED = "program_ended"
    PROGRAM_SUSPENDED = "program_suspended"
    PROGRAM_NOT_SUSPENDED = "program_not_suspended"
    PARENT_SUSPENDED = "parent_suspended"
    # Who acts
    NOT_A_MEMBER = "not_a_member"
    ROLE_MAY_NOT = "role_may_not"
    PARTY_MAY_NOT = "party_may_not"
    RECORDER_IS_VERIFIER = "recorder_is_verifier"
    RECORDER_IS_AUTHORITY = "recorder_is_authority"
    PARTY_VERIFIES_ITSELF = "party_verifies_itself"
    MEMBER_EXISTS = "member_exists"
    MEMBER_UNKNOWN = "member_unknown"
    LAST_OFFICER = "last_officer"
    # What it is about
    ACT_ID_REUSED = "act_id_reused"
    ACT_TOO_LARGE = "act_too_large"
    ACT_NOT_RECORDABLE = "act_not_recordable"
    PARTY_UNKNOWN = "party_unknown"
    MILESTONE_UNKNOWN = "milestone_unknown"
    SHOWING_UNKNOWN = "showing_unknown"
    PHASE_UNKNOWN = "phase_unknown"
    FAMILY_UNKNOWN = "family_unknown"
    INDICATOR_UNKNOWN = "indicator_unknown"
    INCIDENT_UNKNOWN = "incident_unknown"
    INCIDENT_KIND_UNKNOWN = "incident_kind_unknown"
    SEVERITY_UNKNOWN = "severity_unknown"
    EVIDENCE_UNKNOWN = "evidence_unknown"
    PROCEDURE_UNKNOWN = "procedure_unknown"
    PROPOSAL_UNKNOWN = "proposal_unknown"
    ASSESSOR_UNKNOWN = "assessor_unknown"
    LADDER_UNKNOWN = "ladder_unknown"
    DISPUTE_UNKNOWN = "dispute_unknown"
    SNAPBACK_UNKNOWN = "snapback_unknown"
    SUBJECT_UNKNOWN = "subject_unknown"
    CHECK_UNKNOWN = "check_unknown"
    ID_TAKEN = "id_taken"
    # Whether it fits
    WRONG_KIND_OF_EVIDENCE = "wrong_kind_of_evidence"
    WRONG_UNIT = "wrong_unit"
    WRONG_PERIOD = "wrong_period"
    WRONG_REVISION = "wrong_revision"
    WRONG_ORIGIN = "wrong_origin"
    IMPLAUSIBLE = "implausible"
    NOT_CONSIDERED = "not_considered"
    WRONG_GRADE = "wrong_grade"
    IN_THE_FUTURE = "in_the_future"
    BEFORE_IT_HAPPENED = "before_it_happened"
    BEFORE_THE_START = "before_the_start"
    EVIDENCE_ALREADY_JUDGED = "evidence_already_judged"
    EVIDENCE_NOT_STANDING = "evidence_not_standing"
    DOCUMENT_NOT_FILED = "document_not_filed"
    FINDING_MISSING = "finding_missing"
    FINDING_NOT_MET = "finding_not_met"
    FINDING_STANDS = "finding_stands"
    OBSERVATION_OPEN = "observation_open"
    ALREADY_DETERMINED = "already_determined"
    FINAL = "final"
    NOT_ACHIEVED = "not_achieved"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_OF_ANOTHER = "account_of_another"
    INCIDENT_ALREADY_DECIDED = "incident_already_decided"
    INCIDENT_NOT_CONFIRMED = "incident_not_confirmed"
    INCIDENT_OF_ANOTHER = "incident_of_another"
    NOTHING_CORRECTED = "nothing_corrected"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"
    PHASE_NOT_OPEN = "phase_not_open"
    PHASE_NOT_WAITING = "phase_not_waiting"
    GATE_NOT_MET = "gate_not_met"
    CONSENT_NOT_ASKED = "consent_not_asked"
    CONSENT_ALREADY_GIVEN = "consent_already_given"
    CONSENT_IN_EFFECT = "consent_in_effect"
    EFFECTS_CHANGED = "effects_changed"
    NOT_FORESEEN = "not_foreseen"
    OTHER_PROCEDURE = "other_procedure"
    NOT_LATER = "not_later"
    NOTHING_TO_EXTEND = "nothing_to_extend"
    AGREED_DATE_UNKNOWN = "agreed_date_unknown"
    OUTSIDE_THE_WINDOW = "outside_the_window"
    NOTHING_AMENDED = "nothing_amended"
    AMENDMENT_DROPS_RECORDED = "amendment_drops_recorded"
    PROPOSAL_DECIDED = "proposal_decided"
    OBJECTION_ALREADY_MADE = "objection_already_made"
    NOTICE_ALREADY_GIVEN = "notice_already_given"
    RESTRICTED = "restricted"
    NOT_RESTRICTED = "not_restricted"
    WRONG_RESTRICTION = "wrong_restriction"
    WRONG_STAGE = "wrong_stage"
    DISPUTE_ENDED = "dispute_ended"
    DISPUTE_NOT_UNSETTLED = "dispute_not_unsettled"
    SNAPBACK_INVOKED = "snapback_invoked"
    SNAPBACK_NOT_INVOKED = "snapback_not_invoked"
    CHECK_PAUSED = "check_paused"
    CHECK_NOT_PAUSED = "check_not_paused"


@dataclass(frozen=True, slots=True)
class Refused:
    """The result for an act that the law does not allow. Only the attempt is recorded."""

    code: str
    reason: str
    accepted: str


class Refusal(Exception):
    """Raised while an act is decided; `rules.decide.decide` returns its `refused`."""

    def __init__(self, code: Code, reason: str, accepted: str) -> None:
        super().__init__(reason)
        self.refused = Refused(code, reason, accepted)


class AttemptRefused(StrictModel):
    """Somebody tried what the law does not allow; nothing else was written.

    It bears no hash of what was tried: who sees the entry could guess a restricted text by it.
    """

    kind: Literal["attempt_refused"] = "attempt_refused"
    attempted: Label
    code: Name
    reason: Text
