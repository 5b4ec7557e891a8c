"""Which logins open a socket: session cookie with an allowed Origin, bearer token, JWT. Security row 10."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hubbub.protocol import limits
from hubbub.protocol.closing import Close
from tests.online import Arrive, ByHand
from tests.serving import Person, Server, Shell
from tests.sockets import Online, Refused, dial, new_id


def code_of(server: Server, **how: object) -> int:
    """The close code that a handshake ends with."""
    connection = dial(server, **how)
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_a_browser_signs_in_with_its_cookie(any_server: Server, comes: Arrive) -> None:
    bob = comes("bob", cookie=True)
    assert bob.state["me"]["handle"] == "bob"


def test_a_script_signs_in_with_a_token_and_without_origin(any_server: Server, comes: Arrive) -> None:
    assert comes("bob").state["me"]["handle"] == "bob"


def test_a_page_of_ours_may_use_a_token_too(any_server: Server, comes: Arrive) -> None:
    assert comes("bob", origin=any_server.origin).state["me"]["handle"] == "bob"


def test_a_browser_can_offer_its_token_as_a_subprotocol(any_server: Server) -> None:
    token = any_server.site.people["bob"].token
    connection = dial(any_server, subprotocols=["hubbub", f"bearer.{token}"])
    online = Online(connection, any_server.site.people["bob"])
    assert online.subprotocol == "hubbub"
    assert online.takes_snapshot()["me"]["handle"] == "bob"
    online.closes()


def test_a_json_web_token_is_the_other_way_in(any_server: Server, shell: Shell, erin: Person) -> None:
    token = shell.ask("json_web_token_of(key)", key=erin.session)
    online = Online(dial(any_server, headers={"Authorization": f"Bearer {token}"}), erin)
    assert online.takes_snapshot()["me"]["id"] == erin.member
    online.closes()


def test_no_socket_opens_without_signing_in(any_server: Server) -> None:
    assert code_of(any_server) == Close.SIGN_IN
    assert code_of(any_server, origin=any_server.origin) == Close.SIGN_IN


@pytest.mark.parametrize(
    "header",
    [
        "Bearer nonsense",
        "Bearer ",
        "Bearer hub_" + "x" * 43,
        "Basic YWxpY2U6eA==",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_an_invalid_token_opens_nothing(any_server: Server, header: str) -> None:
    assert code_of(any_server, headers={"Authorization": header}) == Close.SIGN_IN


def test_a_wrong_token_is_not_made_good_by_a_cookie(server: Server) -> None:
    bob = server.site.people["bob"]
    headers = {"Authorization": "Bearer nonsense", "Cookie": f"sessionid={bob.session}"}
    assert code_of(server, headers=headers, origin=server.origin) == Close.SIGN_IN


def test_an_expired_token_opens_nothing(server: Server, shell: Shell, erin: Person) -> None:
    shell.run("Token.objects.filter(member=pk).update(expires_at='2020-01-01T00:00:00Z')", pk=erin.member)
    assert code_of(server, person=erin) == Close.SIGN_IN


def test_an_ended_session_opens_nothing(server: Server, shell: Shell, erin: Person) -> None:
    shell.run("SessionStore(key).delete()", key=erin.session)
    assert code_of(server, person=erin, cookie=True) == Close.SIGN_IN


def test_a_deactivated_account_opens_nothing_whichever_way(
    server: Server, shell: Shell, erin: Person
) -> None:
    """Attack row 6"""
    shell.run(
        "actions.deactivate_member(by=member('alice'), member=Member.objects.get(pk=pk))", pk=erin.member
    )
    assert code_of(server, person=erin) in (Close.SIGN_IN, Close.REVOKED)
    assert code_of(server, person=erin, cookie=True) in (Close.SIGN_IN, Close.REVOKED)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "http://evil-127.0.0.1",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "http://evil@127.0.0.1:{port}",
        "http://127.0.0.1:{port}@evil.example",
        "http://127.0.0.1:{port}.evil.example",
        "https://127.0.0.1:{port}",
        "ws://127.0.0.1:{port}",
        "http://127.0.0.1:{port}/",
        "http://127.0.0.1:{port} http://evil.example",
        "//127.0.0.1:{port}",
        "file://",
    ],
)
@pytest.mark.parametrize("cookie", [True, False], ids=["with the cookie", "with a token"])
def test_a_page_that_is_not_ours_opens_nothing(any_server: Server, origin: str, cookie: bool) -> None:
    """Attack row 10: foreign, null, suffix, prefix, port, userinfo."""
    with pytest.raises(InvalidStatus) as refusal:
        dial(
            any_server,
            person=any_server.site.people["bob"],
            cookie=cookie,
            origin=origin.format(port=any_server.port),
        )
    assert refusal.value.response.status_code in (400, 403), "400: the server itself finds it malformed"


def test_a_cookie_without_an_origin_opens_nothing(any_server: Server) -> None:
    assert (
        code_of(any_server, person=any_server.site.people["bob"], cookie=True, origin=None) == Close.REVOKED
    )


@pytest.mark.parametrize(
    "second", ["https://evil.example", None], ids=["one of them foreign", "the same twice"]
)
async def test_two_origins_are_refused(any_server: Server, by_hand: ByHand, second: str | None) -> None:
    bob = any_server.site.people["bob"]
    headers = [
        ("Origin", any_server.origin),
        ("Origin", second or any_server.origin),
        ("Cookie", f"sessionid={bob.session}"),
    ]
    answer = await (await by_hand(headers=headers)).open()
    assert "403" in answer or "400" in answer


async def test_a_foreign_host_name_makes_no_origin_ours(any_server: Server, by_hand: ByHand) -> None:
    """Otherwise a name that is rebound to our address would be a page of ours."""
    bob = await by_hand(headers=[("Origin", "http://evil.example")])
    bob.request = bob.request.replace(b"Host: 127.0.0.1:%d" % any_server.port, b"Host: evil.example")
    assert "403" in await bob.open()


def test_the_room_socket_is_guarded_the_same_way(any_server: Server) -> None:
    path = "/ws/chat/general/"
    assert code_of(any_server, path=path) == Close.SIGN_IN
    with pytest.raises(InvalidStatus):
        dial(
            any_server, path, person=any_server.site.people["bob"], cookie=True, origin="https://evil.example"
        )


def test_an_account_has_so_many_sockets_and_messages_and_no_more(home_with_limits: Server) -> None:
    """Attack row 70: the caps of one member; others are not touched by them."""
    people = home_with_limits.site.people
    sockets = [dial(home_with_limits, person=people["bob"]) for _ in range(30)]
    for connection in sockets:
        connection.recv(timeout=10)
    connection = dial(home_with_limits, person=people["bob"])
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == Close.TOO_MANY
    assert closed.value.rcvd.reason.startswith("retry_after=")
    for connection in sockets:
        connection.close()
    alice = Online(dial(home_with_limits, person=people["alice"]), people["alice"])
    alice.takes_snapshot()
    assert_is_slowed_down(alice)
    alice.closes()


def assert_is_slowed_down(alice: Online) -> None:
    """A burst of messages is fine; then a time is told to come back after, and with that all of them get through."""
    room = alice.creates()
    posts = [(new_id(), f"{n}") for n in range(limits.MESSAGES_BURST + 10)]
    asked = [alice.ask("message.send", room=room, message=m, text=text) for m, text in posts]
    refused = []
    for request, post in zip(asked, posts, strict=True):
        try:
            alice.reply_to(request)
        except Refused as refusal:
            assert refusal.code == "rate_limited"
            assert refusal.retry_after is not None and 0 < refusal.retry_after <= 1
            refused.append(post)
    assert 5 <= len(refused) <= 11  # opening the room took one of the burst
    alice.listen(1.2 / limits.MESSAGES_PER_SECOND)
    alice.sends(room, refused[0][1], id=refused[0][0])
