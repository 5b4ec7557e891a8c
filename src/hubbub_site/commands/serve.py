"""Serve the chat: web pages, API and sockets on one port.

All data is in the data directory. While there is no owner, it prints an address with a set-up code: open
it to name the workspace and become its owner. Nobody becomes owner without the code.

  hubbub serve                                     http://127.0.0.1:8000, data in ./hubbub-data
  hubbub serve --data /srv/chat --port 9000
  hubbub serve --host 0.0.0.0                      for the whole network
  REDIS_URL=redis://localhost hubbub serve --workers 4

Ctrl-C or SIGTERM ends it: clients are asked to reconnect, and running requests are completed.
"""

from __future__ import annotations

import argparse
import errno
import gc
import socket

from hubbub_site import redis_servers
from hubbub_site.allowed_hosts import is_any, is_loopback
from hubbub_site.commands import Refused, start
from hubbub_site.commands.migrate import migrate
from hubbub_site.config import Config


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="HOST", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", metavar="PORT", help="port to listen on (default: 8000)")
    parser.add_argument(
        "--workers", metavar="N", help="server processes (default: 1); more than one needs REDIS_URL"
    )


def run(args: argparse.Namespace) -> int:
    gc.disable()  # modules loaded now stay; the server enables collection later
    config = start(make=True)
    refuse_taken_port(config.host, config.port)
    refuse_second_server(config)
    migrate()
    refuse_unwritable()
    greet(config.host, config.port)
    if config.database_url and not config.redis_url:
        print(f"{redis_servers.NO_REDIS_WARNING}.", flush=True)

    from hubbub_site.server.serving import CannotServe, serve

    try:
        return serve(host=config.host, port=config.port, data=config.data, workers=config.workers)
    except CannotServe as refusal:
        raise Refused(str(refusal)) from None


def refuse_taken_port(host: str, port: int) -> None:
    """Raise Refused if the port is in use, before the database is opened."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Refused(
            f"“{host}” is no address of this machine; try --host 127.0.0.1 or --host 0.0.0.0."
        ) from None
    except OSError as error:
        raise Refused(_why_not(error, host, port)) from None


def refuse_second_server(config: Config) -> None:
    """Raise Refused if a server is running, before the database is opened."""
    from hubbub_site.server.lock import AlreadyServed, only_server_of

    if not config.database_url:
        try:
            with only_server_of(config.data):
                pass
        except AlreadyServed as refusal:
            raise Refused(str(refusal)) from None


def refuse_unwritable() -> None:
    """Raise Refused if the database is readable but takes no writes: every message would be refused."""
    from hubbub import storage_faults
    from hubbub_site.storage_errors import explain

    if fault := storage_faults.probe():
        raise Refused(explain(fault))


def greet(host: str, port: int) -> None:
    """Print the address, and without an owner the set-up code."""
    from django.conf import settings

    from hubbub_site.accounts.first_run import address_with_code, make_setup_code
    from hubbub_site.accounts.models import User

    reachable = "localhost" if is_any(host) or is_loopback(host) else host
    name = f"[{reachable}]" if ":" in reachable else reachable
    origin = f"http://{'127.0.0.1' if name == 'localhost' else name}:{port}"
    print(f"Hubbub is starting: {origin}/", flush=True)
    if not User.objects.exists():
        code = make_setup_code(settings.CONFIG.data)
        print(f"It has no owner yet. Become its owner at {address_with_code(origin, code)}", flush=True)
        print(f"Under another address, the page asks for the set-up code: {code}", flush=True)


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program; choose another with --port, or end that program."
    if error.errno == errno.EACCES:
        return f"Port {port} may only be used by root; choose one above 1023 with --port and put a proxy in front."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine; try --host 127.0.0.1 or --host 0.0.0.0."
    return f"Port {port} on {host} cannot be used: {error.strerror}."
