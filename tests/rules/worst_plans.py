"""Plan texts of the maximal size that once took seconds to minutes to validate."""

from __future__ import annotations

LONGEST = 199 * 1024
HEAD = """accord: 1
plan: big
title: Big
source: Made up
time_zone: Asia/Baghdad
"""
PARTIES = "parties: {us: {name: U}, iraq: {name: I}}\n"
STEP = "shown_by: {a: {kind: statement, what: w}}, verified_by: [iraq], determined: {by: [iraq]}"
LAST = f" last: {{title: L, milestones: {{m: {{title: T, party: us, {STEP}}}}}}}\n"


def milestones(mark: int = 0, number: int = 500, within: str = "P1D") -> str:
    """A sound plan of so many milestones, each with a date; another text for another mark."""
    due = f"due: {{within: {within}, from: {{program: true}}}}"
    phases = (
        f" p{n}: {{title: T, milestones: {{m{n}: {{title: T, party: us, {STEP}, {due}}}, "
        f"n{n}: {{title: T, party: us, {STEP}, {due}}}}}}}\n"
        for n in range(number // 2)
    )
    return f"{HEAD}{PARTIES}# {mark}\nphases:\n{''.join(phases)}"


def _misspelled() -> str:
    named = ", ".join(f"party_{n}: {{name: P}}" for n in range(299))
    asked = ", ".join(f"partz_{n}" for n in range(9_000))
    return f"{HEAD}parties: {{{named}}}\nphases: {{a: {{title: A, entry: [{{consent: [{asked}]}}]}}}}\n"


def _windows() -> str:
    windows = ", ".join(f"w{n}: {{title: W, from: 2025-01-01T00:00:00Z, to: 2026-01-01T00:00:00Z}}" for n in range(300))
    due = f"due: {{within: P1D, from: {{program: true}}, paused_in: [{', '.join(f'w{n}' for n in range(300))}]}}"
    step = f"{{m: {{title: T, party: us, {STEP}, {due}}}}}"
    return f"{HEAD}{PARTIES}calendar: {{{windows}}}\nphases: {{a: {{title: A, milestones: {step}}}}}\n"


def _places() -> str:
    places = ", ".join(f"'{'**.' * 20}x{n}'" for n in range(20))
    classes = ", ".join(f"a{n}: {{procedure: both, may_change: [{places}]}}" for n in range(20))
    both = "procedures: {both: {title: B, proposed_by: [us], adopted_when: [{consent: [us, iraq]}]}}"
    return f"{HEAD}{PARTIES}{both}\namendments: {{{classes}}}\nphases: {{a: {{title: A}}}}\n"


def _in_a_round(number: int = 300) -> str:
    rounds = (f" p{n}: {{title: T, entry: [{{phase: p{(n + 1) % number}}}]}}\n" for n in range(number))
    return f"{HEAD}{PARTIES}phases:\n{''.join(rounds)}"


def _gate_of(criterion: str, number: int) -> str:
    return f"{HEAD}{PARTIES}phases:\n a: {{title: A, entry: [{', '.join([criterion] * number)}]}}\n{LAST}"


WORST = {
    "brackets": "[" * LONGEST,
    "lists": "a: [" + "[]," * (LONGEST // 3) + "]",
    "mappings": "a: [" + "{a: 1}," * (LONGEST // 7) + "]",
    "commas": "[" + "," * LONGEST,
    "dashes": "- " * (LONGEST // 2),
    "question marks": "? " * (LONGEST // 2),
    "aliases": "a: [" + "*a," * (LONGEST // 3) + "]",
    "blanks": "a: [" + "~," * (LONGEST // 2) + "]",
    "one key again and again": "a: 1\n" * (LONGEST // 5),
    "unknown fields": f"{HEAD}{PARTIES}phases: {{a: {{title: A}}}}\n" + "".join(f"x{n}: 1\n" for n in range(9_000)),
    "misspelled parties": _misspelled(),
    "phases in a round": _in_a_round(),
    "windows that overlap": _windows(),
    "places with many stars": _places(),
    "misshapen criteria": _gate_of("{milestone: []}", 6_000),
    "criteria in criteria": _gate_of("{all: [{any: [{milestone: m}, {milestone: m}]}]}", 990),
    "too many criteria": _gate_of("{milestone: m}", 6_000),
    "five hundred milestones": milestones(),
}
