"""What whoever runs flows hands in at start-up: templates know nothing of jobs, but can ask these things of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What hangs on a flow beyond templates: unfinished jobs stay pinned, schedules follow the head."""

    unfinished_jobs: int = 0
    schedules: int = 0


Usages = Callable[[Collection[int]], Mapping[int, Usage]]
Launcher = Callable[..., Any]
Console = Callable[[Any, Any], Mapping[str, Any]]
Rehearsal = Callable[[Any, Any, Mapping[str, Any]], Any]

_usages: list[Usages] = []
_launcher: list[Launcher] = []
_rehearsal: list[Rehearsal] = []
_console: list[Console] = []


def register_usage(found: Usages) -> None:
    """`found` gets the ids of flows and answers, in a constant number of queries, those of them that are in use."""
    if found not in _usages:
        _usages.append(found)


def usage(flows: Collection[int]) -> dict[int, Usage]:
    """The sum of what is handed in about each of `flows`; every one of them is in the answer."""
    sums = dict.fromkeys(flows, Usage())
    for found in _usages:
        for pk, told in found(flows).items():
            sums[pk] = Usage(
                unfinished_jobs=sums[pk].unfinished_jobs + told.unfinished_jobs,
                schedules=sums[pk].schedules + told.schedules,
            )
    return sums


def register_launcher(launch: Launcher) -> None:
    """`launch(flow, **launch)` starts a job of a flow prototype and returns a handle on it; the last one counts."""
    _launcher[:] = [launch]


def launcher() -> Launcher:
    if not _launcher:
        raise RuntimeError("Nothing here can run flows: add the app `jobs` to INSTALLED_APPS.")
    return _launcher[0]


def register_rehearsal(page: Rehearsal) -> None:
    """`page(request, flow, document)` answers with a page that tries a flow as it stands in a form; the last counts."""
    _rehearsal[:] = [page]


def rehearsal() -> Rehearsal | None:
    return _rehearsal[0] if _rehearsal else None


def register_console(found: Console) -> None:
    """`found(request, flow)` tells what the page of a flow shows of its runs; the last one counts."""
    _console[:] = [found]


def console(request: Any, flow: Any) -> Mapping[str, Any]:
    return _console[0](request, flow) if _console else {}
