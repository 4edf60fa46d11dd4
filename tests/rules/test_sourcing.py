"""Validation of sources, checks and targets: faults and their positions."""

from __future__ import annotations

import pytest

from rules.language.reading import Fault, InvalidDocument, parse_document
from rules.validation import validate_plan

PLAN = """\
accord: 1
plan: small
title: Small
source: Written for tests
time_zone: Asia/Baghdad
parties:
  north: {name: North}
  south: {name: South}
severities: [minor, grave]
incidents:
  attack: {title: Attack}
indicators:
  smoke:
    title: Smoke
    producer: Observatory
    unit: kt
    better: lower
    baseline: {value: 100, period: "2020", edition: "2021"}
    oldest: P3Y
    plausible: {at_least: 0, at_most: 500}
    source: made up
    licence: CC0
hosts: [data.example.org]
sources:
  yearbook:
    adapter: json-http
    title: Yearbook
    producer: Observatory
    licence: CC0
    url: https://data.example.org/{country}/smoke
    rows: data[*]
    figure: {period: year, value: smoke}
    edition: {at: edition}
    quirks: Writes {braces} into its titles.
  bulletin:
    adapter: document
    title: Bulletin
    producer: Observatory
    licence: CC0
    document: the bulletin of the year, table 3
  feed:
    adapter: event-files
    title: Events
    producer: Conflict office
    licence: CC0
checks:
  yearly:
    title: The yearbook
    source: yearbook
    figures_of: smoke
    with: {country: IRQ}
    runs: {every: P1D}
  attacks:
    title: Attacks
    source: feed
    incidents: {kinds: {Battles: attack}, places: [Anbar], severity: minor}
    runs: {every: P1D}
phases:
  trade:
    title: Trade
    milestones:
      cleaner:
        title: Cleaner
        party: south
        shown_by:
          figure: {kind: measurement, what: smoke, indicator: smoke, target: {change: "-10%", unit: kt}}
        verified_by: [north]
        determined: {automatically: true}
"""


def faults(text: str) -> tuple[Fault, ...]:
    try:
        validate_plan(parse_document(text))
    except InvalidDocument as faulty:
        return faulty.faults
    return ()


def test_the_plan_itself_is_sound() -> None:
    assert faults(PLAN) == ()


def test_another_producer_may_be_read_beside_that_of_the_indicator() -> None:
    satellite = PLAN.replace("  bulletin:\n    adapter: document\n", "  bulletin:\n    adapter: event-files\n")
    satellite = satellite.replace("    document: the bulletin of the year, table 3\n", "")
    satellite = satellite.replace("title: Bulletin\n    producer: Observatory", "title: Bulletin\n    producer: Satellite")
    second = "  second: {title: S, source: bulletin, figures_of: smoke, runs: {every: P1D}}\n"
    assert faults(satellite.replace("  attacks:\n", f"{second}  attacks:\n")) == ()


