"""The plan language: what is a fault, where it is said to be, and in which words."""

import re
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from rules.canonical import digest
from rules.field_types import did_you_mean
from rules.figures.comparison import bound
from rules.language.declared import agreed, declared
from rules.language.plan import Plan
from rules.language.reading import DEEPEST_NESTING, LARGEST_DOCUMENT, MOST_FAULTS, Document, Fault, Faulty, read, validated
from rules.language.schema import plan_schema
from rules.rehearsal.rehearse import rehearse
from rules.rehearsal.story import Cast, Checked, ChildTold, Expectation, Step, Story
from rules.validation import sound
from tests.rules.language_docs import CHAPTERS, GUIDE

ROOT = Path(__file__).parents[2]

PLAN = """\
accord: 1
plan: small
title: Small
source: Written for tests
time_zone: Asia/Baghdad
parameters:
  quiet: {default: P30D, why: The text says some time.}
parties:
  north: {name: North}
  south: {name: South}
bodies:
  committee: {name: Committee, members: [north, south]}
severities: [minor, grave]
incidents:
  attack: {title: Attack}
indicators:
  smoke:
    title: Smoke
    producer: Observatory
    unit: kt
    better: lower
    baseline: {value: "17.373786", period: "2020", edition: "2021"}
    oldest: P3Y
    source: made up
    licence: CC0
  fires:
    title: Fires
    producer: Brigade
    unit: fires
    better: lower
    baseline: {value: 20, period: "2020", edition: "2021"}
    oldest: P3Y
    source: made up
    licence: CC0
commitments:
  truce:
    title: Truce
    party: south
    in_force: {program: true}
    broken_by: [{kinds: [attack], at_least: grave}]
phases:
  move:
    title: First move
    milestones:
      announced:
        title: Announced
        party: north
        shown_by:
          text: {kind: document, what: the text}
        verified_by: [south]
        determined: {by: [committee]}
        due: {within: P30D, from: {program: true}}
  calm:
    title: Calm
    entry:
      - phase: move
    stability:
      length: $quiet
      restarted_by: [{kinds: [attack], at_least: minor}]
  trade:
    title: Trade
    entry:
      - stability: calm
    milestones:
      cleaner:
        title: Cleaner
        party: south
        shown_by:
          figure: {kind: measurement, what: smoke, indicator: smoke, target: {change: "-10%", unit: kt}}
        verified_by: [north]
        determined: {automatically: true}
"""


def faults(text: str, **chosen: str | int) -> tuple[Fault, ...]:
    try:
        sound(read(text), chosen)
    except Faulty as faulty:
        return faulty.faults
    return ()


def changed(old: str, new: str) -> tuple[str, tuple[int, int]]:
    """The plan with one thing changed, and the place that the mark ▸ stands at."""
    assert PLAN.count(old) == 1, old
    text = PLAN.replace(old, new)
    before = text[: text.index("▸")]
    return text.replace("▸", ""), (before.count("\n") + 1, len(before) - before.rfind("\n"))


def test_the_plan_itself_is_sound() -> None:
    assert faults(PLAN) == ()


