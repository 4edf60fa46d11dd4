"""Problem codes and their HTTP statuses."""

from __future__ import annotations

from rules.refusals import Code

FORBIDDEN = frozenset(
    {
        Code.NOT_A_MEMBER,
        Code.ROLE_MAY_NOT,
        Code.PARTY_MAY_NOT,
        Code.RECORDER_IS_VERIFIER,
        Code.RECORDER_IS_AUTHORITY,
        Code.ACCOUNT_OF_ANOTHER,
        Code.INCIDENT_OF_ANOTHER,
        Code.PARTY_VERIFIES_ITSELF,
        Code.RESTRICTED,
    }
)
UNREADABLE = frozenset(
    {
        Code.PLAN_FAULTY,
        Code.PARTY_UNKNOWN,
        Code.MILESTONE_UNKNOWN,
        Code.SHOWING_UNKNOWN,
        Code.PHASE_UNKNOWN,
        Code.FAMILY_UNKNOWN,
        Code.INDICATOR_UNKNOWN,
        Code.INCIDENT_UNKNOWN,
        Code.ACCOUNT_UNKNOWN,
        Code.INCIDENT_KIND_UNKNOWN,
        Code.SEVERITY_UNKNOWN,
        Code.EVIDENCE_UNKNOWN,
        Code.MEMBER_UNKNOWN,
        Code.PROCEDURE_UNKNOWN,
        Code.PROPOSAL_UNKNOWN,
        Code.ASSESSOR_UNKNOWN,
        Code.WRONG_RESTRICTION,
        Code.LADDER_UNKNOWN,
        Code.DISPUTE_UNKNOWN,
        Code.SNAPBACK_UNKNOWN,
        Code.SUBJECT_UNKNOWN,
        Code.CHECK_UNKNOWN,
        Code.NOT_FORESEEN,
        Code.OTHER_PROCEDURE,
        Code.NOT_LATER,
        Code.AGREED_DATE_UNKNOWN,
        Code.OUTSIDE_THE_WINDOW,
        Code.NOTHING_AMENDED,
        Code.NOTHING_CORRECTED,
        Code.AMENDMENT_DROPS_RECORDED,
        Code.WRONG_KIND_OF_EVIDENCE,
        Code.WRONG_UNIT,
        Code.WRONG_PERIOD,
        Code.WRONG_REVISION,
        Code.WRONG_ORIGIN,
        Code.IMPLAUSIBLE,
        Code.WRONG_GRADE,
        Code.NOT_CONSIDERED,
        Code.IN_THE_FUTURE,
        Code.BEFORE_IT_HAPPENED,
        Code.BEFORE_THE_START,
        Code.CONSENT_NOT_ASKED,
        Code.ACT_NOT_RECORDABLE,
    }
)


DOOR = {
    "unauthenticated": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "document_gone": 410,
    "too_slow": 408,
    "too_large": 413,
    "unsupported_media_type": 415,
    "too_much_asked": 429,
    "unreadable": 422,
    "plan_unknown": 422,
    "hash_differs": 422,
    "document_unknown": 422,
    "http_error": 400,
    "ledger_fault": 500,
    "fault": 500,
    "unavailable": 503,
}
"""Codes of the door itself, beside those of the law."""

PLAIN = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}
"""Codes of errors of the framework and the server. Literal numbers, because Python has renamed a status before."""


def status_of(code: str) -> int:
    """The status of a refusal of the law: 409, unless the act makes no sense in the plan or is not the caller's."""
    match code:
        case Code.PROGRAM_UNKNOWN:
            return 404
        case Code.ACT_TOO_LARGE:
            return 413
        case _ if code in FORBIDDEN:
            return 403
        case _ if code in UNREADABLE:
            return 422
        case _:
            return 409
