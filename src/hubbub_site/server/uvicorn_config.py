"""uvicorn's configuration, and what our protocols find in it."""

from __future__ import annotations

from typing import Any

import uvicorn
from uvicorn.middleware.proxy_headers import _TrustedHosts

from hubbub_site.server.unauthenticated import UnauthenticatedConnections


class ServerConfig(uvicorn.Config):
    """Every connection of a server has the same one."""

    def __init__(
        self,
        application: str,
        *,
        unauthenticated: UnauthenticatedConnections,
        trusted: list[str],
        **more: Any,
    ) -> None:
        super().__init__(application, forwarded_allow_ips=trusted, **more)
        self.unauthenticated = unauthenticated
        self.trusted = _TrustedHosts(trusted)
        """Addresses of proxies, as uvicorn's own middleware understands them. A proxy speaks for many people."""
