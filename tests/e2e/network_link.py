"""A TCP proxy that tests can cut or freeze, because a browser cannot lose an open socket by itself."""

from __future__ import annotations

import contextlib
import socket
import threading


class NetworkLink:
    """Forwards TCP connections from its own port to the server's.

    `cut` closes open connections and refuses new ones. `freeze` keeps connections open but forwards nothing, like a
    network that has silently failed. `restore` closes frozen connections and forwards new ones.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open: set[socket.socket] = set()
        self._frozen = False
        self._listener: socket.socket | None = None
        self.port = 0
        self.restore()

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

    def restore(self) -> None:
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
                    threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
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
