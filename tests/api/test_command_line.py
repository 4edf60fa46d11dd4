"""Reading at the command line, from a service at any address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.remote.program_reads import commands
from tests.api.conftest import Door
from tests.api.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "config")


@pytest.fixture
async def logged_in(terminal: Terminal, door: Door) -> Terminal:
    said = await terminal.login(door, "saul")
    assert said.code == 0, said.err
    assert said.out.startswith("You are saul, representative of south, until ")
    return terminal


async def test_a_login_is_kept_for_its_user_alone(logged_in: Terminal, door: Door) -> None:
    assert logged_in.kept.stat().st_mode & 0o777 == 0o600
    assert logged_in.kept.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(logged_in.kept.read_text())["tokens"] == {str(door.client.base_url): door.secrets["saul"]}
    logged_in.kept.chmod(0o644)
    said = await logged_in.accord("programs")
    assert (said.code, said.out) == (2, "")
    assert "can be read by others: chmod 600" in said.err
    assert (await logged_in.accord("logout")).code == 0
    assert not logged_in.kept.exists()


async def test_a_token_that_opens_nothing_is_not_kept(terminal: Terminal, door: Door) -> None:
    said = await terminal.accord("login", str(door.client.base_url), ACCORD_TOKEN="accord_" + "x" * 43)
    assert (said.code, terminal.kept.exists()) == (1, False)
    assert "401 unauthenticated: The token is unknown, expired or revoked." in said.err
    nobody = await terminal.accord("login", "http://127.0.0.1:1", ACCORD_TOKEN=door.secrets["saul"])
    assert nobody.code == 3
    assert nobody.err.startswith("accord: http://127.0.0.1:1 does not answer as a service of this kind")
    assert (await terminal.accord("programs")).err.startswith("accord: Log in first: accord login ADDRESS")


async def test_a_member_reads_where_a_program_stands(logged_in: Terminal, door: Door) -> None:
    listed = await logged_in.accord("programs")
    assert door.program in listed.out
    assert "Truce and trade" in listed.out
    shown = await logged_in.accord("show", door.program[:8])
    assert "Truce and trade (truce) is running, as of entry" in shown.out
    blocked = await logged_in.accord("blocking", door.program)
    assert "north" in blocked.out
    owed = await logged_in.accord("owed", "--party", "north")
    assert "evidence: Announced" in " ".join(owed.out.replace("│", " ").split())
    for said in (listed, shown, blocked, owed):
        assert said.code == 0
        assert max(map(len, said.out.splitlines())) <= 80


@pytest.mark.own_service
async def test_programs_are_answered_as_the_api_answers(logged_in: Terminal, door: Door) -> None:
    told = json.loads((await logged_in.accord("show", door.program, "--json")).out)
    asked = (await door.get("saul", "/programs/{program}")).json()
    assert (list(told), told["seq"]) == (list(asked), asked["seq"])
    blocks = json.loads((await logged_in.accord("blocking", door.program, "--json")).out)
    asked = (await door.get("saul", "/programs/{program}/blocking")).json()
    assert [gate["sentence"] for gate in blocks["gates"]] == [gate["sentence"] for gate in asked["gates"]]
    (line,) = json.loads((await logged_in.accord("programs", "--json", "--standing", "running")).out)
    assert line["id"] == door.program


async def test_a_ledger_is_read_beyond_its_first_page(logged_in: Terminal, door: Door) -> None:
    acts = [
        {
            "key": f"m{n}",
            "deed": {"kind": "report_incident", "incident": f"i{n}", "incident_kind": "attack", "severity": "minor"}
            | {"happened_at": "2020-01-01T00:00:00Z", "place": "[bold]X", "account": "Y"},
        }
        for n in range(120)
    ]
    assert (await door.post("nora", "/programs/{program}/acts", {"acts": acts})).status_code == 201
    told = json.loads(
        (await logged_in.accord("ledger", door.program, "--json", "--limit", "115", "--kind", "incident_reported")).out
    )
    assert [entry["fact"]["incident"] for entry in told] == [f"i{n}" for n in range(115)]
    last = await logged_in.accord("ledger", door.program, "--newest-first", "--limit", "1", "--actor", "nora")
    assert "nora (recorder of north)" in " ".join(last.out.replace("│", " ").split())


async def test_what_the_service_refuses_is_told_with_what_it_would_accept(logged_in: Terminal, door: Door) -> None:
    said = await logged_in.accord("ledger", door.program, "--kind", "incident_reportd")
    assert (said.code, said.out) == (2, "")
    assert "query.kind: is no kind of fact; did you mean incident_reported" in said.err
    unknown = await logged_in.accord("show", "ffff0000")
    assert unknown.err == "accord: no program's id begins with ffff0000\n"


async def test_a_token_goes_to_no_other_address_than_it_was_given_for(logged_in: Terminal) -> None:
    said = await logged_in.accord("--address", "http://127.0.0.1:1", "programs")
    assert (said.code, said.out) == (2, "")
    assert said.err == "accord: No token is kept for http://127.0.0.1:1. Log in there: accord login http://127.0.0.1:1\n"


async def test_one_of_several_services_is_named_by_its_address(logged_in: Terminal, door: Door) -> None:
    other = str(door.client.base_url).replace("127.0.0.1", "localhost")
    assert (await logged_in.accord("login", other, ACCORD_TOKEN=door.secrets["olga"])).code == 0
    last = json.loads((await logged_in.accord("me", "--json")).out)
    first = json.loads((await logged_in.accord("--address", str(door.client.base_url), "me", "--json")).out)
    assert (last["person"], first["person"]) == ("olga", "saul")


async def test_every_question_about_a_program_is_a_table(logged_in: Terminal, door: Door) -> None:
    for name in commands():
        said = await logged_in.accord(name, door.program[:8])
        assert said.code == 0, (name, said.err)
        assert max(map(len, said.out.splitlines())) <= 80
        assert (await logged_in.accord(name, door.program, "--json")).code == 0


async def test_blocking_says_what_is_overdue_and_what_would_bring_it_on(logged_in: Terminal, door: Door) -> None:
    said = await logged_in.accord("blocking", door.program)
    assert "Brought on by: record evidence" in " ".join(said.out.replace("│", " ").split())


async def test_a_shell_completes_programs_milestones_and_commands(logged_in: Terminal, door: Door) -> None:
    def typed(words: str) -> dict[str, str]:
        return {"_ACCORD_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}

    assert (await logged_in.accord(**typed(f"accord show {door.program[:4]}"))).out.split() == [door.program]
    assert (await logged_in.accord(**typed(f"accord observe {door.program} annou"))).out.split() == ["announced"]
    assert (await logged_in.accord(**typed("accord bloc"))).out.split() == ["blocking"]
