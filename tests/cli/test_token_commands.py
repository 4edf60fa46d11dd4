"""`accord token`, as somebody types it beside a database."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from cli import token


def accord(*words: str) -> Result:
    return CliRunner().invoke(token.app, list(words), env={"COLUMNS": "80"})


@pytest.fixture(autouse=True)
def beside(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)


def test_an_issued_token_is_printed_alone_and_its_id_beside_it() -> None:
    """A script takes the secret from what is printed, and the person who typed it the id."""
    issued = accord("issue", "amal", "--role", "verifier", "--party", "iraq", "--note", "laptop")
    assert issued.exit_code == 0, issued.output
    assert issued.stdout.startswith("accord_")
    assert len(issued.stdout.split()) == 1
    id_ = issued.stderr.split()[1].strip(",")
    assert UUID(id_).version == 4
    assert accord("revoke", id_).exit_code == 0
    (line,) = json.loads(accord("list", "--json").stdout)
    assert (line["id"], line["person"], line["note"]) == (id_, "amal", "laptop")
    assert line["revoked_at"] is not None
    assert "hash" not in line


def test_the_list_can_be_read_in_eighty_columns() -> None:
    """The id is what the next command is given: cut in two, it is of no use."""
    program = "6f1d3c52-6d3b-5c55-9c0e-0c7c5ad2d5d1"
    accord("issue", "zaynab-of-the-ministry", "--role", "representative", "--party", "iraq", "--note", "for the delegation")
    (line,) = json.loads(accord("list", "--json").stdout)
    shown = accord("list").stdout
    assert line["id"] in shown
    assert "representative" in shown
    assert "never used" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert (
        accord("issue", "omar", "--role", "monitor", "--program", program).stderr == f"accord: there is no program {program}\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--role", "verifier", "--party", "irak"],
            "irak is no party, body or assessor of a program or a kept plan; did you mean",
        ),
        (["--role", "officer", "--party", "iraq"], "who acts as officer acts for nobody; leave --party out"),
        (["--role", "verifier"], "a verifier acts for a --party"),
        (["--role", "reader"], "'reader' is not one of"),
    ],
)
def test_a_token_that_could_do_nothing_is_not_issued(words: list[str], sentence: str) -> None:
    refused = accord("issue", "amal", *words)
    assert refused.exit_code == 2
    assert sentence in " ".join(refused.stderr.replace("│", " ").split())
    assert json.loads(accord("list", "--json").stdout) == []
