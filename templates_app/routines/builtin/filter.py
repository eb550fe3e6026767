from __future__ import annotations

from typing import Any

from pydantic import Field

from templates_app.routines import rules
from templates_app.routines.builtin.fields import RuleField
from templates_app.routines.builtin.records import record
from templates_app.routines.config import RoutineConfig
from templates_app.routines.ports import Event, Slot
from templates_app.routines.routine import Routine

_LONGEST_REASON = 500


class Filter(Routine):
    """Lets records pass that satisfy a rule, and sends the others another way.

    Example: {"condition": {"path": "total", "op": "ge", "value": 100}}. Without a condition every record passes.
    """

    pure = True
    input = Slot()
    passed = Event("data", description="A record that satisfies the rule.")
    rejected = Event("data", "reason", description="A record that does not, and how the rule judged it.")

    class Config(RoutineConfig):
        condition: RuleField | None = Field(None, description="What a record must satisfy to pass.")
        invert: bool = Field(False, description="Let the records pass that do not satisfy the rule.")
        include_reason: bool = Field(True, description="Say with each rejected record why.")

    def logic(self, items: list[Any]) -> None:
        rule = self.config.condition
        for item in items:
            found = record(item)
            if rule is None or rule.matches(found.data) != self.config.invert:
                self.emit("passed", **found.payload(found.data))
            else:
                more = {"reason": self._reason(rule, found.data)} if self.config.include_reason else {}
                self.emit("rejected", **found.payload(found.data, **more))

    def _reason(self, rule: rules.Rule, data: Any) -> str:
        told = "; ".join(line.strip() for line in rule.explain(data).lines())
        return f"{'inverted: ' if self.config.invert else ''}{told}"[:_LONGEST_REASON]
