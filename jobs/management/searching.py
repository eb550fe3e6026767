"""The filter of the job list, from the words of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jobs.management import asking
from jobs.search import apply
from jobs.search.query import Query, parse
from jobs.search.window import Found, page_of
from jobs.search.words import quoted


def search(words: Sequence[str], user: asking.Asker, *, cursor: str, limit: int, now: datetime) -> Found:
    query = parse(" ".join(map(_word, words)))
    asker = apply.Asker(user=user.pk if user else None, now=now, flows=_flows(query, user))
    wanted = apply.sought(query, asker)
    if wanted.problems:
        raise asking.Refused("\n".join(map(str, wanted.problems)))
    return page_of(asking.jobs(user), wanted, cursor=cursor, size=limit)


def _word(word: str) -> str:
    """The shell took away the quotation marks of `error:"no such customer"`; one word may be a whole filter, too."""
    key, colon, value = word.partition(":")
    is_one_term = colon and " " in value and " " not in key and ":" not in value and '"' not in word
    return f"{key}:{quoted(value)}" if is_one_term else word


def _flows(query: Query, user: asking.Asker) -> dict[str, apply.FlowChoice]:
    """Of those that the query names."""
    names = [value for term in query.terms if term.key in ("flow", "variant") for value in term.values]
    rows = asking.flows(user).filter(name__in=names)
    return {flow.name: apply.FlowChoice(flow.pk, flow.name, flow.is_runnable, flow.is_variant) for flow in rows}
