"""`accord plan` and `accord rehearse`, as somebody types them."""

import json
from pathlib import Path
from threading import Event

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import plan, plan_diff, plan_fmt, plan_new, rehearse

PLANS = Path(__file__).parents[2] / "plans"
RESET = PLANS / "us-iraq-reset" / "plan.yaml"
LAST_DAY = RESET.parent / "stories" / "attack-on-the-last-day.yaml"

app = typer.Typer(pretty_exceptions_enable=False)
app.add_typer(plan.app, name="plan")
app.command("rehearse")(rehearse.command)
for name, command in (("diff", plan_diff.command), ("fmt", plan_fmt.command), ("new", plan_new.command)):
    plan.app.command(name)(command)


def accord(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_sound_plan_is_called_sound() -> None:
    result = accord("plan", "check", RESET)
    assert result.exit_code == 0
    assert "sound. 5 phases, 10 milestones, 22 parameters, 4 child programs." in result.stdout


def test_every_fault_is_printed_with_file_line_and_column(tmp_path: Path) -> None:
    """In the form that editors make clickable."""
    file = tmp_path / "plan.yaml"
    text = RESET.read_text(encoding="utf-8")
    file.write_text(
        text.replace("- phase: announcement", "- phase: anouncement").replace("opened_in: sfa_programs", "opened_in: sfa")
    )
    result = accord("plan", "check", file)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 2  # a name that is missing is told once, with how often it is asked for
    numbers = [number for number, line in enumerate(file.read_text().splitlines(), 1) if "opened_in: sfa" in line]
    assert (
        f"{file}:{numbers[0]}:16: programs.wto_accession.opened_in: sfa is no phase of this plan; did you mean" in result.stderr
    )
    assert result.stdout == ""


def test_plans_of_child_programs_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    """And, like any other, are told their faults with a place."""
    child = (RESET.parents[1] / "sfa" / "wto-accession" / "plan.yaml").read_text(encoding="utf-8")
    file = tmp_path / "plan.yaml"
    file.write_text(RESET.read_text(encoding="utf-8"))
    assert accord("plan", "check", file).exit_code == 0
    (tmp_path / "wto-accession.yaml").write_text(child.replace("revenue_diversified:", "revenue_varied:"))
    result = accord("plan", "check", file)
    assert result.exit_code == 1
    assert "in wto-accession: plan.yaml:" in result.stderr


def test_a_child_program_without_a_plan_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(RESET.read_text(encoding="utf-8").replace("plan: wto-accession", "plan: wto-access"))
    result = accord("plan", "check", file)
    assert "programs.wto_accession.plan: the plan wto-access is not at hand" in result.stderr


@pytest.mark.parametrize("command", [("plan", "check"), ("plan", "show"), ("rehearse",)])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file"),
        (b"", "the document is empty"),
        (b"accord: 1\ntitle: caf\xe9\n", ":2:11: this byte is not UTF-8; save the file as UTF-8"),
        (b"a" * 300_000, "larger than 256 KiB"),
        (b"title: [", "not readable as YAML"),
        (b"- a\n", "1:1: "),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, command: tuple[str, ...], content: bytes | None, sentence: str) -> None:
    """One line that says what is wrong, and no traceback."""
    file = tmp_path / "plan.yaml"
    if content is not None:
        file.write_bytes(content)
    result = accord(*command, file)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert str(file) in result.stderr


def test_a_folder_is_no_plan() -> None:
    result = accord("plan", "check", PLANS)
    assert (result.exit_code, result.stderr) == (1, f"{PLANS}: is a folder; name the file in it\n")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """Some editors on Windows write one."""
    file = tmp_path / "plan.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + RESET.read_bytes())
    assert accord("plan", "check", file).exit_code == 0


def test_several_files_are_checked_at_once(tmp_path: Path) -> None:
    """As a pipeline does with all that it keeps."""
    file = tmp_path / "plan.yaml"
    file.write_text(RESET.read_text(encoding="utf-8").replace("- phase: announcement", "- phase: anouncement"))
    result = accord("plan", "check", RESET, file, tmp_path / "none.yaml")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{RESET}: sound. ")
    assert "did you mean announcement?" in result.stderr
    assert "none.yaml: there is no such file" in result.stderr


