"""The place of a fault is its line: faults are written into every line of whole plans, and looked for where they are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from rules.language.reading import Faulty, read
from rules.validation import sound
from tests.rules.language_docs import PAGES

EXAMPLES = [
    found
    for file in PAGES
    for found in re.findall(r"^```yaml plan\n(.*?)^```$", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
]

ELSEWHERE = {
    r"parameters\.\w+\.default": "a value that does not fit is told where it is used",
    r"severities\.\d+": "what names it is told, since it names nothing any more",
    r"checks\.\w+\.incidents\.places\.\d+": "spellings are told, since they name a place that is none any more",
    r"indicators\.\w+\.(unit|baseline\.\w+)": "what is compared with it is told: either of the two may be wrong",
    r"sources\.\w+\.(settings\.\w+|url|query\.\w+|edition\.\w+|deleted\.\w+)": "a placeholder is told where it is filled",
}
"""Where a change makes something else wrong, and why that is told instead."""


def block_style(text: str) -> str:
    """The plan with each value on a line of its own."""
    written: str = yaml.safe_dump(read(text).data, default_flow_style=False, width=10_000, sort_keys=False, allow_unicode=True)
    return written


def wrong_lines(text: str) -> Iterator[tuple[str, int, str]]:
    """By line, the plan with a value there that fits nothing, and which value that is."""
    document, lines = read(text), text.split("\n")
    for path, (line, column) in document.positions.items():
        value: Any = document.data
        for part in path:
            value = value[part]
        if isinstance(value, dict | list):
            continue
        broken = [*lines]
        broken[line - 1] = f"{lines[line - 1][: column - 1]}zzz_nothing"
        yield "\n".join(broken), line, ".".join(map(str, path))


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: re.search(r"plan: (\S+)", text)[1])  # type: ignore[index]  # each has one
def test_a_fault_is_told_on_its_own_line(text: str) -> None:
    astray = []
    for broken, line, path in wrong_lines(block_style(text)):
        try:
            sound(read(broken))
        except Faulty as faulty:
            told = [fault.position[0] for fault in faulty.faults]
            uses_parameter = any("no place of the plan uses" in fault.message for fault in faulty.faults)
            if line not in told and not uses_parameter and not any(re.fullmatch(place, path) for place in ELSEWHERE):
                astray.append(f"{path} is wrong in line {line}, told: {[fault.line('plan') for fault in faulty.faults]}")
    assert astray == []


FAULTY = """\
accord: 1
plan: faulty
title: Faults of several lines
source: Written for tests
time_zone: Asia/Baghdad
parties:
  north: {name: The North}
  south: {name: The South}
bodies:
  committee:
    name: Committee
    members: [north, south]
phases:
  first:
    title: First
    milestones:
      done:
        title: Done
        party: north
        shown_by: {report: {kind: statement, what: the report}}
        verified_by: [south]
        determined:
          by: [south]
          scale: share
releases:
  money:
    title: Money
    party: north
    to: south
    unit: million
    amount: 10
    share_of: done
    cure: P1M
    advance:
      amount: 1
      recovered: 50%
      when:
        - all:
            - milestone: done
            - graded:
                milestone: done
                at_least: 1
"""


FAULTS = {
    "consent is given to a phase": ("- milestone: done", "- consent: [north] # here"),
    "is named twice": ("  committee:", "  south: # here"),
    "share_of or per_unit": ("    cure: P1M", "    per_unit: {indicator: x, to: 1, each: 1} # here"),
    "say automatically: true": ("          scale: share", "          automatically: true # here"),
    "would verify itself": ("verified_by: [south]", "verified_by: [north] # here"),
    "say what the phase becomes": (
        "        verified_by: [south]\n",
        "        verified_by: [south]\n        due: {within: P1M, from: {milestone: done,\n          becomes: open}} # here\n",
    ),
    "is not on the scale": ("at_least: 1", "at_least: 7 # here"),
    "is no share": ("recovered: 50%", "recovered: half # here"),
    "the advance is more than all of it": ("      amount: 1\n", "      amount: 11 # here\n"),
}
"""By what is said of it, a change of the plan, with a mark at the end of the line to be mended."""


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_fault_between_several_lines_is_told_on_the_one_to_be_mended(sentence: str) -> None:
    """A consent in an advance was told on the first line of its release, eight lines off."""
    old, new = FAULTS[sentence]
    assert FAULTY.count(old) == 1
    text = FAULTY.replace(old, new)
    wanted = next(number for number, line in enumerate(text.split("\n"), 1) if line.endswith("# here"))
    with pytest.raises(Faulty) as raised:
        sound(read(text))
    assert wanted in [fault.position[0] for fault in raised.value.faults if sentence in fault.message], raised.value.faults
