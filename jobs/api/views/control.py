"""The verbs on a job that is there: stop, hold, go on, mend. Each is a row: what it is called, and what it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api import docs
from jobs.api.base import Endpoint
from jobs.api.bodies import DecisionBody, EditBody, ItemBody, NoBody, NodeBody, ReasonBody, SupplyBody
from jobs.api.examples.jobs import CANCEL, CLOSE, REASON
from jobs.api.examples.steering import DECISION, EDIT, ITEM, NODE, SUPPLY
from jobs.api.shapes.jobs import JobSerializer
from jobs.errors import BadEntry
from jobs.states import CONTROL, VERBS
from routilux_site.lib.api.endpoint import Permissions
from routilux_site.lib.api.operation import Operation
from templates_app.api.pointing import pointing
from templates_app.spec import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """`act` takes `job`, for verbs on a step also `step`, `actor`, and the fields of the body."""

    act: Callable[..., object]
    operation: Operation
    permission: str = CONTROL


def _verb(act: Callable[..., object], *, permission: str = CONTROL, **said: Any) -> Verb:
    usual = {"tag": "jobs", "takes": ReasonBody, "refuses": docs.WRITE, "examples": REASON}
    told = Operation(**{**usual, **said}, answers={202: JobSerializer})
    return Verb(act=act, operation=told, permission=permission)


def _post_item(*, slot: str, **said: Any) -> None:
    with pointing(lambda path: "slot" if path == "entry" else path):
        services.post_item(port=_port(slot), **said)


def _supply(*, outputs: list[dict[str, Any]], **said: Any) -> None:
    pairs = [(output["event"], output["payload"]) for output in outputs]
    services.supply_output(outputs=pairs, **said)


def _port(text: str) -> Port:
    node, _, slot = text.partition(".")
    if not node or not slot:
        raise BadEntry('A slot is written "node.slot".', path="slot")
    return Port(node, slot)


#: By the last part of their address, below `jobs/<job>/`.
OF_JOBS = {
    "cancel": _verb(
        services.cancel,
        permission=VERBS["cancel"].permission,
        id="cancel_job",
        summary="Cancel a job",
        about="Nothing more starts; what a running step still does is not kept. 409 if the job has ended.",
        examples=CANCEL,
    ),
    "pause": _verb(
        services.pause,
        id="pause_job",
        summary="Pause a job",
        about="Nothing new starts; running steps finish, and what they cause is held.",
    ),
    "resume": _verb(services.resume, id="resume_job", summary="Resume a paused job"),
    "retry": _verb(
        services.retry,
        id="retry_job",
        summary="Retry a job from where it failed",
        about="Its unfinished steps run again, what succeeded is kept. 409 unless it failed or was cancelled.",
    ),
    "items": _verb(
        _post_item,
        id="post_item",
        summary="Put an item into a slot of a job",
        about="How an open job gets more work, and how an approval or a signal arrives.",
        takes=ItemBody,
        refuses=(*docs.WRITE, 422),
        examples=ITEM,
    ),
    "close": _verb(
        services.close,
        id="close_job",
        summary="Close an open job",
        about="No more items will be posted: it completes once everything in it is done.",
        takes=NoBody,
        examples=CLOSE,
    ),
}
_BREAKPOINTS: dict[str, Any] = {"takes": NodeBody, "refuses": (*docs.WRITE, 422), "examples": NODE}
OF_JOBS |= {
    "set-breakpoint": _verb(
        services.set_breakpoint,
        id="set_breakpoint",
        summary="Set a breakpoint in a job",
        about="From here on each step of the node is held, with its items, before it starts. The job stays alive.",
        **_BREAKPOINTS,
    ),
    "clear-breakpoint": _verb(
        services.clear_breakpoint,
        id="clear_breakpoint",
        summary="Let everything go that a breakpoint holds",
        about="And hold nothing more there, in this job.",
        **_BREAKPOINTS,
    ),
    "release-step": _verb(
        services.step,
        id="release_step",
        summary="Let one step go that a breakpoint holds",
        about="The oldest. The breakpoint stays.",
        **_BREAKPOINTS,
    ),
}
#: The same below `jobs/<job>/steps/<step>/`.
OF_STEPS = {
    "decide": _verb(
        services.decide,
        permission=VERBS["decide"].permission,
        id="decide",
        summary="Approve or reject what a step waits for",
        about="The step goes on with the answer. 409 if it waits for none, or somebody was faster.",
        takes=DecisionBody,
        examples=DECISION,
    ),
    "skip": _verb(
        services.skip_step,
        id="skip_step",
        summary="Skip a failed step",
        about="The failed job goes on as if the step had sent nothing.",
    ),
    "output": _verb(
        _supply,
        id="supply_output",
        summary="Supply the output of a failed step",
        about="The failed job goes on as if the step had sent these.",
        takes=SupplyBody,
        refuses=(*docs.WRITE, 422),
        examples=SUPPLY,
    ),
}


#: The same below `jobs/<job>/items/<item>/`.
OF_ITEMS = {
    "edit": _verb(
        services.edit_item,
        id="edit_item",
        summary="Change an item that waits",
        about="One in a slot, or of a step that a breakpoint holds. The old payload is kept in the job's history.",
        takes=EditBody,
        refuses=(*docs.WRITE, 422),
        examples=EDIT,
    ),
    "drop": _verb(
        services.drop_item,
        id="drop_item",
        summary="Drop an item that waits",
        about="It is kept, marked as dropped. A held step without any item left is skipped.",
    ),
}


class JobVerb(Endpoint):
    """202: what has been asked for is under way; the body is the job as it is by now."""

    verb: Verb = OF_JOBS["cancel"]

    @property
    def operation(self) -> Operation:
        return self.verb.operation

    def permissions_by_method(self) -> Permissions:
        return {"POST": (self.verb.permission,)}

    def post(self, request: Request, job: UUID, **place: int) -> Response:
        found = self.job(job)
        at = {name: self.part(found, name, number) for name, number in place.items()}
        self.verb.act(job=found, actor=request.user, **at, **self.said(self.operation.takes))
        return Response(JobSerializer(self.job(found.pk), context={"request": request}).data, status=202)