FAULTS = {
    "an unknown reference, with what may be meant": (
        "- phase: move",
        "- phase: ▸mov",
        "mov is no phase of this plan; did you mean move?",
    ),
    "an unknown milestone": ("- stability: calm", "- milestone: ▸announce", "did you mean announced?"),
    "an unknown party": ("party: north", "party: ▸nord", "nord is no party or body of this plan; did you mean north?"),
    "an unknown verifier": ("verified_by: [south]", "verified_by: [▸suth]", "did you mean south?"),
    "an unknown severity": ("at_least: minor}", "at_least: ▸miner}", "miner is no severity of this plan; did you mean minor?"),
    "an unknown kind of incident": (
        "[{kinds: [attack], at_least: minor",
        "[{kinds: [▸atack], at_least: minor",
        "did you mean attack?",
    ),
    "an unknown indicator": ("indicator: smoke,", "indicator: ▸smok,", "did you mean smoke?"),
    "a phase that has no stability period": (
        "- stability: calm",
        "- stability: ▸move",
        "move is no phase with a stability period",
    ),
    "a phase that waits for itself": ("- phase: move", "- phase: calm", "cycle: open calm -> complete calm -> open calm"),
    "a duration beyond the calendar": ("due: {within: P30D,", "due: {within: ▸P9000Y,", "a duration is at most 1000 years"),
    "a blank": ("length: $quiet", "length: ▸TBD", "what the text leaves open is a named parameter"),
    "a comma in a text between braces": (
        "why: The text says some time.}",
        "why: Some time, ▸it says.}",
        "where it belongs to the text before it, put that in quotes",
    ),
    "no value between braces": ("{name: North}", "{▸name: }", "is blank; give a value, or leave the key out"),
    "no value at all": ("title: Calm", "▸title:", "is blank; give a value, or leave the key out"),
    "a verifier who owes": (
        "verified_by: [south]",
        "▸verified_by: [north]",
        "this gate can never open: north owes it and would verify itself",
    ),
    "an attestation that only its giver could verify": (
        "text: {kind: document, what: the text}",
        "▸text: {kind: attestation, what: the word, by: [south]}",
        "south attests it and would verify itself",
    ),
    "more criteria than there are": (
        "- phase: move",
        "- at_least: {count: ▸2, of: [{phase: move}]}",
        "this gate can never open: 2 of 1 criteria",
    ),
    "another unit": ('change: "-10%", unit: kt', 'change: "-10%", unit: ▸Mt', "the unit Mt is not that of smoke: kt"),
    "a target for the worse": (
        'target: {change: "-10%"',
        'target: {change: ▸"+10%"',
        "the target asks for the worse: smoke is better lower",
    ),
    "a level worse than the baseline": (
        'target: {change: "-10%"',
        'target: {at_most: ▸"18"',
        "the target asks for the worse: at most 18, where the baseline is 17.373786",
    ),
    "a change that changes nothing": ('change: "-10%"', 'change: ▸"-0%"', "a change of -0% from 17.373786 is none"),
    "a duration without an anchor": (
        "due: {within: P30D, from: {program: true}}",
        "▸due: {within: P30D}",
        "a duration needs an anchor",
    ),
    "a milestone that is due at no time": (
        "due: {within: P30D, from: {program: true}}",
        "▸due: {force: binding}",
        "is due when?",
    ),
    "one date and several": (
        "due: {within: P30D, from",
        "due: {▸earliest_of: [{within: P1D, from: {program: true}}, {within: P2D, from: {program: true}}], within: P30D, from",
        "write one date as within and from, or several as earliest_of",
    ),
    "an unknown anchor among several": (
        "due: {within: P30D, from: {program: true}}",
        "due: {earliest_of: [{within: P1D, from: {program: true}}, {within: P2D, from: {milestone: ▸announce}}]}",
        "did you mean announced?",
    ),
    "a long stop that stops nothing": (
        "due: {within: P30D,",
        "due: {force: ▸long_stop, within: P30D,",
        "a long stop stops something; say when_missed",
    ),
    "a wish that would end everything": (
        "due: {within: P30D,",
        "due: {force: indicative, when_missed: ▸terminate, within: P30D,",
        "an indicative date stops nothing",
    ),
    "a pause that ends and never begins": (
        "due: {within: P30D,",
        "due: {resumes_after: ▸P7D, within: P30D,",
        "resumes_after is for a date with paused_while_broken",
    ),
    "a figure in another unit": (
        "- stability: calm",
        "- figure: {indicator: smoke, at_most: 15, unit: ▸Mt}",
        "the unit Mt is not that of smoke: kt",
    ),
    "a figure of nothing": (
        "- stability: calm",
        "- figure: {indicator: ▸smog, at_most: 15, unit: kt}",
        "smog is no indicator of this plan",
    ),
    "a figure without a bound": (
        "- stability: calm",
        "- ▸figure: {indicator: smoke, unit: kt}",
        "at_most or at_least something; one of the two",
    ),
    "a figure that nobody verifies": (
        "- stability: calm",
        "- figure: {indicator: ▸fires, at_most: 15, unit: fires}",
        "nobody verifies the figures of fires; write verified_by: [...] there",
    ),
    "a commitment that nothing breaks": (
        "    broken_by: [{kinds: [attack], at_least: grave}]\n",
        "",
        "say what breaks it: broken_by",
    ),
    "a commitment kept by a consent": (
        "broken_by: [{kinds: [attack], at_least: grave}]",
        "kept_while: [{▸consent: [north]}]",
        "a commitment is kept by what is so",
    ),
    "somebody who cannot stand still": (
        "phases:\n  move",
        "inactivity:\n  ▸bands: {within: P9D, qualifying: [evidence_recorded], horizon: P9D}\nphases:\n  move",
        "bands is no party or body of this plan",
    ),
    "standing still in no time": (
        "phases:\n  move",
        "inactivity:\n  north: {within: ▸P0D, qualifying: [evidence_recorded], horizon: P9D}\nphases:\n  move",
        "nobody stands still in no time",
    ),
    "an act that shows nothing": (
        "phases:\n  move",
        "inactivity:\n  north: {within: P9D, qualifying: [▸clock_struck], horizon: P9D}\nphases:\n  move",
        "input should be 'evidence_recorded'",
    ),
    "an unknown window": (
        "due: {within: P30D,",
        "due: {paused_in: [▸elections], within: P30D,",
        "elections is no window of the calendar of this plan; none is declared",
    ),
    "a window that ends before it begins": (
        "phases:\n  move",
        "calendar:\n  recess: {title: R, from: 2025-05-02T00:00:00Z, to: ▸2025-05-01T00:00:00Z}\nphases:\n  move",
        "the window ends before it has begun",
    ),
    "an anchor that is two events": (
        "from: {program: true}",
        "▸from: {program: true, milestone: announced}",
        "an anchor is one event",
    ),
    "a bad duration": ("within: P30D", "within: ▸30 days", "'30 days' is no duration; write ISO 8601, for example P6M"),
    "a negative duration": ("within: P30D", "within: ▸-P30D", "a duration cannot be negative"),
    "a period of no length": ("quiet: {default: P30D", "quiet: {default: P0D", "a stability period of no length keeps nothing"),
    "days that settle in hours": (
        "length: $quiet",
        "length: $quiet\n      settling: ▸PT12H",
        "a period in days settles in days",
    ),
    "an unknown time zone": (
        "time_zone: Asia/Baghdad",
        "time_zone: ▸Asia/Bagdad",
        "write an IANA name, for example Asia/Baghdad",
    ),
    "an unknown parameter": ("length: $quiet", "length: ▸$quit", "$quit is no parameter; did you mean quiet?"),
    "an unused parameter": ("length: $quiet", "length: P30D", "no place of the plan uses $quiet; use it or remove it"),
    "a parameter without a why": (
        "quiet: {default: P30D, why: The text says some time.}",
        "▸quiet: {default: P30D}",
        "say why",
    ),
    "a parameter without a default": ("quiet: {default: P30D, why", "▸quiet: {why", "a parameter carries a default"),
    "a key that stands twice": ("title: Calm", "title: Calm\n    ▸title: Quiet", "stands here twice; keep one"),
    "a name that stands twice": ("north: {name: North}", "committee: {name: North}", "is named twice"),
    "an alias": ("north: {name: North}", "north: ▸&n {name: North}", "anchors and aliases are not used; write the value out"),
    "a tag": ("title: Calm", "title: ▸!!binary aGk=", "is not read; write a plain value"),
    "an unknown field": ("title: Calm", "titel: ▸Calm\n    title: Calm", "is not a field of this place"),
    "an unknown field of a showing": ("what: the text}", "what: the text, wat: ▸x}", "is not a field of this place"),
    "an unknown kind of showing": (
        "text: {kind: document",
        "text: {kind: ▸paper",
        "'paper' is nothing that can stand here; write one of document, statement, attestation, measurement",
    ),
    "a missing field": ("    title: Calm\n", "", "is missing"),
    "a criterion of two keys": (
        "- phase: move",
        "- ▸{phase: move, milestone: announced}",
        "a criterion is one of: milestone: ...",
    ),
    "a commitment that is nobody's": (
        "    party: south\n    in_force",
        "    in_force",
        "name the party, or say outside_control: true",
    ),
    "a determination by nobody": (
        "determined: {by: [committee]}",
        "▸determined: {observation: P1D}",
        "name who determines in by",
    ),
    "no YAML": ("title: Calm", "title: [", "not readable as YAML"),
    "a list that is not closed": ("verified_by: [south]", "verified_by: ▸[south", "what opens here with [ is not closed"),
    "a quote that is not closed": ("title: Calm", "title: ▸'Calm", "the quote that opens here is closed nowhere"),
    "a tab": ("    title: Calm", "▸\ttitle: Calm", "a tab stands here; indent with spaces"),
    "a line that is set in too little": ("Calm\n    entry:", "Calm\n   ▸entry:", "this line is further in or out"),
    "a field that is set in too much": ("title: Calm\n", "title: Calm\n      within▸: P1D\n", "this field is further in"),
    "a folded text that is not set in": (
        "title: Calm\n",
        "title: >-\n    ▸Calm\n",
        "too far out to belong to the text before it",
    ),
    "a criterion with a slip": ("- phase: move", "- ▸phse: move", "phse is no criterion; did you mean phase?"),
    "a colon in a text": ("title: Calm", "title: Calm▸: at last", "put the text in quotes"),
    "a percent sign that begins a text": ("title: Calm", "title: ▸%Calm", "'%' begins no value; put the text in quotes"),
    "text where fields belong": ("determined: {by: [committee]}", "determined: ▸the committee", "has fields of its own"),
    "one name where a list belongs": ("verified_by: [south]", "verified_by: ▸south", "is a list; write [south]"),
    "a version of the language that we do not read": ("accord: 1", "accord: ▸2", "input should be 1"),
    "a grade of what has no scale": (
        "- phase: move",
        "- graded: {milestone: ▸announced, at_least: 2}",
        "announced has no scale; write determined: {..., scale: ordinal}",
    ),
    "a scale that nobody reads": (
        "determined: {automatically: true}",
        "determined: {automatically: true, scale: ▸share}",
        "a part is judged by somebody",
    ),
    "a name in capitals": ("  calm:\n", "  Calm:\n", "lower-case letters, digits and _"),
    "a change that is no percentage": ('change: "-10%"', "change: ▸-10", 'is text; write "-10"'),
}


