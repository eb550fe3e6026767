"""What a dry run begins with, so that nobody starts from an empty page: what the last good job took and sent."""

from __future__ import annotations

from typing import Any

from jobs.models import Activation, Item, Job
from jobs.pages.example import example
from jobs.states import JobStatus
from templates_app import catalog
from templates_app.errors import UnknownName
from templates_app.models import FlowPrototype
from templates_app.routines.ports import EventSpec
from templates_app.spec import FlowSpec, NodeSpec

#: So many items of each event are enough to see where they go; they are looked for among the first steps of a job.
MOST, STEPS, ITEMS = 3, 200, 500


def sample_input(spec: FlowSpec, job: Job | None) -> Any:
    if job is not None:
        item = Item.objects.filter(job=job, source_id=None, source_node="").order_by("id").first()
        if item is not None:
            return item.payload
    return example(dict(spec.input_schema or {}))


def sample_outputs(spec: FlowSpec, job: Job | None) -> dict[str, dict[str, Any]]:
    """For each node that will not run: what it sent in `job`, or the names of what its events carry."""
    sent = _sent(job) if job else {}
    return {
        node.id: sent.get(node.id) or _declared(node) for node in spec.nodes.values() if not node.pure and node.events
    }


def last_good_job(flow: FlowPrototype, user: Any) -> Job | None:
    jobs = Job.objects.visible_to(user).filter(flow=flow, status=JobStatus.COMPLETED)
    return jobs.order_by("-id").first()


def _sent(job: Job) -> dict[str, dict[str, list[Any]]]:
    steps = Activation.objects.filter(job=job).order_by("id").values_list("id", flat=True)[:STEPS]
    items = Item.objects.filter(source_id__in=list(steps)).order_by("id")
    sent: dict[str, dict[str, list[Any]]] = {}
    for node, event, payload in items.values_list("source_node", "event", "payload")[:ITEMS]:
        payloads = sent.setdefault(node, {}).setdefault(event, [])
        if len(payloads) < MOST:
            payloads.append(payload)
    return sent


def _declared(node: NodeSpec) -> dict[str, Any]:
    try:
        events = catalog.build(node.class_key, node.config_text).events
    except UnknownName:
        return {}
    return {name: _words(event) for name, event in events.items()}


def _words(event: EventSpec) -> dict[str, Any]:
    return dict.fromkeys(event.params, "text")
