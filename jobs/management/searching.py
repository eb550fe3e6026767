"""The filter of the job list, from the words of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jobs.management import asking
from jobs.search.apply import Sought
from jobs.search.matching import Matching, matching
from jobs.search.naming import understood
from jobs.search.window import Found, page_of
from jobs.search.words import quoted
from jobs.steering.bulk import BulkVerb


def search(words: Sequence[str], user: asking.Asker, *, cursor: str, limit: int, now: datetime) -> Found:
    wanted = _understood(" ".join(map(_word, words)), user, now)
    return page_of(asking.jobs(user), wanted, cursor=cursor, size=limit)


def matches(text: str, user: asking.Asker, verb: BulkVerb, *, now: datetime) -> Matching:
    """The jobs that `verb` would be done to."""
    return matching(asking.jobs(user), _understood(text, user, now), verb)


def _understood(text: str, user: asking.Asker, now: datetime) -> Sought:
    return understood(text, asking.flows(user), user=user.pk if user else None, now=now)


def _word(word: str) -> str:
    """The shell took away the quotation marks of `error:"no such customer"`; one word may be a whole filter, too."""
    key, colon, value = word.partition(":")
    is_one_term = colon and " " in value and " " not in key and ":" not in value and '"' not in word
    return f"{key}:{quoted(value)}" if is_one_term else word
