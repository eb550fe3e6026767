"""A line of text cut into terms: `status:failed -flow:orders "no such customer"`. Pure: it knows no qualifier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s"])+|"')
_KEYED = re.compile(r"([A-Za-z][\w.\-]*):(.*)", re.DOTALL)
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",]+)|(,)')
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = re.compile(r"[^\s\",\\]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a query, as a sentence that says where and what would be accepted."""

    text: str
    at: int  #: the character at which the term begins, counted from 1

    def __str__(self) -> str:
        return f"At character {self.at}: {self.text}"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. `key` is empty for a bare word; any of `values` will do."""

    key: str
    values: tuple[str, ...]
    negated: bool = False
    at: int = field(default=1, compare=False)

    @property
    def value(self) -> str:
        return self.values[0]

    @property
    def text(self) -> str:
        """As one would write it; reading it back gives the same term."""
        said = ",".join(map(quoted, self.values))
        if not self.key:
            said = said if _is_safe_word(self.value) else f'"{_escape(self.value)}"'
        return f"{'-' if self.negated else ''}{self.key}{':' if self.key else ''}{said}"


def terms(text: str) -> Iterator[Term | Problem]:
    for found in _TOKEN.finditer(text):
        raw, at = found[0], found.start() + 1
        yield _unclosed(at) if _is_unclosed(text, found) else _term(raw, at)


def _is_unclosed(text: str, found: re.Match[str]) -> bool:
    return found[0] == '"' and text.count('"', found.start()) > 0


def _unclosed(at: int) -> Problem:
    return Problem('This quotation mark is not closed: write a second " where the value ends.', at)


def _term(raw: str, at: int) -> Term | Problem:
    negated = raw.startswith("-") and len(raw) > 1
    rest = raw[1:] if negated else raw
    keyed = _KEYED.fullmatch(rest)
    if keyed is None:
        return Term("", ("".join(_values(rest, split=False)),), negated, at)
    values = tuple(value for value in _values(keyed[2], split=True) if value)
    if not values:
        return Problem(f"‘{keyed[1]}:’ has no value: write it right behind the colon, without a space.", at)
    return Term(keyed[1].lower() if "." not in keyed[1] else keyed[1], values, negated, at)


def _values(raw: str, *, split: bool) -> list[str]:
    """The values between commas; what is in quotation marks is one value, whatever it holds."""
    found = [""]
    for quoted_part, plain, comma in _PIECE.findall(raw):
        if comma and split:
            found.append("")
        else:
            found[-1] += _ESCAPED.sub(r"\1", quoted_part) + plain + comma
    return found


def quoted(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else f'"{_escape(value)}"'


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _is_safe_word(value: str) -> bool:
    return bool(_PLAIN.fullmatch(value)) and not value.startswith("-") and not _KEYED.fullmatch(value)
