"""Every URL of the served product, from Django's resolver, with arguments filled in.

A URL with a parameter of a new name needs a line in `ARGUMENTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from tests.attacks.canaries.planting import WORD, Known

OURS = "hubbub_site.urls"

ARGUMENTS: dict[str, Callable[[Known], list[str]]] = {
    "pk": lambda known: [str(pk) for pk in known.users],
    "room": lambda known: [*(f"~{room}" for room in known.rooms), WORD, "square"],
    "number": lambda known: ["1"],
    "secret": lambda known: ["x" * 32],
    "key": lambda known: ["x-y", "set-password"],
    "uidb36": lambda known: [str(known.users[0])],
    "name": lambda known: ["nothing"],
    "object_id": lambda known: ["1", "2"],
    "content_type_id": lambda known: ["1"],
    "app_label": lambda known: ["accounts"],
    "url": lambda known: ["nowhere/"],
}


def addresses(known: Known) -> list[str]:
    """All paths with their arguments; the longest last, so that sign-out comes late."""
    found: dict[str, None] = {}
    for pattern in _patterns(get_resolver(OURS).url_patterns, ""):
        for address in _filled(pattern, known):
            found[address] = None
    return list(found)


def _patterns(entries: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for entry in entries:
        here = before + _template(entry)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, here)
        else:
            yield here


def _template(entry: URLPattern | URLResolver) -> str:
    """The pattern with `<name>` for each parameter, for paths and regular expressions."""
    pattern = entry.pattern
    text = str(pattern)
    if isinstance(pattern, RegexPattern):
        text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", text)
        return re.sub(r"^\^|\$$|\\Z$", "", text).replace("\\", "")
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", text)


def _filled(template: str, known: Known) -> Iterator[str]:
    names = re.findall(r"<(\w+)>", template)
    unknown = [name for name in names if name not in ARGUMENTS]
    assert not unknown, (
        f"The crawler does not know what to put for {unknown} in /{template}: add them to ARGUMENTS in {__file__}."
    )
    for values in product(*(ARGUMENTS[name](known) for name in names)):
        address = template
        for name, value in zip(names, values, strict=True):
            address = address.replace(f"<{name}>", quote(value), 1)
        yield f"/{address}"
