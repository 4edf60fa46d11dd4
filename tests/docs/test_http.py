"""docs/reference/http.md says what the door does: its routes, its roles, its problems."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api import problems
from api.problem_codes import PLAIN, status_of
from rules.authority import MAY, NARROWER
from rules.refusals import Code
from tests.api.conftest import application
from tests.docs.reading import ROOT, rows, section

PAGE = ROOT / "docs" / "reference" / "http.md"


def plain(cell: str) -> str:
    return cell.strip("`")


def test_every_refusal_is_listed_with_its_status() -> None:
    listed = [[plain(code), status] for code, status, _ in rows(section(PAGE, "### Refusals of the law"))]
    assert listed == [[code, str(status_of(code))] for code in Code]


def test_every_other_code_is_listed() -> None:
    """A code that is made up in a route would be told to callers and explained to nobody."""
    listed = {plain(code): status for code, status, _ in rows(section(PAGE, "### Problems of the door"))}
    made = {code for folder in ("api", "db") for path in (ROOT / folder).rglob("*.py") for code in codes(path)}
    made |= {*PLAIN.values(), "http_error"}
    assert set(listed) == made - (set(Code) - {"role_may_not"})
    assert {code: listed[code] for code in PLAIN.values() if code != "unreadable"} == {
        code: str(status) for status, code in PLAIN.items() if code != "unreadable"
    }


def codes(path: Path) -> Iterator[str]:
    """The literal codes with which problems and refusals are made in a file."""
    makers = {name for name, kind in vars(problems).items() if isinstance(kind, type) and issubclass(kind, problems.Problem)}
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        called = ast.unparse(node.func)
        is_maker = called in makers - {"NotFound", "Unauthenticated", "Unavailable"}
        is_base = called == "super().__init__" and path == Path(problems.__file__)
        if (is_maker or is_base) and isinstance(node.args[0].value, str):
            yield node.args[0].value


def test_every_role_is_told_what_it_may_do() -> None:
    listed = {plain(act): roles.split(", ") for act, _, roles in rows(section(PAGE, "## Who may do what"))}
    assert listed == {act: sorted(roles) for act, roles in (*MAY.items(), *NARROWER.items())}


def test_every_route_is_named() -> None:
    text = PAGE.read_text()
    found = [
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in application().openapi()["paths"].items()
        for method in methods
    ]
    spelled = [(route, route.replace(" /programs/{program}", " ", 1)) for route in found]
    assert [route for route, short in spelled if f"`{route}" not in text and f"`{short}" not in text] == []


def test_no_other_route_is_named() -> None:
    """A route that is gone would still be tried."""
    paths = application().openapi()["paths"]
    known = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in paths.items() for method in methods}
    named = re.findall(r"`(GET|POST) (/[^`?]*)", PAGE.read_text())
    assert {f"{m} {p}" for m, p in named if not {f"{m} {p}", f"{m} /programs/{{program}}{p}"} & known} == set()
