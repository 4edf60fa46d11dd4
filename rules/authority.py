"""The permissions table: which role may do which act. What it does not list is denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.acts import Consent, Deed, Role, TakeBack

R = Role

MAY: Mapping[str, frozenset[Role]] = {
    "start_program": frozenset({R.OFFICER, R.CLOCK}),
    "admit_member": frozenset({R.OFFICER, R.REPRESENTATIVE}),
    "remove_member": frozenset({R.OFFICER, R.REPRESENTATIVE}),
    "record_evidence": frozenset({R.RECORDER, R.REPRESENTATIVE, R.MONITOR, R.CHECKER}),
    "record_measurement": frozenset({R.RECORDER, R.MONITOR, R.CHECKER}),
    "file_document": frozenset({R.RECORDER, R.REPRESENTATIVE, R.MONITOR, R.CHECKER, R.OFFICER}),
    "read_evidence": frozenset({R.REPRESENTATIVE, R.RECORDER, R.VERIFIER, R.AUTHORITY, R.AUDITOR}),
    "assess": frozenset({R.MONITOR}),
    "verify": frozenset({R.VERIFIER}),
    "return_evidence": frozenset({R.VERIFIER}),
    "withdraw_evidence": frozenset({R.RECORDER, R.REPRESENTATIVE, R.MONITOR, R.CHECKER}),
    "observe": frozenset({R.REPRESENTATIVE}),
    "determine": frozenset({R.AUTHORITY}),
    "report_incident": frozenset({R.REPRESENTATIVE, R.RECORDER, R.MONITOR, R.CHECKER, R.OFFICER}),
    "give_account": frozenset({R.REPRESENTATIVE, R.RECORDER, R.MONITOR, R.CHECKER, R.OFFICER}),
    "take_back_account": frozenset({R.REPRESENTATIVE, R.RECORDER, R.MONITOR, R.CHECKER, R.OFFICER}),
    "confirm_incident": frozenset({R.AUTHORITY, R.MONITOR}),
    "contest_incident": frozenset({R.REPRESENTATIVE}),
    "dismiss_incident": frozenset({R.AUTHORITY}),
    "resolve_incident": frozenset({R.AUTHORITY, R.MONITOR}),
    "correct_incident": frozenset({R.AUTHORITY, R.REPRESENTATIVE, R.RECORDER, R.MONITOR, R.CHECKER, R.OFFICER}),
    "take_back": frozenset({R.VERIFIER, R.AUTHORITY, R.REPRESENTATIVE, R.OFFICER}),
    "consent": frozenset({R.REPRESENTATIVE, R.AUTHORITY}),
    "propose": frozenset({R.REPRESENTATIVE, R.AUTHORITY}),
    "object_to": frozenset({R.REPRESENTATIVE}),
    "give_notice": frozenset({R.OFFICER, R.REPRESENTATIVE}),
    "withdraw_proposal": frozenset({R.REPRESENTATIVE, R.AUTHORITY}),
    "raise_dispute": frozenset({R.REPRESENTATIVE}),
    "settle_dispute": frozenset({R.AUTHORITY}),
    "withdraw_dispute": frozenset({R.REPRESENTATIVE}),
    "invoke_snapback": frozenset({R.REPRESENTATIVE}),
    "advance_phase": frozenset({R.REPRESENTATIVE, R.OFFICER}),
    "suspend_program": frozenset({R.AUTHORITY, R.REPRESENTATIVE}),
    "resume_program": frozenset({R.AUTHORITY}),
    "terminate_program": frozenset({R.AUTHORITY}),
    "strike_clock": frozenset({R.CLOCK}),
    "report_child": frozenset({R.CLOCK}),
    "report_parent": frozenset({R.CLOCK}),
    "report_check": frozenset({R.CHECKER}),
    "pause_check": frozenset({R.OFFICER}),
    "resume_check": frozenset({R.OFFICER}),
}
"""By act, the roles that may do it. Auditors read everything; that they read what is restricted is recorded."""

NARROWER: Mapping[str, frozenset[Role]] = {
    "consent_to_phase": frozenset({R.REPRESENTATIVE}),
    "change_own_members": frozenset({R.REPRESENTATIVE}),
    "change_other_members": frozenset({R.OFFICER}),
    "attest": frozenset({R.REPRESENTATIVE}),
    "confirm_contested_incident": frozenset({R.AUTHORITY}),
    "correct_decided_incident": frozenset({R.AUTHORITY, R.MONITOR}),
    "prove_notice_to_another": frozenset({R.OFFICER}),
    "say_origin": frozenset({R.CHECKER}),
    "start_child": frozenset({R.CLOCK}),
    "start_own": frozenset({R.OFFICER}),
    "take_back_verification": frozenset({R.VERIFIER}),
    "take_back_return": frozenset({R.VERIFIER}),
    "take_back_determination": frozenset({R.AUTHORITY}),
    "take_back_consent": frozenset({R.REPRESENTATIVE}),
    "take_back_admission": frozenset({R.OFFICER, R.REPRESENTATIVE}),
}
"""What fewer roles may do than the act that it is a part of: an authority consents to proposals, and to no phase."""

FOR_A_PARTY = frozenset({R.REPRESENTATIVE, R.RECORDER, R.VERIFIER, R.AUTHORITY})
"""Roles that are held for a party or a joint body; the others are held for nobody."""


def permission_of(deed: Deed) -> str:
    """The permission that an act needs: its kind, or a narrower part of it."""
    match deed:
        case Consent(phase=str()):
            return "consent_to_phase"
        case TakeBack():
            return f"take_back_{deed.mistake.kind}"
        case _:
            return deed.kind


def who_may(part: str) -> frozenset[Role]:
    """The roles that hold a permission."""
    return NARROWER.get(part) or MAY.get(part, frozenset())


def may(role: Role, part: str) -> bool:
    """Whether a role holds a permission."""
    return role in who_may(part)


def roles_in_words(part: str, parties: Iterable[str] = ()) -> str:
    """The roles that hold a permission, in words, for messages: "a verifier of north or south", "an officer"."""
    roles = " or ".join(f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in sorted(who_may(part))) or "nobody"
    named = " or ".join(dict.fromkeys(parties))
    return f"{roles} of {named}" if named else roles