@pytest.mark.parametrize(
    ("place", "possible"),
    [
        ("**", True),
        ("**.title", True),
        ("phases.*.milestones.*.due.within", True),
        ("phases.*.milestones.*.due.wihtin", False),
        ("phases.to_come.**", True),
        ("phase.**", False),
        ("**.titel", False),
        ("**.announced.**", True),
        ("indicators.*.baseline.val*", True),
        ("hosts.0", False),
        ("sources.*.settings.whatever.it.holds", True),
    ],
)
def test_a_place_that_no_plan_has_cannot_be_changed(place: str, possible: bool) -> None:  # noqa: FBT001  a table of cases
    """A class of amendments with a slip in a place would allow less than its authors think, and say nothing."""
    amendments = f"""
procedures: {{joint: {{title: Both, proposed_by: [north], adopted_when: [{{consent: [north, south]}}]}}}}
amendments: {{dates: {{procedure: joint, may_change: ["{place}"]}}}}
"""
    with nullcontext() if possible else pytest.raises(Faulty, match=re.escape(f"no plan has a place {place}")):
        sound(read(PLAN + amendments))


@pytest.mark.parametrize(("old", "new", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place(old: str, new: str, sentence: str) -> None:
    """Whoever writes plans is no programmer: the line, the column, what is wrong and what would be right."""
    marked = "▸" in new
    text, place = changed(old, new if marked else f"▸{new}")
    found = faults(text)
    assert any(sentence in fault.message for fault in found), found
    if marked:
        assert place in [fault.position for fault in found if sentence in fault.message]


def test_every_fault_is_named_at_once() -> None:
    """Not one per attempt."""
    text = PLAN.replace("party: north", "party: nord").replace("- phase: move", "- phase: mov")
    text = text.replace("kinds: [attack], at_least: minor", "kinds: [atack], at_least: miner")
    assert len(faults(text)) == 4


def test_windows_of_one_list_that_overlap() -> None:
    """One of them was written with a slip; touching ones do not overlap."""
    calendar = (
        "calendar:\n  a: {{title: A, from: 2025-05-01T00:00:00Z, to: 2025-05-09T00:00:00Z}}\n"
        "  b: {{title: B, from: {}T00:00:00Z, to: 2025-06-01T00:00:00Z}}\nphases:\n  move"
    )
    text = PLAN.replace("due: {within: P30D,", "due: {paused_in: [a, b], within: P30D,")
    found = faults(text.replace("phases:\n  move", calendar.format("2025-05-08")))
    assert [fault.message for fault in found] == ["the windows a and b overlap; write their times apart"]
    assert found[0].path[-2:] == ("paused_in", 1)
    assert faults(text.replace("phases:\n  move", calendar.format("2025-05-09"))) == ()


def test_a_phase_behind_a_cycle_is_no_second_fault() -> None:
    text = PLAN.replace("- phase: move", "- milestone: cleaner")
    told = {fault.path[1]: fault.message for fault in faults(text)}
    assert told["calm"].startswith("cycle: ")
    assert told["trade"].startswith("cycle: ")
    further = text + "  later: {title: Later, entry: [{phase: trade}]}\n"
    assert {fault.path[1] for fault in faults(further)} == {"calm", "trade"}


def test_a_name_that_is_misspelt_where_it_is_declared_is_one_fault() -> None:
    """Whatever refers to it; and a parameter that is misspelt in its place is not also unused."""
    (found,) = faults(PLAN.replace("  south: {name: South}", "  souht: {name: South}"))
    assert "south is no party" in found.message
    assert "more places refer to it" in found.message


def test_a_commitment_that_is_kept_only_by_what_waits_for_it() -> None:
    text = PLAN.replace("broken_by: [{kinds: [attack], at_least: grave}]", "kept_while: [{phase: trade}]")
    found = faults(text.replace("- stability: calm", "- commitment: truce"))
    assert "cycle: open trade -> in_force truce -> complete trade -> open trade" in found[0].message


def test_a_phase_that_could_never_be_complete() -> None:
    """Its exit waits for what opens only after it."""
    text = PLAN.replace("    title: Calm\n", "    title: Calm\n    exit: [{phase: trade}]\n")
    text = text.replace("- stability: calm", "- phase: calm")
    assert any("this gate can never open" in fault.message for fault in faults(text))


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * (DEEPEST_NESTING + 2) + "x" + "]" * (DEEPEST_NESTING + 2), "[" * 5000],
    ids=["too deep for a plan", "too deep for the reader"],
)
def test_a_document_that_is_too_deep(text: str) -> None:
    assert "nested too deeply" in faults(text)[0].message


