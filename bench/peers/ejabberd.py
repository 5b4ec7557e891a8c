"""ejabberd from Debian: an XMPP server in Erlang, over WebSocket. A room is a group chat (XEP-0045)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bench.contenders import Contender
from bench.generator import Dialect
from bench.machine import BUILT
from bench.peers.debian import libraries, unpacked
from bench.peers.settings import settings
from bench.process import Server, free_port, serving

PACKAGE = "ejabberd"
ROOM = "r%r@conference.localhost"
OPEN = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>'
SIGN_IN = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>'
BIND = '<iq xmlns="jabber:client" type="set" id="1"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
JOIN = (
    f'<presence xmlns="jabber:client" to="{ROOM}/n%c">'
    '<x xmlns="http://jabber.org/protocol/muc"><history maxstanzas="0"/></x></presence>'
)
SEND = f'<message xmlns="jabber:client" to="{ROOM}" type="groupchat"><body>%m</body></message>'

DIALECT = Dialect(
    path="/ws",
    headers=("Sec-WebSocket-Protocol: xmpp",),
    script=(
        ("say", OPEN),
        ("hear", "ANONYMOUS"),
        ("say", SIGN_IN),
        ("hear", "<success"),
        ("say", OPEN),
        ("hear", "xmpp-bind"),
        ("say", BIND),
        ("hear", "<jid>"),
        ("say", JOIN),
        ("hear", "<subject"),
    ),
    message=SEND,
)


@contextlib.contextmanager
def _start() -> Iterator[tuple[Server, Dialect]]:
    place = unpacked(PACKAGE)
    port = free_port()
    erlang = place / "usr/lib/erlang"
    [emulator] = erlang.glob("erts-*/bin")
    with settings("ejabberd/ejabberd.yml", port=port) as file:
        environment = {
            **libraries(place),
            **{"ROOTDIR": str(erlang), "BINDIR": str(emulator), "EMU": "beam", "PROGNAME": "erl"},
            **{"ERL_LIBS": str(*place.glob("usr/lib/*-linux-gnu")), "EJABBERD_CONFIG_PATH": str(file)},
            "EJABBERD_LOG_PATH": str(file.with_name("ejabberd.log")),
        }
        command = [emulator / "erlexec", "-noinput", "+K", "true", "+P", "250000"]
        command += ["-mnesia", "dir", f'"{file.parent}"', "-s", "ejabberd"]
        with serving(
            command, port=port, log=BUILT / "ejabberd.log", environment=environment, folder=file.parent
        ) as server:
            yield server, DIALECT


ejabberd = Contender("ejabberd", _start, "XMPP group chat; everybody anonymous, nothing stored")
