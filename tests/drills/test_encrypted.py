"""With a folder of keys, Temporal keeps programs without being able to read of them: nothing tells a title or a name."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sysconfig
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cli.demo import Demo
from cli.service import ServiceClient as Api
from db.ledger import read
from db.pools import ReadPool
from db.program_cache import ProgramCache
from db.queries import Queries
from tests.drills.test_temporal_away import told
from tests.whole.acting import Insisting
from tests.whole.producer import producer
from tests.whole.running import Service, service
from tests.whole.test_checks import run_now, started, until
from tests.whole.test_story import TITLE
from workflows.messages import program_workflow
from workflows.state import headlines, program_state

PAGES = "http://pages.example:8233"
SHORTEST = 5
"""Letters of what is looked for; what is shorter stands in any file of this size by chance."""

FIGURE = re.compile(r"[0-9a-f]+|[\d.,:TZP+-]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Numbers, hashes, ids and instants."""

OF_TEMPORAL = frozenset(
    word
    for line in (
        "accord agree agreed change changed check checks child completed content count default event format index length",
        "members notification parent program report running source started status strike terminated version",
    )
    for word in line.split()
)
"""Words of Temporal's own tables, of standings, and of the names of our namespace, workflows, activities and signals."""

ZONE = "Asia/Baghdad"
"""Temporal computes with it when a check runs next, so a schedule has to say it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A service whose story is over, and all that was said in it."""

    service: Service
    story: str
    words: frozenset[str]


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    keys = tmp_path_factory.mktemp("keys")
    (keys / "2026-11").write_bytes(b64encode(bytes(range(32))))
    (keys / "2026-11").chmod(0o600)
    home = tmp_path_factory.mktemp("encrypted") / "home"
    with service(home, ACCORD_CODEC_KEYS=str(keys), ACCORD_TEMPORAL_UI=PAGES) as running:
        yield running


@pytest.fixture(scope="module")
async def story(encrypted: Service) -> Told:
    """A start, gates, strikes, child programs; a check that is answered, and one that is denied; an end."""
    said: list[str] = []
    async with Api(encrypted.api) as api:
        await Demo(api, encrypted.people, said.append).run()
        page = await api.read(encrypted.people["officer"], "/programs", plan="us-iraq-reset")
    (program,) = [line["id"] for line in page["programs"] if line["title"] == TITLE]
    with producer() as observatory:
        async with Insisting(encrypted) as client:
            checked = await started(client, encrypted, observatory)
            await until(client, checked, lambda check: check["next_run"] is not None)
            await run_now(encrypted, checked)
            await until(client, checked, lambda check: check["health"] == "ok")
            observatory.status = 403
            await run_now(encrypted, checked)
            await until(client, checked, lambda check: check["health"] == "failing")
            await client.act("hmc-authority", checked, "/terminations", {"reason": "The ministers have agreed otherwise."})
    await told(encrypted, checked)
    await told(encrypted, program)
    return Told(encrypted, program, frozenset(await words(encrypted)))


async def words(whole: Service) -> set[str]:
    """Every text and name of every ledger and plan, and each sentence on an entry."""
    found = set[str]()
    async with ReadPool(whole.addresses["database_url"], size=2) as reader:
        programs, queries = ProgramCache(reader), Queries(reader)
        for row in await reader.rows("SELECT id FROM program"):
            kept = await programs.load(row["id"])
            assert kept is not None
            plan = kept.program.plan
            found |= set(texts(plan.model_dump(mode="json"))) | set(texts(program_state(row["id"], kept, 1).model_dump()))
            rows = [stored async for stored in queries.stored(row["id"])]
            found |= {text for stored in rows for text in texts(json.loads(stored.body))}
            found |= {line.what for line in headlines([read(stored.leaf, stored.body) for stored in rows], plan)}
    told = {line.strip() for text in found for line in text.splitlines()}
    return {text for text in told if len(text) >= SHORTEST and text not in OF_TEMPORAL | {ZONE} and not FIGURE.fullmatch(text)}


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, held in value.items():
                yield str(name)
                yield from texts(held)
        case list() | tuple():
            for held in value:
                yield from texts(held)
        case _:
            return


async def test_search_attributes_tell_how_far_a_program_is_and_nothing_of_it(story: Told) -> None:
    temporal = await story.service.temporal()
    found = [run async for run in temporal.list_workflows("WorkflowType = 'ProgramWorkflow'")]
    assert len(found) > 4
    told = {pair.key.name for run in found for pair in run.typed_search_attributes}
    assert told <= {"AccordStanding", "AccordParent", "AccordEntry", "AccordNextDue", "BuildIds"}


async def test_the_history_is_read_through_the_service_by_who_may(story: Told) -> None:
    """As Temporal's own command asks for it."""
    command = [str(Path(sysconfig.get_path("scripts")) / "temporal"), "workflow", "show", "--output", "json"]
    command += ["--address", story.service.addresses["temporal_address"], "--namespace", "accord"]
    command += ["--workflow-id", program_workflow(story.story)]
    command += ["--codec-endpoint", f"{story.service.api}/api/v1/temporal"]
    command += ["--codec-auth", f"Bearer {story.service.people['officer'].token}"]
    answer = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    said = " ".join(b64decode(one).decode(errors="replace") for one in re.findall(r'"data": "([^"]*)"', answer.stdout))
    assert TITLE in said
    assert "incident rockets confirmed" in said.lower()


async def test_temporals_pages_may_ask_from_their_origin_and_no_other(story: Told) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    address = f"{story.service.api}/api/v1/temporal/decode"
    headers = {"Authorization": f"Bearer {story.service.people['officer'].token}"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        for origin, allowed in ((PAGES, PAGES), ("http://elsewhere.example", None)):
            before = await client.options(address, headers={"Origin": origin, **asks})
            answer = await client.post(address, json={"payloads": []}, headers={"Origin": origin, **headers})
            assert (before.status_code == 204) is (allowed is not None)
            for one in (before, answer):
                assert one.headers.get("access-control-allow-origin") == allowed
            assert answer.json() == {"payloads": []}


async def test_nothing_that_was_said_stands_in_temporals_files(story: Told) -> None:
    """It comes last: the service is stopped for it."""
    assert {TITLE, "wto_accession", "Smoke, as the Observatory says"} <= story.words
    story.service.stop()
    files = [path for path in (story.service.home / "temporal").iterdir() if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    assert program_workflow(story.story).encode() in kept
    assert sorted(word for word in story.words if word.encode() in kept) == []


async def test_without_keys_the_same_files_tell_all(whole: Service) -> None:
    """Or the search above would find nothing, whatever stands there."""
    async with Insisting(whole) as client:
        program = await client.start()
        await told(whole, program)
    kept = b"".join(path.read_bytes() for path in (whole.home / "temporal").iterdir() if path.is_file())
    assert b"A plan with one short clock" in kept
