"""Custom policies: registered functions `(slots, worker_state) -> (activate, data_slice, message)`.

A function reads and consumes views of a job's queues, never the queues. What it consumed is turned into the same pure
decision that every other policy makes, so that a crash between the two costs nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Self

from routilux_site.lib import strict_json
from templates_app.routines.brief import briefly
from templates_app.routines.deciding import Activate, Decline, Payload, Policy, View
from templates_app.routines.errors import PolicyError
from templates_app.routines.text import closest_first, listed, shorten, suggestion

PolicyFunction = Callable[..., Any]
POSITIONAL = ("slots", "worker_state")
#: A job's lock is held while its policies are asked, and the session's other commits wait.
SECONDS = 5.0
EXPECTED = "(activate, data_slice, message), or only true or false"

_functions: dict[str, PolicyFunction] = {}


class SlotView:
    """A slot as a policy sees it: what waits, oldest first. Consuming tells what the activation is to take."""

    def __init__(self, name: str, items: Sequence[Payload]) -> None:
        self.name = name
        self._items = items
        self.consumed = 0

    def __len__(self) -> int:
        return len(self._items) - self.consumed

    def get_unconsumed_count(self) -> int:
        return len(self)

    def get_total_count(self) -> int:
        return len(self._items)

    def peek_all_new(self) -> list[Payload]:
        return [_copy(item) for item in self._items[self.consumed :]]

    def peek_one_new(self) -> Payload | None:
        return _copy(self._items[self.consumed]) if len(self) else None

    def peek_latest(self) -> Payload | None:
        return _copy(self._items[-1]) if self._items else None

    def consume_all_new(self) -> list[Payload]:
        found = self.peek_all_new()
        self.consumed = len(self._items)
        return found

    def consume_one_new(self) -> Payload | None:
        found = self.peek_one_new()
        self.consumed += found is not None
        return found

    def consume_latest_and_mark_all_consumed(self) -> Payload | None:
        """The newest alone; those before it are passed over, and kept as dropped."""
        found = self.peek_latest() if len(self) else None
        self.consumed = len(self._items)
        return found

    def settled(self, given: object) -> tuple[int, int]:
        """How many items to take and how many older ones to drop, so that logic gets exactly `given`."""
        if given is None:
            return self.consumed, 0
        if not isinstance(given, list):
            raise PolicyError(f"data_slice gives {shorten(given)} for slot '{self.name}': a list of items is accepted.")
        most = self.consumed or len(given)
        first = self.consumed - len(given) if self.consumed else 0
        if first < 0 or list(self._items[first:most]) != given:
            raise PolicyError(
                f"data_slice gives items for slot '{self.name}' that are not the last ones it consumed, nor the first "
                "ones that wait: return what the slot gave, unchanged and in its order."
            )
        return len(given), first


class WorkerState(dict[str, Any]):
    """What a policy remembers of its node in this job: JSON, saved with the decision."""

    def __init__(self, view: View) -> None:
        super().__init__(_copy(dict(view.memory)))
        self.now = view.now
        self.last_activation = view.last_activation
        self.drained = view.drained
        self.look_again_at: float | None = None

    def look_again_in(self, seconds: float) -> None:
        """Ask this policy again then, although nothing may have arrived."""
        self.look_again_at = self.now + max(0.001, float(seconds))

    def changed(self, before: Mapping[str, Any]) -> dict[str, Any] | None:
        after = _copy(dict(self))
        return None if after == before else after


@dataclass(frozen=True, slots=True)
class Custom(Policy):
    """What a registered function decides; it may read the items that wait, and has settings of its own."""

    type: ClassVar[str] = "custom"
    keeps_time: ClassVar[bool] = True
    sees_payloads: ClassVar[bool] = True
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: object = self.name
        if not isinstance(given, str) or given not in _functions:
            told = listed(closest_first(str(given), sorted(_functions)))
            raise PolicyError(f"No policy is registered as {shorten(self.name)}. Registered: {told}.", path="name")
        _check_params(self.name, self.params)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        if "name" not in settings:
            raise PolicyError("custom requires it: the name of a registered policy.", path="name")
        return cls(settings["name"], {key: value for key, value in settings.items() if key != "name"})

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, "name": self.name, **self.params}

    def decide(self, view: View) -> Activate | Decline:
        slots = {slot: SlotView(slot, view.payloads.get(slot, ())) for slot in view.queued}
        state = WorkerState(view)
        answer = briefly(SECONDS, partial(_functions[self.name], slots, state, **_copy(dict(self.params))))
        activate, data_slice, message = _understood(answer, slots)
        memory = state.changed(view.memory)
        if not activate:
            return Decline(state.look_again_at, memory)
        take, drop = _settled(slots, data_slice)
        return Activate(take, _copy(message), drop, memory)


def keep_policy(name: str, function: PolicyFunction) -> None:
    """Make a function known to `Custom`; the catalog checks names and signatures first."""
    _functions[name] = function


def policy_names() -> list[str]:
    return sorted(_functions)


def policy_function(name: str) -> PolicyFunction | None:
    return _functions.get(name)


def check_signature(function: object) -> None:
    """Raise PolicyError unless it can be called as `function(slots, worker_state, **settings)`."""
    if inspect.isclass(function) or not callable(function) or inspect.iscoroutinefunction(function):
        raise PolicyError(f"{function!r} is not a plain function.")
    parameters = list(inspect.signature(function).parameters.values())
    lists = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
    if any(p.kind is p.VAR_POSITIONAL for p in lists) or len(lists) < len(POSITIONAL):
        raise PolicyError(
            f"{getattr(function, '__qualname__', function)} is called with two arguments, slots and worker_state, and "
            "after them with its settings by name."
        )


def custom_policy(check: str | PolicyFunction, /, **params: Any) -> Policy:
    """The policy of a registered function, by its name or by itself, with its settings."""
    if isinstance(check, str):
        return Custom(check, params)
    name = next((name for name, function in _functions.items() if function is check), None)
    if name is None:
        told = getattr(check, "__qualname__", repr(check))
        raise PolicyError(f"{told} is not registered: put @catalog.register_policy('a-name') above it.")
    return Custom(name, params)


def _check_params(name: str, params: Mapping[str, Any]) -> None:
    taken = list(inspect.signature(_functions[name]).parameters.values())[len(POSITIONAL) :]
    known = {p.name: p for p in taken if p.kind is not p.VAR_KEYWORD}
    for key in params:
        if key not in known and len(known) == len(taken):
            message = f"{name} has no such setting.{suggestion(key, known)} Accepted: {listed(known)}."
            raise PolicyError(message, path=key)
    for key, parameter in known.items():
        if parameter.default is parameter.empty and key not in params:
            raise PolicyError(f"{name} requires it, but it is not given.", path=key)
    strict_json.check(dict(params))


def _understood(answer: object, slots: Mapping[str, SlotView]) -> tuple[bool, Mapping[str, Any], Any]:
    if isinstance(answer, bool):
        everything = {name: slot.peek_all_new() for name, slot in slots.items()} if answer else {}
        return answer, everything, {"reason": "custom_policy_met"}
    if not isinstance(answer, tuple) or len(answer) != 3 or not isinstance(answer[0], bool):
        raise PolicyError(f"it returned {shorten(answer)}: {EXPECTED} is accepted.")
    activate, data_slice, message = answer
    if not isinstance(data_slice, Mapping | None) or not set(data_slice or {}) <= set(slots):
        raise PolicyError(f"data_slice is {shorten(data_slice)}: a list for each of {listed(slots)} is accepted.")
    return activate, data_slice or {}, message


def _settled(slots: Mapping[str, SlotView], data_slice: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
    counts = {name: slot.settled(data_slice.get(name)) for name, slot in slots.items()}
    if not any(take for take, _ in counts.values()):
        raise PolicyError("it activates without taking any item: consume at least one, or return False.")
    return {name: take for name, (take, _) in counts.items()}, {
        name: drop for name, (_, drop) in counts.items() if drop
    }


def _copy(value: Any) -> Any:
    return strict_json.copy(value)
