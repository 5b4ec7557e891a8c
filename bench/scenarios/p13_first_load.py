"""P13: the data that a browser loads before it shows the chat: scripts and styles that the page names."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.parse import urljoin

from bench.browsing import signed_in
from bench.product import fresh_workspace
from bench.rounds import Plan, say, spread
from bench.scenarios.scenario import Bar, Scenario

SCRIPTS, STYLES = "JavaScript, kB gzip", "CSS, kB gzip"
LINKED = {
    SCRIPTS: re.compile(r'(?:<script[^>]+src|<link rel="modulepreload" href)="([^"]+)"'),
    STYLES: re.compile(r'<link rel="stylesheet" href="([^"]+)"'),
}


def measure(plan: Plan) -> dict[str, Any]:
    with fresh_workspace(members=1) as workspace, workspace.served() as server:
        site = f"http://127.0.0.1:{server.port}"
        browser, _ = signed_in(site, "member1")
        page = browser.open(f"{site}/chat/general/").read().decode()
        found: dict[str, Any] = {}
        for what, links in LINKED.items():
            files = [browser.open(urljoin(site, name)).read() for name in dict.fromkeys(links.findall(page))]
            assert files, f"the page names no {what}"
            small = sum(len(gzip.compress(content, 9)) for content in files) / 1000
            plain = sum(map(len, files)) / 1000
            found[what.partition(",")[0]] = {
                "gzip_kb": spread([small]),
                "plain_kb": spread([plain]),
                "runs": [small],
            }
            say(f"{what}: {small:.1f} ({plain:.1f} plain, {len(files)} files)")
    values = {what: found[what.partition(",")[0]]["gzip_kb"]["median"] for what in LINKED}
    return {"contenders": found, "values": values}


scenario = Scenario(
    "P13", "First load of the client", measure, [Bar(SCRIPTS, most=120), Bar(STYLES, most=25)]
)
