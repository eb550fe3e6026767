"""What may be asked of jobs, as data: each qualifier with its meaning, an example, and what it accepts. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from jobs.search.words import Problem, Term
from jobs.states import JOB_UNDER_WAY, JobStatus

UNFINISHED: Final = tuple(status for status in JobStatus if status in JOB_UNDER_WAY)
FLAGS: Final = MappingProxyType(
    {
        "unfinished": "has not ended: queued, pending, running or paused",
        "ended": "has ended: completed, failed or cancelled",
        "undecided": "waits for somebody to approve or reject something",
        "open": "takes items that are posted into it, and has not ended",
        "rerun": "runs another job again",
        "scheduled": "was started by a schedule",
        "mine": "was started by you",
    }
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_PERIOD = re.compile(r"([0-9]{1,6})([smhdw])")
_PRIORITY = re.compile(r"(>=|<=|>|<)?(-?[0-9]{1,4})")
_ID = re.compile(r"[0-9a-f]{1,32}")
_PRINT = re.compile(r"[0-9a-f]{16}")
_PATH = re.compile(r"input(\.[^.\s]+)+")


class Qualifier(NamedTuple):
    means: str
    example: str
    accepts: str
    check: Callable[[str], bool]


def period(text: str) -> timedelta | None:
    found = _PERIOD.fullmatch(text)
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]]) if found else None


def moment(text: str, now: datetime) -> datetime | None:
    """A period back from now, a day, or a time of a day (UTC unless it says otherwise)."""
    back = period(text)
    if back is not None:
        return max(now - back, datetime(1970, 1, 1, tzinfo=UTC)) if back < timedelta(days=20_000) else _dawn()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if 1970 < found.year < 9000 else None


def _dawn() -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC)


def bound(text: str) -> tuple[str, int] | None:
    """`>=5` as an operator and a number."""
    found = _PRIORITY.fullmatch(text)
    return (found[1] or "=", int(found[2])) if found else None


def id_digits(text: str) -> str | None:
    digits = text.strip().lower().replace("-", "")
    return digits if _ID.fullmatch(digits) else None


def _anything(text: str) -> bool:
    return "\0" not in text


def _moment(text: str) -> bool:
    return moment(text, datetime.now(UTC)) is not None


_WHEN = "a period back from now (30m, 2h, 7d, 4w), a day (2026-01-31) or a time (2026-01-31T12:00)"
QUALIFIERS: Final[Mapping[str, Qualifier]] = MappingProxyType(
    {
        "status": Qualifier(
            "the status", "status:failed", ", ".join(JobStatus.values), lambda text: text in JobStatus.values
        ),
        "is": Qualifier("a fact about it", "is:unfinished", ", ".join(FLAGS), lambda text: text in FLAGS),
        "flow": Qualifier("the flow", "flow:orders", "the name of a flow", _anything),
        "variant": Qualifier("the variant", "variant:orders-express", "the name of a variant", _anything),
        "since": Qualifier("created at or after", "since:2h", _WHEN, _moment),
        "until": Qualifier("created before", "until:2026-01-31", _WHEN, _moment),
        "error": Qualifier("words of its error", 'error:"no such customer"', "a part of the text", _anything),
        "node": Qualifier("the node at which it failed", "node:clean", "the name of a node", _anything),
        "fingerprint": Qualifier(
            "failures alike", "fingerprint:0123456789abcdef", "16 characters, 0-9 and a-f",
            lambda text: _PRINT.fullmatch(text) is not None,
        ),
        "actor": Qualifier("who started it", "actor:bob", "a user name, me or nobody", _anything),
        "priority": Qualifier(
            "the priority", "priority:>=5", "a number, with >, >=, < or <= before it",
            lambda text: bound(text) is not None,
        ),
        "revision": Qualifier(
            "the number of the revision", "revision:3", "a whole number",
            lambda text: text.isascii() and text.isdigit() and len(text) < 10,
        ),
        "id": Qualifier(
            "the beginning of its id", "id:019a", "0-9, a-f and -", lambda text: id_digits(text) is not None
        ),
        "origin": Qualifier(
            "runs this job again", "origin:019a…", "the id of a job", lambda text: len(id_digits(text) or "") == 32
        ),
    }
)  # fmt: skip
INPUT: Final = Qualifier("a value in its input", "input.customer.id:42", "a value, or * for any", _anything)
#: More than one value means nothing here: the last would win, or none could match.
SINGLE: Final = frozenset({"since", "until", "priority", "id", "error"})


def check(term: Term) -> Problem | None:
    """What is wrong with a term as such, whoever asks."""
    if not term.key:
        return None if _anything(term.value) else Problem("A null character is in no job: leave it out.", term.at)
    known = INPUT if _PATH.fullmatch(term.key) else QUALIFIERS.get(term.key)
    if known is None:
        told = ", ".join([*QUALIFIERS, "input.<path>"])
        remedy = "To search for a word with a colon, put it in quotation marks."
        return Problem(f"There is no qualifier ‘{_short(term.key)}’; these are: {told}. {remedy}", term.at)
    wrong = next((value for value in term.values if not known.check(value) or "\0" in value), None)
    if wrong is not None:
        accepted = f"{known.accepts} {'are' if ',' in known.accepts else 'is'} accepted."
        return Problem(f"‘{_short(wrong)}’ is no {term.key}: {accepted}", term.at)
    if term.key in SINGLE and (len(term.values) > 1 or (term.negated and term.key in ("since", "until"))):
        return Problem(f"‘{term.key}’ takes one value and no minus: write ‘{known.example}’.", term.at)
    return None


def _short(text: str) -> str:
    printable = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return printable if len(printable) <= 40 else f"{printable[:40]}…"
