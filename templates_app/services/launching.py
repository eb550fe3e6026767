"""The last layer: what one job overrides, frozen in a revision of its own that no head points to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from templates_app import guards, revise, selectors
from templates_app.assemble import Assembled, assemble_flow
from templates_app.models import Prototype, Revision
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.services.settling import writing
from templates_app.spec import FlowSpec

if TYPE_CHECKING:
    from templates_app.audit import Actor


def revision_for_launch(flow: Prototype, overrides: Mapping[str, Any], *, actor: Actor = None) -> Revision:
    """The revision that `flow` with `overrides` (`{"settings": ..., "nodes": ...}`) means; made if there is none.

    Neither head nor version of the flow moves. Raises Refused for overrides that its rules forbid or that make no
    sense, and for an invalid flow; ReadOnly for an archived one.
    """
    outcome = _assembled(flow, overrides)
    known = Revision.objects.filter(flow=flow.pk, hash=outcome.spec.hash).first() if outcome.spec else None
    if known is not None:
        return known
    with writing():
        return revise.revision_for_launch(flow, outcome, actor=actor, message="Overrides at the launch of a job.")


def spec_for_launch(flow: Prototype, overrides: Mapping[str, Any]) -> FlowSpec:
    """The spec that such a revision would freeze. Reads only, and refuses alike."""
    spec = _assembled(flow, overrides).spec
    assert spec is not None  # noqa: S101 - without errors there is a spec
    return spec


def _assembled(flow: Prototype, overrides: Mapping[str, Any]) -> Assembled:
    guards.refuse_archived(flow)
    if flow.head_id is None:
        raise Refused([Problem(**problem) for problem in flow.problems] or [_no_revision(flow)])
    outcome = assemble_flow(selectors.resolved_flow(flow, overrides))
    guards.refuse_errors(outcome.problems)
    return outcome


def _no_revision(flow: Prototype) -> Problem:
    return Problem("", "no-revision", f"‘{flow}’ has no revision that could run.")
