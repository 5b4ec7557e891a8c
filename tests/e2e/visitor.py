"""Somebody's browser: its pages, its network, and everything in it that went wrong."""

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

from tests.e2e.line import Line
from tests.e2e.site import PASSWORD, Site

# A violation of the content security policy shall fail a test even where the browser says nothing on its console.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
    console.error("CSP violation:", event.violatedDirective, event.blockedURI))
"""


class Visitor:
    """A browser with one page. `complaints` collects errors, violations and dialogs; tests say which they expect."""

    context: BrowserContext
    page: Page

    def __init__(
        self, browser: Browser, site: Site, name: str, *, line: Line | None = None, **options: Any
    ) -> None:
        self.site, self.name, self.line = site, name, line
        self.frames: list[str] = []  # what its sockets have received
        self._complaints: list[str] = []
        self._expected: list[str] = []
        self.context = browser.new_context(base_url=line.url if line else site.url, locale="en-US", **options)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self._complaints.append(f"page error: {error.error}"))
        self.context.on("dialog", self._dialog)
        self.page = self._new_page()

    def another_tab(self) -> Self:
        """The same browser, a second tab."""
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
        """The page says this, somewhere one can see it."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def signs_in(self, username: str, password: str = PASSWORD) -> None:
        self.goes_to("/account/login/")
        self.fills(Username=username, Password=password)
        self.presses("Sign in")

    def confirms(self, path: str, password: str = PASSWORD) -> None:
        """Types the password again and goes to the page: some forms ask for it when signing in is minutes ago."""
        self.goes_to(f"/account/reauthenticate/?{urlencode({'next': path})}")
        self.fills(Password=password)
        self.presses("Go on")
        self.page.wait_for_url(lambda url: "/account/reauthenticate/" not in url)

    def loses_the_network(self, *, silently: bool = False) -> None:
        """`silently`: what is open stays so and carries nothing, as behind a router that was switched off."""
        assert self.line is not None, "only who came by a line can lose it"
        self.expects("ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_|ERR_EMPTY_RESPONSE|WebSocket connection")
        if silently:
            self.line.freeze()
        else:
            self.line.cut()
        self.context.set_offline(True)

    def has_the_network_again(self) -> None:
        assert self.line is not None
        self.line.mend()
        self.context.set_offline(False)

    def expects(self, complaint: str) -> None:
        """Something that the browser will complain about is meant to happen; `complaint` is a regular expression."""
        self._expected.append(complaint)

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    @property
    def complaints(self) -> list[str]:
        return [
            said for said in self._complaints if not any(re.search(each, said) for each in self._expected)
        ]

    def shows(self, picture: Path) -> None:
        """A picture of every open page, for whoever has to find out why a test failed."""
        for number, page in enumerate(self.context.pages, 1):
            page.screenshot(path=picture.with_name(f"{picture.name}-{self.name}-{number}.png"))

    def leaves(self) -> None:
        self.context.close()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("websocket", self._listen)
        return page

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.frames.append(str(data)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _dialog(self, dialog: Dialog) -> None:
        self._complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()
