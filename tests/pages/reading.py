"""What tests ask of a page."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

_TAGS = re.compile(r"<[^>]*>")


def html(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def text(page: str) -> str:
    """The words of a page without its tags, spaces collapsed."""
    return " ".join(unescape(_TAGS.sub(" ", page)).split())


class _Active(HTMLParser):
    """Collects what could run, or look otherwise than our stylesheets say."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        is_ours = tag == "script" and said.get("src", "").startswith("/static/")
        if tag in ("script", "img", "style", "iframe", "object", "embed", "base") and not is_ours:
            self.found.append(tag)
        self.found += [name for name in said if name.startswith("on") or name == "style"]
        self.found += [said[name] for name in ("href", "src", "action") if ":" in said.get(name, "")]


def active(page: str) -> list[str]:
    parser = _Active()
    parser.feed(page)
    return parser.found


def fragment(client: Client, address: str, etag: str = "") -> Any:
    headers = {"If-None-Match": etag} if etag else {}
    return client.get(address, {"fragment": "1"}, headers=headers)


def session_of(user: User) -> str:
    """The cookie of somebody who has logged in."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
