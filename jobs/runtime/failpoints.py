"""Named places at which tests make a process die, freeze or wait. Without ROUTILUX_FAILPOINTS each is an empty call.

The variable names a folder. Each file `<place>.<anything>` in it is one fault, `<action> [<probability> [<seed>]]`; the
process that takes the file away first suffers it, so a place fires as often as there are files, in however many
processes. What fired is left as `fired.<pid>.<name>`.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = os.environ.get("ROUTILUX_FAILPOINTS", "")
PLACES: Final = (
    "before_claim",
    "after_claim",
    "in_step",
    "before_commit",
    "in_commit",
    "after_commit",
    "before_ack",
    "after_dequeue",
    "in_monitor",
    "in_rescue",
)
#: Long enough to outlive a lease of the tests.
NAP: Final = 5.0

_dice: dict[str, random.Random] = {}


def _nothing(place: str) -> None:
    pass


def _hit(place: str) -> None:
    for fault in _waiting(place):
        words = _words(fault)
        if words and _strikes(fault.name, *words[1:]) and _take(fault):
            ACTIONS[words[0]]()


def _waiting(place: str) -> Iterator[Path]:
    names = sorted(name for name in os.listdir(FOLDER) if name.startswith(f"{place}."))  # noqa: PTH208 - hot
    return (Path(FOLDER) / name for name in names)


def _words(fault: Path) -> list[str]:
    try:
        return fault.read_text(encoding="ascii").split()
    except FileNotFoundError:  # another process was faster, and the step that came by here must not bear it
        return []


def _strikes(name: str, probability: str = "1", seed: str = "0") -> bool:
    dice = _dice.setdefault(name, random.Random(f"{seed} {name}"))  # noqa: S311
    return dice.random() < float(probability)


def _take(fault: Path) -> bool:
    try:
        fault.rename(fault.with_name(f"fired.{os.getpid()}.{fault.name}"))
    except FileNotFoundError:  # another process was faster
        return False
    return True


def _send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


ACTIONS: Final[dict[str, Callable[[], None]]] = {
    "kill": lambda: _send(signal.SIGKILL),
    "stop": lambda: _send(signal.SIGSTOP),
    "sleep": lambda: time.sleep(NAP),
}

#: Called at each place with its name.
hit: Final[Callable[[str], None]] = _hit if FOLDER else _nothing
