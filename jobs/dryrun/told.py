"""Policies that tell what they were asked and what they said."""

from __future__ import annotations

from typing import Any

from jobs.dryrun.memory import Decision
from jobs.runtime.program import Program
from templates_app.routines.policies import Activate, Decline, Policy, View

MOST = 500


class Told(Policy):
    """A policy of one node that writes down its decisions; else it is the policy that it stands for."""

    def __init__(self, node: str, policy: Policy, decisions: list[Decision]) -> None:
        self.stateless = policy.stateless  # type: ignore[misc]
        self.keeps_time = policy.keeps_time  # type: ignore[misc]
        self.sees_payloads = policy.sees_payloads  # type: ignore[misc]
        self._node, self._policy, self._decisions = node, policy, decisions

    def decide(self, view: View) -> Activate | Decline:
        try:
            said = self._policy.decide(view)
        except Exception as error:
            self._tell(_declined(self._node, view, {"raised": f"{type(error).__name__}: {error}"}))
            raise
        self._tell(_decision(self._node, view, said))
        return said

    def _tell(self, told: Decision) -> None:
        # A drain asks twice: first who would run at all, then whom it lets run.
        is_again = told.drained and self._decisions[-1:] == [told]
        if len(self._decisions) < MOST and not is_again:
            self._decisions.append(told)


def telling(program: Program, decisions: list[Decision]) -> Program:
    """`program` itself, whose policies from now on write into `decisions`. It must not be shared with others."""
    program.policies = {node: Told(node, policy, decisions) for node, policy in program.policies.items()}
    return program


def _decision(node: str, view: View, said: Activate | Decline) -> Decision:
    if isinstance(said, Activate):
        return Decision(view.now, node, dict(view.queued), view.drained, dict(said.take), said.message)
    return _declined(node, view, None, said.look_again_at)


def _declined(node: str, view: View, message: Any, look_again_at: float | None = None) -> Decision:
    return Decision(view.now, node, dict(view.queued), view.drained, None, message, look_again_at)
