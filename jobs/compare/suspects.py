"""Why did it fail now? What differs from the last job that went well, the likeliest cause first. Pure.

It ranks, it does not judge: a difference near the step that failed comes before one far from it, and what nothing is
known about is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from jobs.compare.jsondiff import Change
from routilux_site.lib.text import shorten
from templates_app.diff import Difference, Impact

#: How likely each is the cause, between 0 and 100; only the order matters.
WEIGHTS: Final = {
    "own code": 95,
    "own setting": 90,
    "input kind": 80,
    "input gone": 78,
    "earlier setting": 70,
    "earlier code": 68,
    "wiring": 65,
    "flow setting": 55,
    "input new": 40,
    "other code": 30,
    "other setting": 25,
    "input value": 20,
    "words": 5,
}
MOST_VALUES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`node` is where it failed; `earlier` are the nodes whose items can reach it.

    `code` says of each node whether its module is another one now; None: nobody knows. `values` leaves out what
    differs in `shape` already.
    """

    node: str = ""
    earlier: frozenset[str] = frozenset()
    differences: Sequence[Difference] = ()
    shape: Sequence[Change] = ()
    values: Sequence[Change] = ()
    code: Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suspect:
    weight: int
    sentence: str
    about: str  #: "code", "revision" or "input"


def suspects(evidence: Evidence) -> list[Suspect]:
    """The likeliest first; equal ones in the order in which they were found."""
    found = [*_code(evidence), *_settings(evidence), *_shape(evidence), *_values(evidence)]
    return sorted(found, key=lambda suspect: -suspect.weight)


def unknown(evidence: Evidence) -> list[str]:
    """The nodes of whose code nothing is known, so that no suspect can be ruled out there."""
    return sorted(node for node, changed in evidence.code.items() if changed is None)


def _code(evidence: Evidence) -> Iterator[Suspect]:
    for node in sorted(node for node, changed in evidence.code.items() if changed):
        where = _place(evidence, node)
        near = {"own": ", which failed,", "earlier": ", whose items reach the step that failed,"}.get(where, "")
        yield Suspect(
            WEIGHTS[f"{where} code"], f"The module that defines the routine of ‘{node}’{near} has changed.", "code"
        )


def _settings(evidence: Evidence) -> Iterator[Suspect]:
    for difference in evidence.differences:
        yield Suspect(_weight(evidence, difference), difference.sentence, "revision")


def _weight(evidence: Evidence, difference: Difference) -> int:
    if difference.impact == Impact.DESCRIPTION:
        return WEIGHTS["words"]
    if difference.subject == "connection":
        return WEIGHTS["wiring"]
    if not difference.node:
        return WEIGHTS["flow setting"]
    return WEIGHTS[f"{_place(evidence, difference.node)} setting"]


def _place(evidence: Evidence, node: str) -> str:
    if node == evidence.node:
        return "own"
    return "earlier" if node in evidence.earlier else "other"


def _shape(evidence: Evidence) -> Iterator[Suspect]:
    for change in evidence.shape:
        if change.kind == "changed":
            told = f"The input has {change.after} at ‘{change.path}’, where it had {change.before}."
            yield Suspect(WEIGHTS["input kind"], told, "input")
        elif change.kind == "removed":
            yield Suspect(WEIGHTS["input gone"], f"The input no longer has ‘{change.path}’ ({change.before}).", "input")
        else:
            yield Suspect(WEIGHTS["input new"], f"The input now has ‘{change.path}’ ({change.after}).", "input")


def _values(evidence: Evidence) -> Iterator[Suspect]:
    first = evidence.values[:MOST_VALUES]
    if first:
        told = ", ".join(
            f"‘{change.path}’ ({shorten(change.before)} became {shorten(change.after)})" for change in first
        )
        left = len(evidence.values) - len(first)
        more = f" and {left} more" if left else ""
        yield Suspect(WEIGHTS["input value"], f"The input has another value at {told}{more}.", "input")