def test_a_tangle_is_told_as_soon_as_a_small_one() -> None:
    """Walking every way through 2 to the 40 of them would never end, and a chain must not exhaust the stack."""
    phases = "".join(
        f"  {side}{n}: {{title: T, entry: [{{phase: p{n + 1}}}, {{phase: q{n + 1}}}]}}\n" for n in range(40) for side in "pq"
    )
    ends = "".join(f"  {side}40: {{title: T, entry: [{{phase: {side}40}}]}}\n" for side in "pq")
    chain = "".join(f"  r{n}: {{title: T, entry: [{{phase: r{(n + 1) % 200}}}]}}\n" for n in range(200))
    assert len(faults(PLAN + phases + ends + chain)) == MOST_FAULTS


def test_what_cannot_be_recorded_is_composed_or_a_fault_when_it_is_read() -> None:
    """A plan that is sound here must not be refused when a program is started from it."""
    text = PLAN.replace("title: Calm", "title: cafe\u0301").replace('value: "17.373786"', "value: 123456789012345678")
    plan = read(text)
    assert sound(plan).phases["calm"].title == "caf\u00e9"
    assert len(digest(plan.data)) == 64


def test_a_document_that_is_too_large() -> None:
    assert "larger than 256 KiB" in faults("a" * (LARGEST_DOCUMENT + 1))[0].message


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "plan", "\x00", "a: 1\n---\nb: 2\n", "\ud800"])
def test_what_is_no_plan_at_all_is_a_fault(text: str) -> None:
    assert faults(text)


