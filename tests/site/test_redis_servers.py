"""Valid values of REDIS_URL, and the sentences for wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hubbub_site import redis_servers
from hubbub_site.config import Misconfigured
from tests.serving import new_site
from tests.site.sites import is_refused


def hosts_of(url: str) -> list[dict[str, Any]]:
    hosts: list[dict[str, Any]] = redis_servers.layer_of(url)["CONFIG"]["hosts"]
    return hosts


@pytest.mark.parametrize("url", ["redis://cache", "rediss://:pw@cache:6380/2", "unix:///run/redis.sock?db=1"])
def test_one_server(url: str) -> None:
    """A subscriber may be silent for hours, so redis-py must not time out. The time to connect is limited."""
    (host,) = hosts_of(url)
    assert host["address"] == url
    assert host["socket_timeout"] is None
    assert host["socket_connect_timeout"] <= 2
    cache = redis_servers.cache_of(url)
    assert cache["LOCATION"] == [url]
    assert cache["OPTIONS"]["socket_timeout"] <= 2


def test_several_are_shards_and_the_first_has_the_cache() -> None:
    url = "redis://one:6379/0, rediss://two"
    assert [host["address"] for host in hosts_of(url)] == ["redis://one:6379/0", "rediss://two"]
    assert redis_servers.cache_of(url)["LOCATION"] == ["redis://one:6379/0"]


@pytest.mark.parametrize(
    ("url", "server", "sentinel"),
    [
        ("sentinel://a:1,b/mine", {"password": None, "db": 0}, {"password": None}),
        ("sentinel://:p%40ss@a:1,b/mine?db=3", {"password": "p@ss", "db": 3}, {"password": None}),
        (
            "sentinel://a:1,b:26379/mine?username=hub&password=p%40ss&sentinel_password=s",
            {"username": "hub", "password": "p@ss"},
            {"password": "s"},
        ),
        ("sentinels://a:1,b/mine", {"ssl": True}, {"ssl": True}),
    ],
)
def test_sentinels_are_named_with_the_master(
    url: str, server: dict[str, Any], sentinel: dict[str, Any]
) -> None:
    (host,) = hosts_of(url)
    assert host["sentinels"] == [("a", 1), ("b", 26379)]
    assert host["master_name"] == "mine"
    assert host.items() >= server.items()
    assert host["sentinel_kwargs"].items() >= sentinel.items()
    assert host["socket_timeout"] is None
    assert host["sentinel_kwargs"]["socket_timeout"] < 1, "there must be time to ask a second one"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("cache:6379", "“cache:6379” is none of these"),
        ("http://cache", "must be redis://"),
        ("redis://", "names no server"),
        ("redis://cache:high", "names no server"),
        ("redis://cache/chat", "“chat” where the number of a database belongs"),
        ("redis://one,redis://one", "one server twice"),
        ("redis://one,", "“” is none of these"),
        ("redis://one,sentinel://two/mine", "“sentinel://two/mine” is none of these"),
        ("sentinel://a:26379", "must end with the name of the master"),
        ("sentinel:///mine", "address of a Sentinel"),
        ("sentinel://a:b/mine", "“a:b” where the address of a Sentinel belongs"),
        ("sentinel://a/mine?db=x", "“x” where the number of a database belongs"),
        ("sentinel://a/mine?ssl=1", "does not know: ssl"),
        ("http://:secret@cache", "“http://cache”"),
    ],
)
def test_a_wrong_url_is_explained_in_one_sentence(url: str, words: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        redis_servers.layer_of(url)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value) and "secret" not in str(refusal.value)


def test_the_command_line_prints_the_sentence(tmp_path: Path) -> None:
    """It is printed before the server starts."""
    sentence = is_refused(new_site(tmp_path), "serve", "--port", "0", REDIS_URL="cache:6379")
    assert sentence.startswith("REDIS_URL must be redis://")
    assert not (tmp_path / "hubbub.sqlite3").exists()
