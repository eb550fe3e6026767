"""What the filter bar offers next: terms to choose from, and links that add or take away one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from jobs.pages.looks import word
from jobs.search.qualifiers import FLAGS, INPUT, QUALIFIERS
from jobs.search.query import Query, parse
from jobs.states import JobStatus

PERIODS = ("1h", "24h", "7d", "30d")
FLOWS = 30  #: names that the bar offers; others can be typed
_TABS = ("", "running", "queued", "pending", "failed", "completed", "cancelled")


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str
    note: str = ""
    is_current: bool = False


def address(query: Query | str, **more: str) -> str:
    said = {"q": query if isinstance(query, str) else query.text, **more}
    return "?" + urlencode({name: value for name, value in said.items() if value})


def tabs(query: Query) -> list[Link]:
    """The statuses as links; each keeps the rest of the query."""
    asked = query.value("status")
    names = [*_TABS, asked] if asked not in _TABS else list(_TABS)
    return [_tab(query, name, is_current=name == asked) for name in names]


def _tab(query: Query, name: str, *, is_current: bool) -> Link:
    rest = query.minus("status")
    return Link(word(name) if name else "All", address(rest.plus("status", name) if name else rest), name, is_current)


def chips(query: Query) -> list[Link]:
    """Each term with the address of the list without it."""
    rest = [Query(tuple(other for other in query.terms if other is not term)) for term in query.terms]
    return [Link(term.text, address(less)) for term, less in zip(query.terms, rest, strict=True)]


def offers(query: Query, flows: Iterable[str]) -> list[Link]:
    """Terms that may follow, each with the whole text that it makes of the query."""
    terms = [("status", name) for name in JobStatus.values] + [("is", name) for name in FLAGS]
    terms += [("since", period) for period in PERIODS] + [("flow", name) for name in list(flows)[:FLOWS]]
    terms += [("actor", "me"), ("actor", "nobody"), ("priority", ">0")]
    return [_offer(query, key, value) for key, value in terms]


def _offer(query: Query, key: str, value: str) -> Link:
    longer = query.plus(key, value)
    return Link(longer.terms[-1].text, longer.text)


def examples(query: Query) -> list[Link]:
    """The qualifiers, each with an example that can be followed."""
    known = [*QUALIFIERS.values(), INPUT]
    return [Link(one.example, address(_with(query, one.example)), one.means) for one in known if "…" not in one.example]


def _with(query: Query, text: str) -> Query:
    term = parse(text).terms[0]
    return query.plus(term.key, term.value)