def test_figures_are_exact_however_they_are_written() -> None:
    """YAML would read 17.373786 as a binary fraction; here it stays what was written."""
    for written in ('value: "17.373786"', "value: 17.373786"):
        plan = sound(read(PLAN.replace('value: "17.373786"', written)))
        assert plan.indicators["smoke"].frozen.value == Decimal("17.373786")
        target = plan.measured["smoke"][0][2].target
        assert bound(target, plan.indicators["smoke"])[0] == Decimal("15.6364074")


@pytest.mark.parametrize(
    ("better", "baseline", "change", "level"),
    [("higher", "-1.32", "+10%", "-1.188"), ("lower", "-1.32", "-10%", "-1.452"), ("higher", "40", "+10%", "44")],
)
def test_a_change_goes_the_way_of_its_sign_also_below_zero(better: str, baseline: str, change: str, level: str) -> None:
    """Ten per cent more than a score of -1.32 is a better score, and not a worse one."""
    text = PLAN.replace("better: lower", f"better: {better}").replace('"17.373786"', f'"{baseline}"')
    plan = sound(read(text.replace('"-10%"', f'"{change}"')))
    target = plan.measured["smoke"][0][2].target
    assert bound(target, plan.indicators["smoke"]) == (Decimal(level), "at least" if better == "higher" else "at most")


