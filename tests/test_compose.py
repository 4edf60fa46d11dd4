"""What docker-compose.yml means, as Compose itself reads it."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
COMPOSE = Path(sysconfig.get_path("scripts")) / "docker-compose"
SETTINGS = {"ACCORD_SECRET_FILES": "/secrets", "TEMPORAL_DB_PASSWORD": "secret", "ACCORD_HOST": "accord.example"}
"""What somebody has to decide; none has a default."""


def config(folder: Path, profile: str = "*", **environment: str) -> subprocess.CompletedProcess[str]:
    """In an environment of our own: a developer's .env must not decide."""
    empty = folder / "empty.env"
    empty.touch()
    command = [str(COMPOSE), f"--env-file={empty}", f"--file={ROOT}/docker-compose.yml", f"--profile={profile}"]
    command += ["config", "--format=json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.defpath, **environment})


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    answer = config(tmp_path_factory.mktemp("compose"), **SETTINGS)
    assert answer.returncode == 0, answer.stderr
    return dict(json.loads(answer.stdout)["services"])


def waits_for(services: dict[str, Any], name: str) -> dict[str, str]:
    return {other: how["condition"] for other, how in services[name].get("depends_on", {}).items()}


@pytest.mark.parametrize("missing", SETTINGS)
def test_no_secret_has_a_default(tmp_path: Path, missing: str) -> None:
    answer = config(tmp_path, **{name: value for name, value in SETTINGS.items() if name != missing})
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_nothing_serves_before_the_migration_is_through(services: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        assert waits_for(services, name)["migrate"] == "service_completed_successfully"
    assert waits_for(services, "migrate") == {"ledger": "service_healthy"}


def test_no_program_starts_before_the_namespace_keeps_runs_for_ten_years(services: dict[str, Any]) -> None:
    """A run is kept for as long as its namespace said when it closed."""
    assert waits_for(services, "worker")["namespace"] == "service_completed_successfully"
    assert services["namespace"]["command"] == ["temporal", "prepare"]
    assert services["namespace"]["environment"]["ACCORD_RETENTION_DAYS"] == "3650"


def test_the_service_does_not_own_the_ledger(services: dict[str, Any]) -> None:
    """An owner can grant itself back what was taken from it."""
    for name in ("api", "worker"):
        environment = services[name]["environment"]
        assert environment["DATABASE_URL"].startswith("postgresql://accord_service@")
        assert environment["PGPASSWORD_FILE"] == "/run/passwords/service"
        assert [secret["source"] for secret in services[name]["secrets"]] == ["service"]
        assert "OWNER" not in json.dumps(environment)
    assert services["migrate"]["environment"]["DATABASE_OWNER_URL"].startswith("postgresql://accord_owner@")
    roles = (ROOT / "docker" / "create-roles.sh").read_text()
    assert "CREATE DATABASE accord OWNER accord_owner" in roles


def test_every_image_of_somebody_else_is_the_one_that_was_meant(services: dict[str, Any]) -> None:
    """A tag can be pushed again; a version and its digest together say which bytes run."""
    pinned = re.compile(r"[a-z/-]+:\d[\w.-]*@sha256:[0-9a-f]{64}")
    images = {service["image"] for service in services.values() if "build" not in service}
    images |= set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert [image for image in images if not pinned.fullmatch(image)] == []
    versions = {image.partition("@")[0] for image in images}
    assert {"temporalio/server:1.32.0", "temporalio/admin-tools:1.32.0"} <= versions  # one version: the schema is the server's


def test_our_own_image_has_the_version_of_the_package(services: dict[str, Any]) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in services.values() if "build" in service} == {f"accord:{version}"}


def test_nothing_is_open_to_other_machines(services: dict[str, Any]) -> None:
    """Temporal's pages ask nobody who they are, metrics neither, and the API has TLS in front of it."""
    open_ports = [(name, port) for name, service in services.items() for port in service.get("ports", [])]
    assert {name for name, port in open_ports if port.get("host_ip") != "127.0.0.1"} == {"proxy"}
    assert [name for name in ("api", "worker") if services[name].get("ports")] == []  # else a second could not be started


def test_temporals_pages_are_shown_only_where_that_is_asked_for(services: dict[str, Any], tmp_path: Path) -> None:
    """Whoever reaches them may terminate workflows."""
    plain = json.loads(config(tmp_path, profile="none", **SETTINGS).stdout)["services"]
    assert services.keys() - plain.keys() == {"temporal-ui"}


def test_no_container_has_more_than_it_needs(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["logging"]["options"].keys() >= {"max-size", "max-file"}, name
    assert {name for name, service in services.items() if service.get("cap_add")} == {"ledger", "temporal-db", "proxy"}
    assert {name for name, service in services.items() if service.get("read_only")} >= {
        "api",
        "worker",
        "migrate",
        "ledger",
        "proxy",
    }


def test_what_stays_up_says_when_it_is_well(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if service["restart"] == "unless-stopped":
            assert service["healthcheck"]["test"], name


def test_no_plan_can_name_the_password_of_the_database(services: dict[str, Any]) -> None:
    """A source is given what its plan names, out of one folder."""
    worker = services["worker"]
    assert [
        secret["target"] for secret in worker["secrets"] if secret["target"].startswith(worker["environment"]["ACCORD_SECRETS"])
    ] == []


def test_no_password_stands_in_the_description_of_a_container(services: dict[str, Any]) -> None:
    """But Temporal's, whose image takes it no other way."""
    named = {
        (name, key)
        for name, service in services.items()
        for key in service.get("environment", {})
        if any(word in key for word in ("PASSWORD", "PWD", "SECRET")) and not key.endswith(("_FILE", "_SECRETS"))
    }
    assert {name for name, _ in named} == {"temporal", "temporal-db", "temporal-schema"}


def test_the_image_has_what_it_is_made_of() -> None:
    """What .dockerignore leaves out cannot be copied, and what is not copied is missing when it starts."""
    copied = [line.split()[1:-1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")]
    wanted = {name for names in copied for name in names if not name.startswith(("--", "/"))}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert wanted == let_in
    ours = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert ours <= wanted


def test_the_image_runs_as_nobody_special() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert "USER accord" in last_stage.splitlines()


def test_the_image_gets_what_was_tested() -> None:
    """requirements.run.lock is requirements.lock without the tools of development."""

    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text()
        return {line.rstrip(" \\") for line in text.splitlines() if line and line[0].isalnum()}

    run, everything = pins("requirements.run.lock"), pins("requirements.lock")
    assert run < everything


def caddy() -> str:
    """The command, of a version that knows what we ask of it."""
    found = shutil.which("caddy")
    if found is None:
        pytest.skip("Caddy is not installed")
    told = subprocess.run([found, "version"], capture_output=True, text=True, check=True).stdout
    if [int(number) for number in re.findall(r"\d+", told)[:2]] < [2, 7]:
        pytest.skip("Caddy is older than 2.7")
    return found


def test_the_proxy_understands_its_settings(tmp_path: Path) -> None:
    command = [caddy(), "validate", "--adapter", "caddyfile", "--config", str(ROOT / "docker" / "Caddyfile")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": str(tmp_path)})
    assert answer.returncode == 0, answer.stderr
