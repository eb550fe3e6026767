"""A plan in words, for a terminal and for logs: signs as a diff has them, no colour needed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from templates_app.dsl.changes import Effect, Plan
from templates_app.impact import Staying

MOST = 50
_EFFECTS = {
    "new-revision": "gets a new revision",
    "becomes-invalid": "BECOMES INVALID",
    "heals": "becomes valid again",
}


def lines(plan: Plan, *, done: bool = False) -> Iterator[str]:
    for step in plan.steps:
        if step.action != "unchanged":
            yield f"{'+' if step.action == 'create' else '~'} {step.action} {step.kind} {step.name}"
            yield from (f"    {change}" for change in step.changes)
    yield from _first(list(map(_effect, plan.effects)))
    yield from _first([_staying(one) for one in plan.impact.staying] if plan.impact else [])
    counts = Counter(step.action for step in plan.steps)
    words = ("created", "updated") if done else ("to create", "to update")
    told = f"{counts['create']} {words[0]}, {counts['update']} {words[1]}, {counts['unchanged']} unchanged"
    yield f"{told}; other flows affected: {len(plan.effects)}"


def _first(told: list[str]) -> list[str]:
    return told if len(told) <= MOST else [*told[:MOST], f"  and {len(told) - MOST} more; --json tells them all"]


def _staying(one: Staying) -> str:
    return f"= {one.prototype.kind} {one.prototype.name} stays: {one.layer} sets {one.path} itself"


def _effect(effect: Effect) -> str:
    sign = "!" if effect.what == "becomes-invalid" else ">"
    pinned = f"; {effect.unfinished_jobs} unfinished jobs stay pinned to the old" if effect.unfinished_jobs else ""
    follow = f"; {effect.schedules} schedules follow" if effect.schedules else ""
    reason = f": {effect.reason}" if effect.reason else ""
    return f"{sign} flow {effect.flow} {_EFFECTS[effect.what]}{reason}{pinned}{follow}"
