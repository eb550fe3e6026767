"""What every activation policy is: a pure decision about what waits in the slots of one node of one job."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from routilux_site.lib.errors import join_path
from routilux_site.lib.strict_json import Json
from templates_app.routines.errors import PolicyError
from templates_app.routines.text import listed, suggestion

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """What a policy may know. `queued`: waiting items of each slot, in slot order; times are seconds of one clock.

    `drained` says that nothing else in the job can move: this is the last call for the tail of a batch or an interval.
    `payloads` and `memory` are there only for a policy that `sees_payloads`.
    """

    queued: Mapping[str, int]
    now: float = 0.0
    last_activation: float | None = None
    drained: bool = False
    payloads: Mapping[str, Sequence[Payload]] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Activate:
    """Run now, with so many items of each slot (never none at all); logic gets `message` as `policy_message`.

    `drop`: so many older items of a slot are passed over for good, and kept as dropped. `memory`: what the policy
    wants to find again next time; None leaves it as it was.
    """

    take: Mapping[str, int]
    message: Json
    drop: Mapping[str, int] = field(default_factory=dict)
    memory: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """Wait for more items, or look again at that time at the latest."""

    look_again_at: float | None = None
    memory: Mapping[str, Any] | None = None


class Policy(ABC):
    """`stateless`: depends on nothing but whether anything waits. `keeps_time`: also on when it last activated.

    `sees_payloads`: it reads what waits, and remembers things of its own between two decisions. `breaks`: its steps
    are held before they start. `says`: the message of a stateless policy; None is told as immediate.
    """

    type: ClassVar[str]
    stateless: ClassVar[bool] = False
    keeps_time: ClassVar[bool] = False
    sees_payloads: ClassVar[bool] = False
    breaks: ClassVar[bool] = False
    says: ClassVar[Json] = None

    @abstractmethod
    def decide(self, view: View) -> Activate | Decline:
        """Pure: the same view gives the same answer. Asked again after each activation, until it declines."""

    def lacks(self, queued: Mapping[str, int]) -> str:
        """What keeps it from taking what waits, as half a sentence."""
        return "its policy has not taken them yet"

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, **{f.name: getattr(self, f.name) for f in fields(self)}}  # type: ignore[arg-type]

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The policy that these settings make; raises PolicyError with the path of the one that is wrong."""
        check_settings(cls.type, settings, [f.name for f in fields(cls)])  # type: ignore[arg-type]
        return cls(**settings)


def check_settings(kind: str, settings: Mapping[str, Any], accepted: Sequence[str], path: str = "") -> None:
    """All of `accepted` are given, and nothing else."""
    for key in settings:
        if key not in accepted:
            message = f"{kind} has no such setting.{suggestion(key, accepted)} Accepted: {listed(accepted)}."
            raise PolicyError(message, path=join_path(path, key))
    for key in accepted:
        if key not in settings:
            raise PolicyError(f"{kind} requires it, but it is not given.", path=join_path(path, key))
