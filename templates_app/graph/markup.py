"""The one place where text becomes XML. `Markup` is what has been escaped; a plain `str` has not."""

from __future__ import annotations

import re
from typing import NewType
from xml.sax.saxutils import escape, quoteattr

Markup = NewType("Markup", str)

# Not allowed in XML 1.0, or able to turn the reading direction of what follows a name.
_UNSAFE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
_LINK = re.compile(r"https?://[^\s\\]+|[/?#](?![/\\])[^\s\\]*")


def text(value: str) -> Markup:
    return Markup(escape(_UNSAFE.sub("\ufffd", value)))


def element(name: str, *children: Markup, **attributes: str | float | None) -> Markup:
    """Of attribute names trailing underscores fall away, inner ones become hyphens; None leaves an attribute out."""
    shown = "".join(f" {_name(key)}={_quoted(value)}" for key, value in attributes.items() if value is not None)
    if not children:
        return Markup(f"<{name}{shown}/>")
    return Markup(f"<{name}{shown}>{''.join(children)}</{name}>")


def safe_href(href: str | None) -> str | None:
    """The link if it leads to a page, None if it might run a script (`javascript:`, `data:`) or hide its host."""
    return href if href and _LINK.fullmatch(href) else None


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _quoted(value: str | float) -> str:
    return quoteattr(_UNSAFE.sub("\ufffd", value) if isinstance(value, str) else f"{value:g}")
