"""A person's browser: its pages, its network connection, and the errors that it reported."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    WebSocket,
    expect,
)

from tests.e2e.network_link import NetworkLink
from tests.e2e.site import PASSWORD, Site

# Logs violations of the content security policy, so that they fail the test even if the browser does not log them.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
    console.error("CSP violation:", event.violatedDirective, event.blockedURI))
"""


class Visitor:
    """A browser with one page. `errors` collects errors, CSP violations and dialogs that the test did not expect."""

    context: BrowserContext
    page: Page

    def __init__(
        self, browser: Browser, site: Site, name: str, *, link: NetworkLink | None = None, **options: Any
    ) -> None:
        self.site, self.name, self.link = site, name, link
        self.frames: list[str] = []  # received by its WebSockets
        self._errors: list[str] = []
        self._expected_errors: list[str] = []
        self.context = browser.new_context(base_url=link.url if link else site.url, locale="en-US", **options)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self._errors.append(f"page error: {error.error}"))
        self.context.on("dialog", self._dialog)
        self.page = self._new_page()

    def another_tab(self) -> Self:
        """A second tab in the same browser."""
        tab = copy.copy(self)
        tab.page = self._new_page()
        return tab

    def goes_to(self, path: str) -> None:
        self.page.goto(path)

    def fills(self, **fields: str) -> None:
        """Types into fields by their label: `Your_name="Bob"`."""
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)

    def presses(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).click()

    def reads(self, text: str | re.Pattern[str]) -> None:
        """The page shows this text."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def signs_in(self, username: str, password: str = PASSWORD) -> None:
        self.goes_to("/account/login/")
        self.fills(Username=username, Password=password)
        self.presses("Sign in")

    def confirms_password(self, path: str, password: str = PASSWORD) -> None:
        """Types the password again, then opens the page. Some pages require it if the sign-in was minutes ago."""
        self.goes_to(f"/account/reauthenticate/?{urlencode({'next': path})}")
        self.fills(Password=password)
        self.presses("Go on")
        self.page.wait_for_url(lambda url: "/account/reauthenticate/" not in url)

    def loses_the_network(self, *, silently: bool = False) -> None:
        """`silently`: open connections stay open but carry nothing, as after a router was switched off."""
        assert self.link is not None, "this visitor was opened without a network link"
        self.expects_error(
            "ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_|ERR_EMPTY_RESPONSE|WebSocket connection"
        )
        if silently:
            self.link.freeze()
        else:
            self.link.cut()
        self.context.set_offline(True)

    def has_the_network_again(self) -> None:
        assert self.link is not None
        self.link.restore()
        self.context.set_offline(False)

    def expects_error(self, pattern: str) -> None:
        """Allows errors of the browser that match this regular expression."""
        self._expected_errors.append(pattern)

    def overflow(self) -> int:
        """The number of pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    @property
    def errors(self) -> list[str]:
        return [
            error
            for error in self._errors
            if not any(re.search(each, error) for each in self._expected_errors)
        ]

    def saves_screenshots(self, picture: Path) -> None:
        """Saves a screenshot of every open page, after a failed test."""
        for number, page in enumerate(self.context.pages, 1):
            page.screenshot(path=picture.with_name(f"{picture.name}-{self.name}-{number}.png"))

    def closes_browser(self) -> None:
        self.context.close()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("websocket", self._listen)
        return page

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.frames.append(str(data)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._errors.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _dialog(self, dialog: Dialog) -> None:
        self._errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()
