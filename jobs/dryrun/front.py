"""The verb: try a flow as it is stored, with overrides on top, or as somebody has it in a form. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.admission.launch import checked_input, find_entry, runnable
from jobs.dryrun.bounded import helper
from jobs.dryrun.sample import Sample, errors_of, outputs_of
from routilux_site.lib import strict_json
from templates_app import impact
from templates_app import services as templates
from templates_app.models import FlowPrototype
from templates_app.spec import FlowSpec

SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to try. `document` stands for what the flow stores, `overrides` lie over it, as at a launch.

    `outputs` and `errors` are samples for nodes whose code does not run; see `jobs.dryrun.sample`.
    """

    input: Any = None
    entry: str | None = None
    outputs: Any = field(default_factory=dict)
    errors: Any = field(default_factory=dict)
    overrides: Mapping[str, Any] | None = None
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """The flow that was tried, and what came of it; see `jobs.dryrun.report`."""

    spec: FlowSpec
    report: dict[str, Any]


def dry_run(*, flow: FlowPrototype, wish: Wish, seconds: float = SECONDS) -> Tried:
    """Raises what triggering would raise, BadSample for samples that do not fit, DryRunBusy when there is no turn."""
    spec = spec_of(flow, wish)
    sample = _sample(spec, wish, seconds)
    return Tried(spec, helper.run(spec, sample))


def spec_of(flow: FlowPrototype, wish: Wish) -> FlowSpec:
    if wish.document is None:
        return _stored(flow, wish.overrides)
    found: list[FlowSpec] = []
    impact.preview(lambda: found.append(_as_saved(flow, wish)))
    return found[0]


def _stored(flow: FlowPrototype, overrides: Mapping[str, Any] | None) -> FlowSpec:
    return templates.spec_for_launch(flow, overrides) if overrides else runnable(flow).spec


def _as_saved(flow: FlowPrototype, wish: Wish) -> FlowSpec:
    """What saving the document would make of the flow; the caller takes it back."""
    copy = FlowPrototype.objects.get(pk=flow.pk)
    templates.update_flow(copy, document=wish.document or {}, version=copy.version)
    return _stored(FlowPrototype.objects.select_related("head").get(pk=flow.pk), wish.overrides)


def _sample(spec: FlowSpec, wish: Wish, seconds: float) -> Sample:
    outputs, errors = outputs_of(spec, wish.outputs), errors_of(spec, wish.errors)
    strict_json.check(outputs, path="outputs")
    is_empty = wish.input is None and spec.keep_open
    return Sample(
        port=None if is_empty else find_entry(spec, wish.entry),
        payload={} if is_empty else checked_input(spec, wish.input),
        outputs=outputs,
        errors=errors,
        now=time.time(),
        seconds=seconds,
    )
