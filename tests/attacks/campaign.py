"""The attacks that `bin/attacks` runs for minutes, each on its own server, with the bounds that must hold."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.attacks.attacked_server import AttackedServer, Seen, attacked_server
from tests.attacks.campaign_edge import dripping, flooding, pouring
from tests.attacks.canaries.pages import addresses
from tests.attacks.canaries.planting import spoken
from tests.attacks.canaries.visitors import come
from tests.attacks.fuzzing import Fuzzer
from tests.attacks.watching import faults_logged, watching
from tests.sockets import dial


def canaries(here: AttackedServer) -> Seen:
    """Outsiders request everything, each time in another order."""
    seen = Seen()
    end, rounds, asked = time.monotonic() + here.seconds, 0, 0
    people = ["stranger", "frank", "carol", "dave"]
    while time.monotonic() < end or rounds == 0:
        who = people[rounds % len(people)]
        crawler = come(who, here.server, here.shell, here.known, here.seed + rounds)
        crawler.asks_for_everything()
        seen.broken += [
            f"{who}: {what} in {answer.asked}"
            for answer in crawler.answers
            for what in spoken(here.known, answer.came, who)
        ]
        seen.broken += [f"{who}: {failure}" for failure in crawler.failures()]
        asked += len(crawler.answers)
        rounds += 1
    seen.figures = {"crawls": rounds, "answers": asked}
    return seen


def frames(here: AttackedServer) -> Seen:
    """Dave sends malformed frames. None causes a server error, and no answer contains a secret."""
    seen, dave = Seen(), here.known.people["dave"]
    fuzzer = Fuzzer(here.chance, here.known, dave.member)
    codes: Counter[str] = Counter()
    end, sent = time.monotonic() + here.seconds, 0
    while time.monotonic() < end:
        socket = dial(here.server, person=dave)
        with contextlib.suppress(ConnectionClosed):
            for _ in range(200):
                frame = fuzzer.frame()
                socket.send(frame)
                sent += 1
                with contextlib.suppress(TimeoutError):
                    while True:
                        answer = socket.recv(timeout=0 if sent % 10 else 0.02, decode=False)
                        assert isinstance(answer, bytes)
                        seen.broken += [
                            f"{what} after {frame[:200]!r}" for what in spoken(here.known, answer, "dave")
                        ]
                        code = json.loads(answer).get("error", {}).get("code", "ok")
                        codes[code] += 1
                        if code == "internal":
                            seen.broken.append(f"internal after one of the ten frames before {frame[:200]!r}")
        with contextlib.suppress(ConnectionClosed):
            socket.close()
    seen.figures = {"frames": sent, **{f"answers {code}": times for code, times in codes.most_common()}}
    return seen


def bodies(here: AttackedServer) -> Seen:
    """Dave and unauthenticated clients send malformed requests. None causes a server error."""
    seen, dave = Seen(), here.known.people["dave"]
    fuzzer = Fuzzer(here.chance, here.known, dave.member)
    pages, statuses = addresses(here.known), Counter[int]()
    end, sent = time.monotonic() + here.seconds, 0
    while time.monotonic() < end:
        line = http.client.HTTPConnection("127.0.0.1", here.server.port, timeout=60)
        for _ in range(50):
            method, path, headers, body = fuzzer.request(pages)
            if sent % 2:
                headers["Authorization"] = f"Bearer {dave.token}"
            elif sent % 4:
                headers |= {
                    "Cookie": f"sessionid={dave.session}; csrftoken={'a' * 32}",
                    "X-CSRFToken": "a" * 32,
                    "Origin": here.server.origin,
                }
            sent += 1
            try:
                line.request(method, path, body, headers)
                response = line.getresponse()
                came = repr(response.getheaders()).encode() + response.read()
            except (http.client.HTTPException, ConnectionError):
                statuses[0] += 1
                break
            statuses[response.status] += 1
            if response.status in (500, 501):
                seen.broken.append(f"{method} {path} {headers} {body[:200]!r}: {response.status}")
            seen.broken += [f"{what} after {method} {path}" for what in spoken(here.known, came, "dave")]
        line.close()
    seen.figures = {
        "requests": sent,
        **{f"status {status}": times for status, times in statuses.most_common()},
    }
    return seen


def sign_ins(here: AttackedServer) -> Seen:
    """Forty browsers keep signing in at once with wrong passwords, while another client requests a page."""
    statuses: Counter[int] = Counter()
    end = time.monotonic() + here.seconds

    def guess(number: int) -> None:
        while time.monotonic() < end:
            line = http.client.HTTPConnection("127.0.0.1", here.server.port, timeout=120)
            name = ["alice", "bob", "nobody"][number % 3]
            body = json.dumps({"username": name, "password": f"a wrong guess {number}"}).encode()
            try:
                line.request(
                    "POST", "/_allauth/app/v1/auth/login", body, {"Content-Type": "application/json"}
                )
                statuses[line.getresponse().status] += 1
            except (http.client.HTTPException, OSError):
                statuses[0] += 1
            line.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    broken = [f"{times} times status {status}" for status, times in statuses.items() if status in (200, 500)]
    return Seen({f"status {status}": times for status, times in statuses.most_common()}, broken)


def comings(here: AttackedServer) -> Seen:
    """Dave and unauthenticated clients open sockets and abort at any byte. The server keeps nothing of them."""
    chance, broken_off, refused = here.chance, 0, 0
    end = time.monotonic() + here.seconds
    while time.monotonic() < end:
        person = chance.choice([None, here.known.people["dave"]])
        try:
            socket = dial(here.server, person=person)
        except (InvalidStatus, OSError, TimeoutError, ConnectionClosed):
            refused += 1
            continue
        with contextlib.suppress(ConnectionClosed, OSError):
            for _ in range(chance.randint(0, 3)):
                socket.send(json.dumps({"id": 1, "type": "snapshot"}))
            raw = socket.socket
            raw.sendall(bytes([0x81, 0xFE, 0xFF])[: chance.randint(0, 3)])
            raw.close()
        broken_off += 1
    return Seen({"broken off": broken_off, "refused": refused})


@dataclass(frozen=True)
class Attack:
    """One attack, the settings of its server, and the bounds of its figures."""

    name: str
    run: Callable[[AttackedServer], Seen]
    environment: dict[str, str] = field(default_factory=dict)
    at_most: dict[str, float] = field(default_factory=dict)


WITH_LIMITS = {"HUBBUB_RATE_LIMITS": "on"}
# No proxy is trusted, so the addresses of this machine are limited like all others.
DIRECT = {**WITH_LIMITS, "HUBBUB_TRUSTED_PROXIES": "192.0.2.1"}

ATTACKS: list[Attack] = [
    Attack("canaries", canaries),
    Attack("frames", frames),
    Attack("bodies", bodies),
    Attack("sign-ins", sign_ins, at_most={"memory grown MiB": 150}),
    Attack("sign-ins with limits", sign_ins, WITH_LIMITS, {"memory grown MiB": 150}),
    Attack("comings", comings, WITH_LIMITS, {"memory grown MiB": 60}),
    Attack("flooding", flooding, WITH_LIMITS, {"posts longest ms": 1000, "memory grown MiB": 100}),
    Attack("pouring", pouring, DIRECT, {"written to disk MiB": 24, "memory grown MiB": 60}),
    Attack("dripping", dripping, DIRECT, {"healthz unanswered": 0, "memory grown MiB": 60}),
]


def carried_out(attack: Attack, seconds: float, seed: int) -> Seen:
    """Run one attack on its own server. Returns its findings, the server's figures and logged faults."""
    seen = Seen()
    # `served` fails with the whole traceback of the log; here each is one line of the report.
    with contextlib.suppress(AssertionError), attacked_server(seconds, seed, **attack.environment) as here:
        try:
            with watching(here.server) as watched:
                seen = attack.run(here)
            seen.figures |= watched.figures()
        except AssertionError as error:
            seen.broken.append(f"the attack itself ended: {error!r:.500}")
        seen.broken += [
            f"{name}: {seen.figures[name]}, more than {most:g}"
            for name, most in attack.at_most.items()
            if seen.figures.get(name, 0) > most
        ]
        seen.broken += [f"logged: {fault}" for fault in faults_logged(here.server)]
        if here.server.process.poll() is not None:
            seen.broken.append("the server is gone")
    return seen
