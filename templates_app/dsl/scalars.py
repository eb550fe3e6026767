"""Plain words of YAML: what all its readers take for the same value is accepted, what they differ about is not. Pure.

YAML 1.1 reads `no` as false, `012` as ten and `12:30` as 750; YAML 1.2 reads texts and twelve. Whoever means a text
puts it in quotes.
"""

from __future__ import annotations

import re

import yaml

from templates_app.routines.text import shorten

WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
LONGEST_INT = 20
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*([eE][-+][0-9]+)?")
_NUMBER_OF_1_2 = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+")
_TEXT_TAG = "tag:yaml.org,2002:str"
_RESOLVER = yaml.resolver.Resolver()


class AmbiguousScalar(ValueError):
    """The message says what to write instead."""


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted word; raises AmbiguousScalar."""
    if text in WORDS:
        return WORDS[text]
    if _INT.fullmatch(text) and len(text) <= LONGEST_INT:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _NUMBER_OF_1_2.fullmatch(text) or _tag_of_1_1(text) != _TEXT_TAG:
        raise AmbiguousScalar(_advice(text))
    return text


def is_plain_text(text: str) -> bool:
    """Whether `text` may stand without quotes."""
    try:
        return plain(text) is text
    except AmbiguousScalar:
        return False


def _tag_of_1_1(text: str) -> str:
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag


def _advice(text: str) -> str:
    return (
        f"{shorten(text)} without quotes means one thing to one reader of YAML and another to the next: "
        f"write {shorten(text)}, with the quotes, for a text, or true, false, null or a decimal number."
    )