def test_a_figure_out_of_a_binary_fraction_is_refused() -> None:
    """JSON bodies have numbers of their own; a figure in them is text."""
    data = read(PLAN).data
    data["indicators"]["smoke"]["baseline"]["value"] = 17.373786
    with pytest.raises(ValueError, match="a figure is exact"):
        Plan.model_validate({**data, "parameters": {}, "phases": {"move": data["phases"]["move"]}})


def test_the_values_of_parameters() -> None:
    assert sound(read(PLAN)).phases["calm"].stability.length == "P30D"  # type: ignore[union-attr]
    assert sound(read(PLAN), {"quiet": "P6M"}).phases["calm"].stability.length == "P6M"  # type: ignore[union-attr]
    assert "is no parameter of this plan; did you mean quiet?" in faults(PLAN, quit="P6M")[0].message
    assert "is no duration" in faults(PLAN, quiet="soon")[0].message


def test_money_is_no_parameter() -> None:
    """A dollar sign before a figure is a price."""
    assert faults(PLAN.replace("title: Calm", "title: $130 billion")) == ()


SCHEMA = jsonschema_rs.validator_for(plan_schema())


@pytest.mark.parametrize("file", sorted((ROOT / "plans").rglob("plan.yaml")), ids=lambda file: file.parent.name)
def test_the_schema_takes_what_the_language_takes(file: Path) -> None:
    SCHEMA.validate(read(file.read_text(encoding="utf-8")).data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Calm", "titel: Calm"),
        ("- phase: move", "- {phase: move, milestone: announced}"),
        ("kind: document", "kind: paper"),
        ("  calm:\n", "  Calm:\n"),
        ('change: "-10%"', "change: down"),
        ("better: lower", "better: less"),
    ],
)
def test_the_schema_refuses_what_is_misshapen(old: str, new: str) -> None:
    """It is for editors, which show it while somebody writes."""
    assert not SCHEMA.is_valid(read(PLAN.replace(old, new, 1)).data)


def test_the_schema_takes_parameters_where_they_may_stand() -> None:
    text = PLAN.replace("at_least: minor", "at_least: $least").replace("better: lower", "better: $way")
    text = text.replace("program: true}}", "milestone: $m}}")
    assert SCHEMA.is_valid(read(text).data)
    assert not SCHEMA.is_valid(read(PLAN.replace("accord: 1", "accord: $one")).data)


