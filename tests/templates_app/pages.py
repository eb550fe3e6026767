"""Post the admin's own forms as a browser would: what the page shows, with some fields changed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._textarea = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        name = found.get("name", "")
        if tag == "textarea":
            self._textarea, self.fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            self.fields[self._select] = found.get("value", "")
        elif tag == "input" and name and self._counts(found):
            self.fields[name] = found.get("value", "on" if found.get("type") == "checkbox" else "")

    def _counts(self, found: dict[str, str]) -> bool:
        if found.get("type") in ("checkbox", "radio"):
            return "checked" in found
        return found.get("type") not in ("submit", "button")

    def handle_endtag(self, tag: str) -> None:
        self._textarea = "" if tag == "textarea" else self._textarea
        self._select = "" if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] += data


def shown(client: Client, url: str) -> dict[str, str]:
    """The fields of the page's forms, as they would be sent unchanged."""
    return fields_of(client.get(url))


def fields_of(response: Any) -> dict[str, str]:
    parser = _Fields()
    parser.feed(response.content.decode().replace(">\n", ">"))
    return {name: value for name, value in parser.fields.items() if name not in ("q", "csrfmiddlewaretoken")}


def submit(client: Client, url: str, /, **changes: Any) -> Any:
    return client.post(url, {**shown(client, url), **changes})
