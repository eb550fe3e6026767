"""One difference: what kind, where, what stood there before and after, what it touches, and a sentence that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final, Literal

from routilux_site.lib.errors import pointer


class Kind(StrEnum):
    """A connection is `moved` when it joins the same two nodes by another port, else `rewired`."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"
    REWIRED = "rewired"


class Impact(StrEnum):
    """What a difference touches: what is done, which data is taken and carried, how much or how long, or words."""

    BEHAVIOUR = "behaviour"
    DATA = "data"
    LIMITS = "limits"
    DESCRIPTION = "description"


class Subject(StrEnum):
    NODE = "node"
    CONNECTION = "connection"
    SETTING = "setting"


class _Absent(Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


#: Stands where there is nothing; null is a value.
ABSENT: Final = _Absent.ABSENT
Absent = Literal[_Absent.ABSENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`path` says where it stands after, `old_path` where it stood before; they are equal unless its node was renamed.

    `node` is the node that it belongs to (its name after, if it is still there), empty for the flow itself.
    `before` and `after` are JSON, or ABSENT. A plain value beside a reference to a secret is hidden.
    """

    kind: Kind
    subject: Subject
    path: str
    old_path: str
    before: Any
    after: Any
    impact: Impact
    sentence: str
    node: str = ""

    @property
    def pointer(self) -> str:
        """The path as JSON Pointer into a document that holds its nodes by their names."""
        return pointer(self.path)

    def to_json(self) -> dict[str, Any]:
        """`before` and `after` are left out where there was nothing, `old_path` where it is the same."""
        optional = {"before": self.before, "after": self.after}
        moved = {"old_path": self.old_path} if self.old_path != self.path else {}
        return {
            "kind": str(self.kind),
            "subject": str(self.subject),
            "node": self.node or None,
            "path": self.path,
            "pointer": self.pointer,
            **moved,
            **{key: value for key, value in optional.items() if value is not ABSENT},
            "impact": str(self.impact),
            "sentence": self.sentence,
        }


def to_json(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    return [found.to_json() for found in differences]


def summary(differences: Iterable[Difference]) -> str:
    """`1 node added, 2 connections rewired, 3 settings changed`; `no difference` when there is none."""
    counts = Counter(
        (found.subject, Kind.CHANGED if found.subject == Subject.SETTING else found.kind) for found in differences
    )
    order = [(subject, kind) for subject in Subject for kind in Kind if counts[subject, kind]]
    parts = [f"{counts[key]} {key[0]}{'' if counts[key] == 1 else 's'} {key[1]}" for key in order]
    return ", ".join(parts) or "no difference"
