"""The site on plain uvicorn, without our protocol classes: `python -m tests.faults.portable serve …`."""

from __future__ import annotations

import sys

from hubbub_site import cli
from hubbub_site.commands import start


def main() -> int:
    start(make=True)
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    from hubbub_site.server import serving

    for ours, plain in (("LimitedHttp", HttpToolsProtocol), ("LimitedWebSocket", WebSocketsSansIOProtocol)):
        assert ours in vars(serving)
        vars(serving)[ours] = plain
    return int(cli.main(sys.argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
