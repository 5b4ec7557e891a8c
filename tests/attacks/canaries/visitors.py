"""A visitor requests everything: over HTTP, on the member socket and on room sockets. All bytes are kept."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from hubbub.protocol import commands as protocol
from tests.attacks.canaries import commands
from tests.attacks.canaries.pages import addresses
from tests.attacks.canaries.planting import Known
from tests.serving import Person, Server, Shell
from tests.sockets import dial

CSRF = "a" * 32
FORM = {
    "login": "bob",
    "username": "bob",
    "password": "a wrong guess",
    "password1": "a long winter night",
    "password2": "a long winter night",
    "email": "nobody@example.org",
    "name": "Somebody",
    "label": "a script",
    "role": "owner",
    "code": "123456",
    "key": "x-y",
    "workspace": "Taken Over",
}
LAST = ("logout", "revoke", "session", "password", "tokens")
"""These paths end logins, so they come last and with a separate login."""


@dataclass
class Bytes:
    """One answer, frame or page: the request, and all bytes received."""

    asked: str
    came: bytes
    status: int = 0


@dataclass
class Visitor:
    """One of the people of `planting`, or an unauthenticated client."""

    name: str
    known: Known
    server: Server
    shell: Shell
    person: Person | None
    web_token: str = ""
    seed: int = 1
    answers: list[Bytes] = field(default_factory=list)

    def asks_for_everything(self, *, changing: bool = True) -> None:
        """Every page, and every command over HTTP and on a socket. Without `changing`: only read-only ones."""
        chance = random.Random(self.seed)
        pages = addresses(self.known)
        chance.shuffle(pages)
        pages.sort(key=lambda address: any(word in address for word in LAST))
        self._pages(pages, ["GET"])
        # Their answers are headers only: a third of the pages per run, chosen by the seed.
        self._pages(chance.sample(pages, len(pages) // 3), ["HEAD", "OPTIONS"])
        self._commands(changing)
        self._socket(changing)
        if changing:
            self._room_sockets()
            # Last, because some of these end the visitor's own logins.
            self._pages(pages, ["POST", "PUT", "PATCH", "DELETE"])

    def failures(self) -> list[str]:
        """Requests that caused a server error."""
        return [f"{answer.asked}: {answer.status}" for answer in self.answers if answer.status in (500, 501)]

    def all_bytes(self) -> bytes:
        return b"\n".join(answer.came for answer in self.answers)

    # ── over HTTP ──

    def _pages(self, pages: list[str], methods: list[str]) -> None:
        with self._line() as line:
            for method in methods:
                for page in pages:
                    if method in ("PUT", "PATCH", "DELETE") and "/_allauth/" not in page:
                        continue
                    self._request(line, method, page, self._headers(method, page), self._body(method, page))

    def _commands(self, changing: bool) -> None:
        with self._line() as line:
            for kind, fields in self._all_commands(changing):
                if protocol.BY_TYPE[kind] not in protocol.SOCKET_ONLY:
                    for headers in self._ways_in():
                        self._request(line, "POST", f"/api/{kind}", headers, json.dumps(fields).encode())

    def _all_commands(self, changing: bool) -> Iterator[tuple[str, commands.Fields]]:
        me = self.person.member if self.person else self.known.members[0]
        for kind, fields in commands.all_of_them(self.known, me):
            if changing or kind in commands.READING:
                if fields.get("epoch") == "EPOCH":
                    fields["epoch"] = self.shell.ask("Workspace.objects.get().epoch.__str__()")
                yield kind, fields

    def _ways_in(self) -> Iterator[dict[str, str]]:
        json_type = {"Content-Type": "application/json"}
        if self.person is None:
            yield json_type
            return
        yield {**json_type, "Authorization": f"Bearer {self.person.token}"}
        if self.web_token:
            yield {**json_type, "Authorization": f"Bearer {self.web_token}"}
            yield {**json_type, **self._cookies(self.person.session)}

    def _headers(self, method: str, page: str) -> dict[str, str]:
        session = None
        if self.person is not None:
            ends_logins = method in ("POST", "DELETE") and any(word in page for word in LAST)
            session = self._new_session() if ends_logins else self.person.session
        kind = "application/json" if page.startswith(("/_allauth", "/api", "/chat/api")) else FORM_TYPE
        return {"Content-Type": kind, **self._cookies(session)}

    def _cookies(self, session: str | None) -> dict[str, str]:
        cookies = f"csrftoken={CSRF}" + (f"; sessionid={session}" if session else "")
        return {"Cookie": cookies, "X-CSRFToken": CSRF, "Origin": self.server.origin}

    def _new_session(self) -> str:
        assert self.person is not None
        made: str = self.shell.ask("session_of(User.objects.get(pk=user))", user=self.person.user)
        return made

    def _body(self, method: str, page: str) -> bytes:
        if method not in ("POST", "PUT", "PATCH", "DELETE"):
            return b""
        if page.startswith(("/_allauth", "/api", "/chat/api")):
            return json.dumps(FORM).encode()
        return urlencode(FORM).encode()

    @contextlib.contextmanager
    def _line(self) -> Iterator[http.client.HTTPConnection]:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            yield line
        finally:
            line.close()

    def _request(
        self, line: http.client.HTTPConnection, method: str, page: str, headers: dict[str, str], body: bytes
    ) -> None:
        for again in (True, False):
            try:
                line.request(method, page, body, headers)
                response = line.getresponse()
                break
            except (
                http.client.HTTPException,
                ConnectionError,
            ):  # the server may close an idle connection
                line.close()
                if not again:
                    raise
        came = repr(response.getheaders()).encode() + response.read()
        self.answers.append(Bytes(f"{method} {page}", came, response.status))

    # ── on sockets ──

    def listens(self) -> ClientConnection | None:
        """A member socket with a snapshot, if the server accepts it."""
        try:
            socket = dial(self.server, person=self.person)
        except InvalidStatus:
            return None
        with contextlib.suppress(ConnectionClosed):
            socket.send(json.dumps({"id": 1, "type": "snapshot"}))
        return socket

    def hears(self, socket: ClientConnection, *, until: int | None = None, quiet: float = 0.5) -> list[bytes]:
        """The frames until the answer to `until` arrives, or until the socket is silent."""
        frames: list[bytes] = []
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while True:
                frame = socket.recv(timeout=20 if until is not None else quiet, decode=False)
                assert isinstance(frame, bytes)
                frames.append(frame)
                if until is not None and json.loads(frame).get("re") == until:
                    break
        self.answers += [Bytes("on the socket", frame) for frame in frames]
        return frames

    def _socket(self, changing: bool) -> None:
        socket = self.listens()
        if socket is None:
            return
        asked = 1
        for kind, fields in self._all_commands(changing):
            asked += 1
            with contextlib.suppress(ConnectionClosed):
                socket.send(json.dumps({"id": asked, "type": kind, **fields}))
            if asked % 20 == 0:
                self.hears(socket, until=asked)
        self.hears(socket)
        socket.close()

    def _room_sockets(self) -> None:
        for room in (*(f"~{room}" for room in self.known.rooms), "square", "x"):
            with contextlib.suppress(InvalidStatus):
                socket = dial(self.server, f"/ws/chat/{room}/", person=self.person)
                with contextlib.suppress(ConnectionClosed):
                    socket.send(json.dumps({"message": "a guess"}))
                self.hears(socket, quiet=0.2)
                socket.close()


def come(name: str, server: Server, shell: Shell, known: Known, seed: int = 1) -> Visitor:
    """A visitor with a new token and session, because an earlier one may have ended theirs. Frank has his old ones."""
    person = known.people.get(name)
    if name == "frank":
        return Visitor(name, known, server, shell, person, known.web_token, seed)
    if person is not None:
        token = shell.ask("actions.create_token(member=member(name), label='crawl')[1]", name=name)
        session = shell.ask("session_of(User.objects.get(pk=user))", user=person.user)
        person = replace(person, token=token, session=session)
    return Visitor(name, known, server, shell, person, seed=seed)


FORM_TYPE = "application/x-www-form-urlencoded"