def test_what_is_found_is_told_to_programs(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(RESET.read_text(encoding="utf-8").replace("opened_in: sfa_programs", "opened_in: sfa", 1))
    result = accord("plan", "check", "--json", RESET, file, tmp_path / "none.yaml")
    assert (result.exit_code, result.stderr) == (1, "")
    sound, faulty, missing = json.loads(result.stdout)
    assert (sound["sound"], sound["counts"]["milestone"], sound["faults"]) == (True, 10, [])
    (fault,) = faulty["faults"]
    assert (fault["place"], fault["column"]) == ("programs.wto_accession.opened_in", 16)
    assert fault["message"].startswith("sfa is no phase of this plan")
    assert (missing["sound"], missing["faults"][0]["line"]) == (False, None)


def test_values_of_parameters() -> None:
    assert accord("plan", "check", RESET, "--set", "stability_length=PT20S", "--set", "settling=PT0S").exit_code == 0
    for words, sentence in (
        ("stability_length", "write NAME=VALUE"),
        ("stability=P3M", "did you mean stability_length?"),
        ("stability_length=soon", "is no duration"),
    ):
        result = accord("plan", "check", RESET, "--set", words)
        assert result.exit_code == 1
        assert sentence in result.stderr


def test_the_schema_is_json() -> None:
    result = accord("plan", "schema")
    assert json.loads(result.stdout)["$defs"]["ParameterReference"]["type"] == "string"


def test_a_plan_is_drawn() -> None:
    assert "stability kept for P6M, settling for P3D" in accord("plan", "show", RESET).stdout
    assert accord("plan", "show", RESET, "--mermaid").stdout.startswith("flowchart LR\n")


def test_a_story_is_told_in_local_time_with_its_effects() -> None:
    result = accord("rehearse", LAST_DAY)
    assert result.exit_code == 0
    assert "2025-04-22 09:00  leila: incident rockets confirmed as serious" in result.stdout
    assert "2025-10-25 00:00  - stability period of stability kept" in result.stdout
    assert "as expected (11 expectations" in result.stdout


def test_a_story_can_be_told_without_its_effects_or_not_at_all() -> None:
    acts = accord("rehearse", LAST_DAY, "--acts-only").stdout
    assert "leila: incident rockets confirmed" in acts
    assert "  - " not in acts
    assert len(accord("rehearse", RESET, LAST_DAY, "--quiet").stdout.splitlines()) == 1


def test_a_broken_expectation_is_explained() -> None:
    """With its place in the story, what was expected, how it is instead, and why."""
    result = accord("rehearse", LAST_DAY, "-q", "--set", "stability_length=P3M")
    assert result.exit_code == 1
    line = next(
        number for number, text in enumerate(LAST_DAY.read_text().splitlines(), 1) if "completes_on: 2025-04-25" in text
    )
    assert f"{LAST_DAY}:{line}:9: " in result.stderr
    assert "to be 2025-04-25, but it is 2025-01-25 (counted from 2024-10-22)" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("by: omar", "by: omra", "omra is nobody of the story; did you mean omar"),
        ("do: report_incident", "do: report_incidents", "report_incident"),
        ("severity: serious\n", "severity: serious\n      gravity: 3\n", "gravity: is not a field of this place"),
        ("at: 2025-04-22T09:00", "at: 2025-04-20T09:00", "time runs forward"),
        ("at: 2025-04-22T09:00", "at: tomorrow", "steps.4.at"),
        ("happened_at: 2025-04-21T22:30", "happened_at: last night", "happened_at"),
        ("achieve: [safety_guaranteed, campaign_begun]", "achieve: [safety_garanteed]", "did you mean safety_guaranteed"),
        ("  yusuf: [{role: verifier, party: hmc}]\n", "", "verifier for iraq or hmc, apart from iraq, whose own it is"),
        ("starts: 2024-10-01T09:00", "starts: 2024-13-01T09:00", "starts"),
        ("at: 2025-04-22T09:00", "at: 2025-02-31T09:00", "steps.4.at"),
    ],
)
def test_a_story_that_cannot_be_told(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """Its faults are told like a plan's, with file, line and column."""
    text = LAST_DAY.read_text(encoding="utf-8").replace("plan: ../plan.yaml", f"plan: {RESET}")
    assert old in text
    file = tmp_path / "story.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = accord("rehearse", file, "-q")
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert result.stderr.startswith(f"{file}:")
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_fault_of_the_plan_names_the_plan(tmp_path: Path) -> None:
    broken = tmp_path / "plan.yaml"
    broken.write_text(RESET.read_text().replace("- phase: announcement", "- phase: announcment", 1))
    result = accord("rehearse", broken, LAST_DAY)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{broken}:")


def test_a_broken_expectation_is_told_with_the_entries_around_it() -> None:
    told = accord("rehearse", LAST_DAY, "-q", "--set", "stability_length=P3M").stderr.splitlines()
    here = told.index("    (here it was expected)")
    assert all(line.startswith("    20") for line in (*told[1:here], told[here + 1]))
    assert here > 2


def test_a_story_is_told_as_far_as_somebody_asks_or_on_with_nobody_acting() -> None:
    short = accord("rehearse", LAST_DAY, "--until", "2025-04-21T00:00")
    assert short.exit_code == 0
    assert "rockets" not in short.stdout
    assert "as expected until 2025-04-21T00:00" in short.stdout
    assert "iraq STANDS STILL" in accord("rehearse", LAST_DAY, "--until", "2032-01-01T00:00").stdout
    assert "--until tomorrow" in accord("rehearse", LAST_DAY, "--until", "tomorrow").stderr


WAIVER = PLANS / "templates" / "waiver-and-extension" / "plan.yaml"


def test_what_one_plan_says_otherwise_than_another(tmp_path: Path) -> None:
    """As an amendment would have it: comments and the order of fields change nothing."""
    other = tmp_path / "plan.yaml"
    text = WAIVER.read_text(encoding="utf-8")
    other.write_text("# mine\n" + text, encoding="utf-8")
    assert accord("plan", "diff", WAIVER, other).stdout == "Both say the same.\n"
    other.write_text(text.replace("within: P30D", "within: P60D", 1).replace(", note: Owes the steps.", ""), encoding="utf-8")
    told = accord("plan", "diff", WAIVER, other).stdout.splitlines()
    assert told == ["- parties.state.note: Owes the steps.", "~ procedures.board.within: P30D -> P60D"]
    assert json.loads(accord("plan", "diff", WAIVER, other, "--json").stdout)[1]["after"] == "P60D"


def test_a_plan_is_put_into_form_and_says_what_it_said(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    text = WAIVER.read_text(encoding="utf-8")
    file.write_bytes(text.replace("phases:\n", "\n\n\nphases:  \n\n").replace("\n", "\r\n").encode() + b"\r\n")
    assert accord("plan", "fmt", "--check", file).exit_code == 1
    assert accord("plan", "fmt", file).stdout == f"{file}: changed.\n"
    assert file.read_bytes().decode() == text.replace("phases:\n", "phases:\n\n")
    assert accord("plan", "fmt", "--check", file).exit_code == 0


@pytest.mark.parametrize("file", sorted(PLANS.rglob("*.yaml")), ids=lambda file: str(file.relative_to(PLANS)))
def test_our_plans_and_stories_are_in_form(file: Path) -> None:
    assert plan_fmt.format_text(file.read_text(encoding="utf-8")) == file.read_text(encoding="utf-8")


def test_a_plan_of_ones_own_out_of_a_template(tmp_path: Path) -> None:
    folder = tmp_path / "my-plan"
    answers = "The North\nThe Bank\nMine: the plan\nA letter\nUTC\n"
    made = CliRunner().invoke(app, ["plan", "new", str(folder), "--from", "waiver-and-extension"], input=answers)
    assert made.exit_code == 0, made.output
    text = (folder / "plan.yaml").read_text(encoding="utf-8")
    for words in ('plan: "my-plan"', 'title: "Mine: the plan"', 'name: "The North"', 'time_zone: "UTC"'):
        assert words in text
    assert accord("plan", "check", folder / "plan.yaml").exit_code == 0
    assert "there is a plan already" in accord("plan", "new", folder, "--from", "snapback").stderr
    assert "did you mean snapback?" in accord("plan", "new", tmp_path / "other", "--from", "snapbak").stderr


def test_a_plan_is_checked_again_after_each_change(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text("one", encoding="utf-8")
    ended, seen = Event(), 0
    for _ in plan.watch_files([file], ended, every=0):
        seen += 1
        if seen == 3:
            ended.set()
        file.write_text("more" * seen, encoding="utf-8")
    assert seen == 3


def test_three_files_are_one_too_many() -> None:
    assert accord("rehearse", RESET, LAST_DAY, LAST_DAY).exit_code == 1
