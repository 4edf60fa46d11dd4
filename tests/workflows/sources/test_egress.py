"""Egress: allowed destinations, rate limits, and protection of secrets."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from rules.vocabulary.readings import NoReading
from tests.workflows.sources.producers import Producers, Served, asked, read, secrets
from tests.workflows.sources.test_hostile import HOST, JSON, one
from workflows.sources.adapter import Ask
from workflows.sources.answers import Denied, NoAnswer
from workflows.sources.egress import AnswerLimits
from workflows.sources.json_http import JsonHttpAdapter
from workflows.sources.public_addresses import is_public
from workflows.sources.rate_limit import HostRateLimits, retry_after
from workflows.sources.secrets import Secrets

SECRET = "s3cret-t0ken"  # noqa: S105  made up
URL = f"https://{HOST}/series"


def nothing(_: str) -> None:
    pass


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104  looked at, not listened on
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "3fff::1",
        "5f00::1",
        "2001::1",
        "2001:db8::1",
        "2002:0808:0808::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_of_the_public_internet_is_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111"])
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(ip_address(address))


async def test_a_name_is_looked_up_once_and_that_address_is_asked(producers: Producers) -> None:
    """A second answer of the DNS, a moment later, would lead inside."""
    asked_for: list[str] = []

    async def changing(name: str) -> list[str]:
        asked_for.append(name)
        return ["127.0.0.1"] if len(asked_for) == 1 else ["10.0.0.7"]

    producers.answers[f"{HOST}/series"] = Served("{}")
    line = producers.line(HOST, resolver=changing)
    answer = await line.get(URL, nothing)
    assert (answer.body, asked_for) == (b"{}", [HOST])
    with pytest.raises(Denied, match=r"10\.0\.0\.7"):
        await line.get(URL, nothing)
    assert producers.connections == 1


async def test_each_step_of_a_redirect_is_looked_up_and_checked(producers: Producers) -> None:
    found = iter((["127.0.0.1"], ["10.0.0.7"]))

    async def changing(_: str) -> list[str]:
        return next(found)

    producers.answers[f"{HOST}/series"] = Served(status=301, headers={"Location": "/elsewhere"})
    with pytest.raises(Denied, match=r"10\.0\.0\.7"):
        await producers.line(HOST, resolver=changing).get(URL, nothing)


async def test_a_redirect_on_the_same_host_is_followed(producers: Producers) -> None:
    producers.answers[f"{HOST}/series"] = Served(status=301, headers={"Location": "/there"})
    producers.answers[f"{HOST}/there"] = Served("here")
    assert (await producers.line(HOST).get(URL, nothing)).body == b"here"


async def test_three_redirects_are_followed_and_no_fourth(producers: Producers) -> None:
    producers.answers[f"{HOST}/series"] = [Served(status=302, headers={"Location": "/series"})] * 3 + [Served("here")]
    assert (await producers.line(HOST).get(URL, nothing)).body == b"here"
    producers.answers[f"{HOST}/series"] = Served(status=302, headers={"Location": "/series"})
    with pytest.raises(Denied, match="3 are followed"):
        await producers.line(HOST).get(URL, nothing)
    assert producers.connections == 8


async def test_a_host_that_the_plan_does_not_name_is_never_asked(producers: Producers) -> None:
    with pytest.raises(Denied, match=r"is no host of this plan; did you mean data\.example\.test"):
        await producers.line(HOST).get("https://dota.example.test/", nothing)
    assert producers.connections == 0


async def test_a_proxy_of_the_environment_is_not_used(producers: Producers, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    producers.answers[f"{HOST}/series"] = Served("{}")
    assert (await producers.line(HOST).get(URL, nothing)).body == b"{}"


async def test_who_asks_names_itself(producers: Producers) -> None:
    producers.answers[f"{HOST}/series"] = Served("{}")
    await producers.line(HOST).get(URL, nothing)
    assert producers.heard[0]["headers"]["user-agent"].startswith("Accord/")


async def test_too_many_requests_are_asked_again_after_the_time_they_name(producers: Producers) -> None:
    producers.answers[f"{HOST}/series"] = [Served(status=429, headers={"Retry-After": "0"}), Served(one("1"))]
    assert not isinstance(await read(asked(JSON), producers.line(HOST)), NoReading)


async def test_a_rest_that_is_too_long_is_left_to_the_next_try(producers: Producers) -> None:
    producers.answers[f"{HOST}/series"] = Served(status=429, headers={"Retry-After": "7200"})
    with pytest.raises(NoAnswer, match="429") as fault:
        await producers.line(HOST).get(URL, nothing)
    assert fault.value.again_in == timedelta(hours=2)


async def test_a_producer_that_is_down_is_asked_again_by_the_next_try(producers: Producers) -> None:
    producers.answers[f"{HOST}/series"] = [Served(status=503), Served(one("1"))]
    line = producers.line(HOST)
    with pytest.raises(NoAnswer, match="503"):
        await read(asked(JSON), line)
    assert not isinstance(await read(asked(JSON), line), NoReading)


def test_the_time_to_come_again_is_read_in_both_of_its_forms() -> None:
    assert retry_after("120") == timedelta(minutes=2)
    soon = retry_after((datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert soon is not None
    assert timedelta(minutes=58) < soon <= timedelta(hours=1)
    assert [retry_after(text) for text in ("Wed, 01 Jan 2020 00:00:00 GMT", "soon", "9" * 40, None)] == [
        timedelta(),
        None,
        None,
        None,
    ]


async def test_no_more_than_agreed_ask_one_host_at_once() -> None:
    manners = HostRateLimits(at_once=2, pause=0)
    inside = most = 0

    async def one_request() -> None:
        nonlocal inside, most
        async with manners.slot(HOST, nothing):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one_request() for _ in range(9)))
    assert most == 2


async def test_a_pause_lies_between_two_requests() -> None:
    manners, loop = HostRateLimits(at_once=9, pause=0.02), asyncio.get_running_loop()
    began: list[float] = []

    async def one_request() -> None:
        async with manners.slot(HOST, nothing):
            began.append(loop.time())

    await asyncio.gather(*(one_request() for _ in range(3)))
    assert began[2] - began[0] >= 0.039


async def test_the_answers_of_one_run_are_bounded_together(producers: Producers) -> None:
    """A hundred pages, each just small enough, would fill the memory of the worker."""
    producers.answers[f"{HOST}/series"] = Served(" " * 600)
    line = producers.line(HOST, limits=AnswerLimits(run=1000))
    await line.get(URL, nothing)
    with pytest.raises(Denied, match="larger than 400 bytes"):
        await line.get(URL, nothing)


async def test_a_long_fetch_says_how_far_it_is(producers: Producers) -> None:
    """Otherwise nobody can tell one that goes on from one that hangs."""
    producers.answers[f"{HOST}/series"] = Served(one("1"))
    told: list[str] = []
    ask = asked(JSON | {"paging": {"page": "page", "size": 1, "at_most": 3}})
    with pytest.raises(Denied, match="more than 3 pages"):
        await JsonHttpAdapter().fetch(ask, producers.line(HOST), told.append)
    assert [line for line in told if line.startswith("page")] == ["page 1", "page 2", "page 3"]
    assert f"asks {HOST}" in told


def with_secret() -> Ask:
    return asked(JSON | {"auth": {"header": "X-Key", "secret": "key"}})


class TestSecrets:
    async def test_a_secret_is_read_from_the_environment_or_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text(f"{SECRET}\n")
        (tmp_path / "key.hosts").write_text(f"other.example.test, {HOST}\n")
        for held in (secrets(HOST, key=SECRET), Secrets({"ACCORD_SECRETS": str(tmp_path)})):
            assert held.for_host("key", HOST).get_secret_value() == SECRET

    async def test_a_secret_is_sent_to_no_host_that_the_operator_has_not_named(self, producers: Producers) -> None:
        """A plan is written by others, and could name a host of its own."""
        line = producers.line(HOST, secrets=secrets("api.example.test", key=SECRET))
        with pytest.raises(
            NoAnswer, match=r"may not be sent to data\.example\.test: if it may, name the host in ACCORD_SECRET_KEY_HOSTS"
        ):
            await read(with_secret(), line)
        assert producers.connections == 0

    async def test_a_token_is_for_the_producer_and_not_for_whom_it_points_to(self, producers: Producers) -> None:
        """A description beside the figures, or a next page, may lie on another host of the plan."""
        other = "files.example.test"
        producers.answers[f"{HOST}/series"] = Served({"rows": [], "next": f"https://{other}/more"})
        producers.answers[f"{other}/more"] = Served({"rows": []})
        producers.answers[f"{other}/about"] = Served({"edition": "1"})
        source = JSON | {
            "auth": {"header": "X-Key", "secret": "key"},
            "paging": {"next": "next"},
            "edition": {"url": f"https://{other}/about", "at": "edition"},
        }
        await read(asked(source), producers.line(HOST, other, secrets=secrets(HOST, key=SECRET)))
        assert [(heard["path"], heard["headers"].get("x-key")) for heard in producers.heard] == [
            ("/series", SECRET),
            ("/more", None),
            ("/about", None),
        ]

    async def test_without_its_secret_nothing_is_asked(self, producers: Producers) -> None:
        with pytest.raises(NoAnswer, match="give the worker ACCORD_SECRET_KEY, or a file key in ACCORD_SECRETS"):
            await read(with_secret(), producers.line(HOST))
        assert producers.connections == 0

    @pytest.mark.parametrize(
        "served", [Served(status=403), Served(status=500), Served(raw=b"?"), Served(one("x")), Served(one("1"))]
    )
    async def test_a_secret_stands_in_no_sentence_answer_or_log(
        self, producers: Producers, served: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        producers.answers[f"{HOST}/series"] = served
        line = producers.line(HOST, secrets=secrets(HOST, key=SECRET))
        told: list[str] = []
        try:
            told.append(repr(await read(with_secret(), line)))
        except NoAnswer as fault:
            told += [repr(fault), str(fault), repr(fault.__cause__)]
        assert producers.heard[0]["headers"]["x-key"] == SECRET
        assert SECRET not in "".join([*told, caplog.text, repr(line), repr(producers.gateway())])

    @pytest.mark.parametrize("served", [Served(status=401), Served("{}"), Served('{"access_token": "a\\nb"}'), Served("<p>")])
    async def test_a_grant_that_is_refused_is_told_without_what_was_sent(self, producers: Producers, served: Served) -> None:
        producers.answers[f"{HOST}/token"] = served
        auth = {"oauth": f"https://{HOST}/token", "grant": "client_credentials", "client_id": "me", "client_secret": "key"}
        line = producers.line(HOST, secrets=secrets(HOST, key=SECRET))
        try:
            told = repr(await read(asked(JSON | {"auth": auth}), line))
        except NoAnswer as fault:
            told = str(fault)
        assert HOST in told or "no token was given" in told
        assert SECRET not in told
        assert SECRET.encode() in producers.heard[0]["body"]
