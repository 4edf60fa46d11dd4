"""Habits of this repository, each with the fault that it prevents."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.run.lock", "requirements.build.lock", "requirements.lock")
REGISTRY = re.compile(
    r"registry\.npmjs\.org|pypi\.org|pythonhosted\.org|proxy\.golang\.org|crates\.io|registry-1\.docker\.io"
    r"|index-url[ =]+\S*://",
    re.IGNORECASE,
)


def files_of_the_repository() -> Iterator[Path]:
    """What git keeps or would keep; in an unpacked archive there is no git, and then everything that is not hidden."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, capture_output=True, text=True, check=False)
    names = answer.stdout.split("\0") if answer.returncode == 0 else [str(path) for path in ROOT.rglob("[!.]*")]
    return (ROOT / name for name in names if name and (ROOT / name).is_file())


def test_our_alembic_folder_is_no_package() -> None:
    """With an __init__.py it would be imported in place of the library."""
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_no_registry_is_named() -> None:
    """A lock that names where it was resolved can't be installed elsewhere, and sends everybody there."""
    named = []
    for path in files_of_the_repository():
        text = path.read_bytes().decode(errors="ignore")
        named += [f"{path.relative_to(ROOT)}: {found.group()}" for found in REGISTRY.finditer(text)]
    assert named == []


def test_no_package_of_somebody_else_is_kept_here() -> None:
    """A wheel in the repository is a dependency that nobody has named, hashed or looked at."""
    kept = [path.name for path in files_of_the_repository() if path.suffix in {".whl", ".egg", ".jar", ".so", ".tar", ".zip"}]
    assert kept == []


def settings_files() -> list[Path]:
    return [ROOT / "pyproject.toml", *sorted(path for path in files_of_the_repository() if path.name == "ruff.toml")]


def test_every_rule_that_is_off_says_why() -> None:
    """An ignore without a reason is never taken back."""
    bare = re.compile(r'^\s*"[A-Z]+[0-9]*",?\s*$')
    silent = [line for path in settings_files() for line in path.read_text().splitlines() if bare.match(line)]
    assert silent == []


def test_every_exception_in_the_code_names_its_rule() -> None:
    """A bare noqa also silences what will be wrong tomorrow."""
    bare = re.compile(r"#\s*noqa(?!: [A-Z]+\d+(, [A-Z]+\d+)*  \S)|type: ignore(?!\[)")
    sources = [path for path in files_of_the_repository() if path.suffix == ".py" and path != Path(__file__)]
    found = [f"{path.relative_to(ROOT)}: {line.strip()}" for path in sources for line in bare_lines(path, bare)]
    assert found == []


def bare_lines(path: Path, bare: re.Pattern[str]) -> list[str]:
    return [line for line in path.read_text().splitlines() if bare.search(line)]


@pytest.mark.parametrize("path", sorted((ROOT / "rules").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT / "rules")))
def test_the_law_imports_nothing_that_acts(path: Path) -> None:
    """What is decided today must be decided again in ten years, from the ledger alone."""
    ours = {"rules", "pydantic", "pydantic_core", "whenever", "yaml"}
    imported = {name.partition(".")[0] for name in imports(path)}
    assert imported - ours <= sys.stdlib_module_names
    assert not imported & {"os", "io", "random", "secrets", "time", "asyncio", "socket", "subprocess", "threading", "pathlib"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_locks_name_every_dependency() -> None:
    """A dependency added to pyproject.toml alone would be missing in a fresh clone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {"requirements.run.lock": project["project"]["dependencies"]}
    wanted["requirements.build.lock"] = project["build-system"]["requires"]
    wanted["requirements.lock"] = wanted["requirements.run.lock"] + project["dependency-groups"]["dev"]
    for name, dependencies in wanted.items():
        locked = set(re.findall(r"^([a-z0-9-]+)", (ROOT / name).read_text(), re.MULTILINE))
        assert {re.split(r"[\[<>=~! ]", dependency)[0] for dependency in dependencies} <= locked


def planned(goal: str, folder: Path) -> list[str]:
    """What make would do for a goal, in an environment that is not there yet."""
    asked = ["make", "-n", goal, f"VENV={folder / 'venv'}"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_running_installs_what_running_needs(tmp_path: Path) -> None:
    """Linters, browsers and pandas are more than half of the bytes."""
    run = [line for line in planned("run", tmp_path) if "requirements" in line]
    assert [re.findall(r"requirements[.\w]*lock", line) for line in run] == [
        ["requirements.run.lock", "requirements.build.lock"]
    ]


def test_testing_adds_to_what_runs(tmp_path: Path) -> None:
    """So that neither of the two takes the environment of the other away."""
    test = [line for line in planned("test", tmp_path) if "requirements" in line or "--clear" in line]
    assert ["--clear" in line for line in test] == [True, False, False]
    assert test[-1].endswith("-r requirements.lock")
    pins = {name: set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS}
    assert pins["requirements.run.lock"] | pins["requirements.build.lock"] <= pins["requirements.lock"]
