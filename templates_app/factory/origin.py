"""Where an object in Python came from: it travels with the object, and is never written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from templates_app.routines import Routine

_KEY = "_origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The routine prototype behind an object.

    `values` is what the prototype meant, `own` what was set over it at once, `state` how the object stood then. What
    differs from `state` later was set by the program, so that it is an override, and all else stays inherited.
    """

    name: str
    class_key: str
    values: Mapping[str, Any]
    own: Mapping[str, Any]
    state: Mapping[str, Any]
    made: bool = True  #: the object was made from the prototype, not the prototype from the object


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowOrigin:
    """The flow prototype behind a flow object, and its document when they met: what differs is set by the program."""

    name: str
    stored: Mapping[str, Any]
    made: bool = True


def origin_of(routine: Routine) -> Origin | None:
    found: Origin | None = vars(routine).get(_KEY)
    return found


def mark(routine: Routine, origin: Origin) -> None:
    vars(routine)[_KEY] = origin
