"""The way to a server, as a cable that can be cut or frozen: no browser can lose an open socket by itself."""

from __future__ import annotations

import contextlib
import socket
import threading


class Line:
    """Carries TCP from a port of its own to the server's.

    `cut` ends what is open and refuses what is new; `freeze` lets everything stand and carries nothing, as a network
    does that has silently gone; `mend` ends what was frozen and carries what is new.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open: set[socket.socket] = set()
        self._frozen = False
        self._listener: socket.socket | None = None
        self.port = 0
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        if self._listener:
            self._end(self._listener)
            self._listener = None
        for end in self._open.copy():
            self._end(end)

    close = cut

    def freeze(self) -> None:
        self._frozen = True

    def mend(self) -> None:
        self.cut()
        self._frozen = False
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._server_port))
                except OSError:
                    browser.close()
                    continue
                self._open |= {browser, server}
                for source, sink in ((browser, server), (server, browser)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self._frozen:
                    sink.sendall(data)
        for end in (source, sink):
            self._end(end)

    def _end(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
        self._open.discard(end)
