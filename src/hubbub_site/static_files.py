"""Serves static files from the installed packages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """whitenoise, changed to send whole files and to find files that are built while the server runs.

    Under ASGI, Django would read a file response to its end anyway, with a warning about the synchronous iterator. The
    largest file of the client has a few hundred kilobytes.
    """

    def __call__(self, request: HttpRequest) -> Any:
        path = request.path_info
        if path.startswith(self.static_prefix) and path not in self.files and (built := self.find_file(path)):
            self.files[path] = built
        return super().__call__(request)

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file:
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        if found.file is not None:
            # whitenoise stored the length when it found the file; in a checkout the file may have been rebuilt since.
            response["Content-Length"] = str(len(content))
        return response
