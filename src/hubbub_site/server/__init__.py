"""The server: uvicorn embedded, ready frames pushed, one server for one data directory."""

from hubbub_site.server.serving import CannotServe, serve

__all__ = ["CannotServe", "serve"]
