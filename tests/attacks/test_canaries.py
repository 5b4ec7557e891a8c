"""Secrets are planted in every private place; people who may not know them request everything that can be requested.

Every command, every URL of the product and every event is called by the tables of `tests/attacks/canaries`. A new one
that is missing there fails with a sentence that says where to add it.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import pytest

from hubbub.protocol import commands as protocol
from hubbub.protocol import events
from tests.attacks.canaries import commands, pages
from tests.attacks.canaries import events as provoking
from tests.attacks.canaries.planting import ALLOWED, Known, plant, spoken
from tests.attacks.canaries.visitors import Visitor, come
from tests.serving import Server, Shell, new_site, served, shell_of
from tests.sockets import Online, dial

pytestmark = pytest.mark.standalone


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Shell, Known]]:
    site = new_site(tmp_path_factory.mktemp("canaries") / "data")
    with shell_of(site) as shell:
        known = plant(site, shell)
        with served(site, HUBBUB_LOG_LEVEL="debug") as server:
            yield server, shell, known


@pytest.fixture
def known(place: tuple[Server, Shell, Known]) -> Known:
    return place[2]


def visitor(name: str, place: tuple[Server, Shell, Known]) -> Visitor:
    return come(name, *place)


def online(name: str, place: tuple[Server, Shell, Known]) -> Online:
    person = visitor(name, place).person
    assert person is not None
    somebody = Online(dial(place[0], person=person), person)
    somebody.takes_snapshot()
    return somebody


def said_to(visitor: Visitor) -> list[str]:
    return [
        f"{answer.asked}: {what}"
        for answer in visitor.answers
        for what in spoken(visitor.known, answer.came, visitor.name)
    ]


@pytest.mark.parametrize("who", ["stranger", "frank", "carol", "dave"])
def test_no_secret_reaches_an_outsider_who_asks_for_everything(
    who: str, place: tuple[Server, Shell, Known]
) -> None:
    """Rows 2, 19, 23, 27, 28, 29: an unauthenticated client, a deactivated member, a guest, a member without rooms."""
    crawler = visitor(who, place)
    crawler.asks_for_everything()
    assert said_to(crawler) == []
    assert crawler.failures() == []
    found = [what for what in ALLOWED[who] if crawler.known.secrets[what].encode() in crawler.all_bytes()]
    assert set(found) == ALLOWED[who], "the crawl did not find what it may, so it proves nothing"


@pytest.mark.parametrize("who", ["bob", "alice"])
def test_no_secret_of_an_account_reaches_an_insider_who_asks_for_everything(
    who: str, place: tuple[Server, Shell, Known]
) -> None:
    """Rows 16, 29: no deleted text, hash or token, by the chat, the pages or Django's admin."""
    crawler = visitor(who, place)
    crawler.asks_for_everything(changing=False)
    assert said_to(crawler) == []
    assert crawler.known.secrets["message in a private room"].encode() in crawler.all_bytes()
    statuses = {answer.asked: answer.status for answer in crawler.answers}
    assert statuses["GET /admin/usersessions/usersession/"] == (200 if who == "alice" else 302)


def test_no_event_reaches_an_outsider(place: tuple[Server, Shell, Known]) -> None:
    """Rows 2, 16: while insiders cause all events, outsiders receive not even the id of a room."""
    server, shell, known = place
    alice, bob = online("alice", place), online("bob", place)
    listeners = {name: visitor(name, place) for name in ("stranger", "frank", "carol", "dave")}
    sockets = {name: listener.listens() for name, listener in listeners.items()}
    for name, socket in sockets.items():
        if socket is not None:
            listeners[name].hears(socket)
            listeners[name].answers.clear()
    provoking.provoke(provoking.Insiders(alice, bob, known))
    shell.run("actions.name_workspace(name='The Lighthouse')")
    bob.hears_event("workspace")
    assert {event["type"] for event in alice.events + bob.events} >= set(provoking.PROVOKED)
    for name, socket in sockets.items():
        if socket is None:
            continue
        frames = [json.loads(frame) for frame in listeners[name].hears(socket, quiet=1)]
        assert said_to(listeners[name]) == []
        named = set().union(*(provoking.rooms_in(frame) for frame in frames))
        assert not named & known.rooms_hidden_from(name), name
        assert frames or name in ("stranger", "frank"), f"{name} heard nothing at all"
        socket.close()
    alice.closes()
    bob.closes()


def test_an_unknown_command_makes_the_crawl_fail(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 31: every command is crawled, also future ones."""
    monkeypatch.setitem(protocol.BY_TYPE, "room.paint", protocol.JoinRoom)
    with pytest.raises(AssertionError, match=r"room.paint.*WAYS in .*commands.py"):
        list(commands.all_of_them(known, 1))


def test_an_unknown_event_makes_the_crawl_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 16: every event is provoked, also future ones."""
    monkeypatch.delitem(provoking.PROVOKED, "message")
    with pytest.raises(AssertionError, match=r"message.*PROVOKED in .*events.py"):
        provoking.provoke(None)  # type: ignore[arg-type]


def test_an_unknown_page_makes_the_crawl_fail(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 6: every page is crawled, also future ones."""
    monkeypatch.delitem(pages.ARGUMENTS, "secret")
    with pytest.raises(AssertionError, match=r"secret.*join/.*ARGUMENTS in .*pages.py"):
        pages.addresses(known)


def test_events_that_are_not_provoked_contain_no_text() -> None:
    """Row 16: numbers are checked by `test_no_event_reaches_an_outsider`."""
    for event in events.ALL:
        if event.model_fields["type"].default in provoking.WITHOUT_WORDS:
            assert provoking.words_of(event) == [], (
                f"{event.__name__} can carry words now: provoke it in events.py"
            )
    assert provoking.words_of(events.MessageChanged) == ["message"]


def test_no_secret_is_logged(place: tuple[Server, Shell, Known]) -> None:
    """Row 55: owners of the secrets use them, correctly and incorrectly, at the most verbose log level."""
    server, _, known = place
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    secrets = known.secrets
    uses = [
        ("GET", "/chat/", {"Cookie": f"sessionid={secrets['session of an owner']}"}, b""),
        ("GET", f"/join/{secrets['invitation']}/", {}, b""),
        ("POST", f"/join/{secrets['invitation']}/", {}, b"name=x"),
        ("GET", f"/account/password/reset/key/1-{secrets['reset key']}/", {}, b""),
        ("POST", "/api/snapshot", {"Authorization": f"Bearer {secrets['token of a member']}"}, b"{}"),
        ("POST", "/api/snapshot", {"Authorization": f"Bearer  {secrets['token of a member']}x"}, b"{"),
        ("POST", "/api/message.send", {"Authorization": f"Bearer {secrets['token of an owner']}"},
         json.dumps({"room": "x", "text": secrets["direct message"]}).encode()),
        ("POST", "/account/login/", {}, f"login={secrets['address of a member']}&password=x".encode()),
        ("GET", f"/nowhere/{secrets['token of a member']}", {}, b""),
    ]  # fmt: skip
    for method, path, headers, body in uses:
        line.request(method, path, body, headers)
        line.getresponse().read()
    line.close()
    for name in ("alice", "bob"):
        online(name, place).closes()
    log = server.log.read_bytes()
    assert [what for what, secret in secrets.items() if secret.encode() in log] == []