def examples() -> list[tuple[Path, int, str, str]]:
    """The fenced examples of the guide and the reference: file, line where each begins, its language word, and its text."""
    told = []
    for file in (GUIDE, *CHAPTERS):
        text = file.read_text(encoding="utf-8")
        found = re.finditer(r"^```yaml( [a-z]+)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        told += [(file, text[: match.start()].count("\n") + 1, (match[1] or "").strip(), match[2]) for match in found]
    return told


EXAMPLES = examples()


def example(name: str) -> str:
    """The example that is the plan of this name."""
    return next(text for *_, text in EXAMPLES if f"\nplan: {name}\n" in text)


STARTED = """\
story: A program is started
plan: plan.yaml
starts: 2026-01-01T09:00
people: {olga: [{role: officer}]}
steps: [{at: 2026-01-01T09:00, expect: [{program: running}]}]
"""


def check_and_start(document: Document) -> None:
    """The plan is sound, an editor takes it, and a program that follows it can be started."""
    children = agreed(declared(document), example)
    sound(document, {}, children)
    SCHEMA.validate(document.data)
    script = read(STARTED)
    assert [fault.line("story") for fault in rehearse(validated(Story, script), script, document, children).faults] == []


@pytest.mark.parametrize(
    ("file", "line", "kind", "text"), EXAMPLES, ids=[f"{file.stem} line {line}" for file, line, _, _ in EXAMPLES]
)
def test_an_example_of_the_reference_runs(file: Path, line: int, kind: str, text: str) -> None:
    """A plan, or a story on the plan that stands last before it; a fragment would teach what doesn't work."""
    if kind == "story":
        before = [held for where, above, what, held in EXAMPLES if (where, what) == (file, "plan") and above < line]
        plan, script = read(before[-1]), read(text)
        rehearsal = rehearse(validated(Story, script), script, plan, agreed(declared(plan), example))
        assert [fault.line("story") for fault in rehearsal.faults] == []
    else:
        assert kind == "plan"
        check_and_start(read(text))


def sentences() -> list[tuple[str, list[tuple[str, str]]]]:
    """The rows of the guide: what an agreement says, and what to write, as places of the plan with their values."""
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(says, re.findall(r"`([a-z_.]+): ([^`]+)`", write)) for says, write in rows]


SENTENCES = sentences()


def test_the_guide_has_enough_to_begin_with() -> None:
    """Each part of the language is met in it: who, when, what opens what, figures, money, incidents, decisions."""
    roots = {place.partition(".")[0] for _, written in SENTENCES for place, _ in written}
    said = "parameters phases commitments procedures amendments agreed_dates disputes snapbacks assessors scales releases"
    assert set(said.split()) | {"indicators", "reporting", "inactivity", "programs"} <= roots
    assert len(SENTENCES) >= 40


@pytest.mark.parametrize(("says", "written"), SENTENCES, ids=[says for says, _ in SENTENCES])
def test_a_row_of_the_guide_fits_its_plan(says: str, written: list[tuple[str, str]]) -> None:
    """What stands beside a sentence is put into the plan of the guide, which is then sound and can be started."""
    data = yaml.safe_load(yaml.safe_dump(read(example("bridge")).data, allow_unicode=True))
    assert written, says
    for place, value in written:
        *above, name = place.split(".")
        held = data
        for part in above:
            held = held.setdefault(part, {})
        held[name] = read(f"it: {value}").data["it"]
    check_and_start(read(yaml.safe_dump(data, allow_unicode=True, sort_keys=False)))


def test_the_reference_has_every_field() -> None:
    """A field that it doesn't name is found by nobody."""
    text = "".join(file.read_text(encoding="utf-8") for file in CHAPTERS)
    fields = {name for shape in plan_schema()["$defs"].values() for name in shape.get("properties", {})}
    fields |= set(plan_schema()["properties"])
    for shape in (Story, Step, Expectation, Cast, ChildTold, Checked):
        fields |= {held.alias or name for name, held in shape.model_fields.items()}
    assert {name for name in fields if not re.search(rf"\b{name}\b", text)} == set()


def test_a_far_fetched_name_is_no_suggestion() -> None:
    """Whoever wrote something else altogether needs to see what there is."""
    assert did_you_mean("nonsense", ["announcement", "trade"]) == "known here: announcement, trade"
    assert did_you_mean("anouncement", ["announcement", "trade"]) == "did you mean announcement?"