FAULTS = {
    "an unknown source": ("source: yearbook", "source: ▸yearbok", "yearbok is no source of this plan; did you mean yearbook?"),
    "an unknown indicator": ("figures_of: smoke", "figures_of: ▸smog", "smog is no indicator of this plan"),
    "spellings of no place": (
        "places: [Anbar], severity",
        "places: [Anbar], spellings: {Erbil: [Arbil]}, severity",
        "Erbil is no place of this check",
    ),
    "one spelling of two places": (
        "places: [Anbar], severity",
        "places: [Anbar, Erbil], spellings: {Erbil: [al-anbar, Arbil], Anbar: [Al Anbar]}, severity",
        "al-anbar is a spelling of both Anbar and Erbil",
    ),
    "a watched place that is elsewhere": (
        "places: [Anbar], severity",
        "places: [Anbar], elsewhere: [Anbar governorate], severity",
        "Anbar governorate is Anbar, which is watched",
    ),
    "a check for nothing": ("    figures_of: smoke\n", "", "a check is for figures_of an indicator or for incidents"),
    "a placeholder without a value": (
        "    with: {country: IRQ}\n",
        "    with: {land: ▸IRQ}\n",
        "land is no placeholder of the source yearbook; it asks for: country",
    ),
    "no values at all": (
        "    with: {country: IRQ}\n",
        "",
        "the source yearbook asks for {country}; write with: {country: ...}",
    ),
    "a host that is not allowed": ("hosts: [data.example.org]", "hosts: [data.example.com]", "did you mean data.example.com?"),
    "a host with more than its name": (
        "hosts: [data.example.org]",
        "hosts: [▸https://data.example.org]",
        "'https://data.example.org' is no host; write its name in lower case without https://, port or path",
    ),
    "a time of day that is none": (
        "figures_of: smoke\n    with: {country: IRQ}\n    runs: {every: P1D}",
        "figures_of: smoke\n    with: {country: IRQ}\n    runs: {every: P1D, at: ▸6 am}",
        "'6 am' is no time of the day; write 06:00",
    ),
    "a check that would be overdue while all is well": (
        "figures_of: smoke\n    with: {country: IRQ}\n    runs: {every: P1D}",
        "figures_of: smoke\n    with: {country: IRQ}\n    ▸runs: {every: P1M}",
        "it would be overdue before it runs again; write overdue_after, longer than P1M",
    ),
    "a change without a sign": ('change: "-10%"', 'change: ▸"10%"', "'10%' is no change; write it with its sign: -10%"),
    "an adapter with a capital": (
        "adapter: document",
        "adapter: ▸Document",
        "is no name; use lower-case letters, digits and -, starting",
    ),
    "a source that is attested": ("source: yearbook", "source: ▸bulletin", "is attested by people, and no check reads it"),
    "an unknown kind of incident": ("Battles: attack", "Battles: ▸atack", "did you mean attack?"),
    "an unknown severity": ("severity: minor}", "severity: ▸miner}", "did you mean minor?"),
    "an unknown culprit": ("severity: minor}", "severity: minor, attributed_to: ▸est}", "est is no party or non-party"),
    "a producer that is read twice": (
        "  attacks:\n",
        "  again: {title: A, source: yearbook, figures_of: ▸smoke, with: {country: IRN}, runs: {every: P1D}}\n  attacks:\n",
        "smoke by Observatory is read by the check yearly already",
    ),
    "a rhythm that there is not": (
        "figures_of: smoke\n    with: {country: IRQ}\n    runs: {every: P1D}",
        None,
        "input should be",
    ),
    "errors of a level": (
        'target: {change: "-10%", unit: kt}',
        "target: {at_most: 90, unit: kt, standard_errors: ▸2}",
        "compares and standard_errors are about a change",
    ),
    "a level within an edition": (
        'target: {change: "-10%", unit: kt}',
        "target: {at_most: 90, unit: kt, compares: ▸within_edition}",
        "compares and standard_errors are about a change",
    ),
    "no standard errors": (
        'target: {change: "-10%", unit: kt}',
        'target: {change: "-10%", unit: kt, standard_errors: ▸0}',
        "greater than 0",
    ),
    "a base of no period": (
        'baseline: {value: 100, period: "2020"',
        "baseline: {value: 100, period: at the start",
        "at the start is no period that a figure covers",
    ),
    "a baseline that cannot be": (
        "plausible: {at_least: 0,",
        "▸plausible: {at_least: 101,",
        "the baseline 100 is not plausible itself",
    ),
    "a target that cannot be": (
        "plausible: {at_least: 0,",
        "plausible: {at_least: 95,",
        "at most 90 is not plausible for smoke",
    ),
    "a range without bounds": (
        "plausible: {at_least: 0, at_most: 500}",
        "▸plausible: {}",
        "a plausible range has at_least, at_most or both",
    ),
    "a range that ends before it begins": (
        "plausible: {at_least: 0, at_most: 500}",
        "plausible: {at_least: 9, at_most: ▸5}",
        "a plausible range begins below its end",
    ),
    "an error below nothing": (
        'period: "2020", edition: "2021"}',
        'period: "2020", edition: "2021", standard_error: ▸-1}',
        "a standard error is 0 or more",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place(old: str, new: str | None, sentence: str) -> None:
    assert PLAN.count(old) == 1, old
    changed = PLAN.replace(old, old.replace("P1D", "P2D") if new is None else new)
    if "within_edition" not in changed and "at the start" in changed:
        changed = changed.replace('change: "-10%", unit: kt', 'change: "-10%", unit: kt, compares: within_edition')
    found = faults(changed.replace("▸", ""))
    told = [fault for fault in found if sentence in fault.message.lower() or sentence in fault.message]
    assert told, found
    if "▸" in changed:
        before = changed[: changed.index("▸")]
        assert (before.count("\n") + 1, len(before) - before.rfind("\n")) in [fault.position for fault in told]
