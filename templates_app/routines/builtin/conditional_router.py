from __future__ import annotations

from itertools import islice
from typing import Any, Literal

from pydantic import Field

from templates_app.routines.builtin.fields import PortName, RuleField
from templates_app.routines.builtin.records import record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.ports import Event, EventSpec, Ports, Slot
from templates_app.routines.routine import Routine

UNMATCHED = "unmatched"


class Route(RoutineConfig):
    """One way out, and which records take it."""

    name: PortName = Field(description="The event by which the record leaves.")
    when: RuleField = Field(description="What a record must satisfy to take this route.")


class ConditionalRouter(Routine):
    """Sends each record the way whose rule it satisfies. Each route is an event of its own.

    Example: {"routes": [{"name": "large", "when": {"path": "total", "op": "ge", "value": 1000}}]}. A record that no
    route takes leaves by `default_route`, or, if there is none, by `output` with the route "unmatched".
    """

    pure = True
    input = Slot()
    output = Event("data", "route", description="A record that no route takes.")

    class Config(RoutineConfig):
        routes: list[Route] = Field([], max_length=50, description="The ways, in the order in which they are tried.")
        default_route: PortName | None = Field(None, description="The event for records that no route takes.")
        route_priority: Literal["first_match", "all_matches"] = Field(
            "first_match", description="Take only the first route that fits, or each that fits."
        )

    @classmethod
    def ports(cls, config: dict[str, Any]) -> Ports:
        parsed = cls.parse_config(config)
        names = [*(route.name for route in parsed.routes), *filter(None, [parsed.default_route]), "output"]
        fixed = super().ports(config)
        return Ports(fixed.slots, tuple(EventSpec(name, ("data", "route")) for name in dict.fromkeys(names)))

    def logic(self, items: list[Any]) -> None:
        for item in items:
            found = record(item)
            for event, route in self._ways(found.data) or [self._default()]:
                self.emit(event, **found.payload(found.data, route=route))

    def _ways(self, data: Any) -> list[tuple[str, str]]:
        fitting = (route.name for route in self.config.routes if route.when.matches(data))
        if self.config.route_priority == "first_match":
            return [(name, name) for name in islice(fitting, 1)]
        return [(name, name) for name in dict.fromkeys(fitting)]

    def _default(self) -> tuple[str, str]:
        name = self.config.default_route
        return (name, name) if name else ("output", UNMATCHED)
