"""uvicorn's configuration, extended with what our protocol classes need."""

from __future__ import annotations

from typing import Any

import uvicorn
from uvicorn.middleware.proxy_headers import _TrustedHosts

from hubbub_site.server.unauthenticated import UnauthenticatedConnections


class ServerConfig(uvicorn.Config):
    """One instance, shared by all connections of a server."""

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
        """Addresses of proxies, parsed as by uvicorn's own middleware. Many clients share a proxy's address."""
