"""Trying a flow without running it: `/jobs/dry-run/{flow}/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from jobs.access import TRIGGER
from jobs.dryrun.bounded import helper
from jobs.dryrun.front import Tried, Wish, dry_run, spec_of
from jobs.dryrun.samples import last_good_job, sample_input, sample_outputs
from jobs.pages.looks import URGENCY
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.forms import StrictJSONField
from templates_app.graph import NodeLook, draw
from templates_app.models import FlowPrototype
from templates_app.spec import FlowSpec

CHANGE = "templates_app.change_flowprototype"
HOW = {
    "run": "Ran for real",
    "sample": "Sent its samples",
    "skipped": "Not run, sent nothing",
    "raised": "Raised its sample",
}
OUTCOMES = {
    "completed": "It would complete",
    "failed": "It would fail",
    "open": "It would wait for more items",
    "stopped": "Stopped before its end",
}
Document = Mapping[str, Any]


class DryRunForm(forms.Form):
    """`document` is there when somebody tries a flow that is not saved."""

    input = StrictJSONField(
        kind=dict, required=False, label="Input", help_text="What the entry slot gets. Empty begins without an item."
    )
    entry = forms.ChoiceField(required=False, label="Entry", help_text="The slot that the input goes into.")
    outputs = StrictJSONField(
        kind=dict,
        required=False,
        empty_value={},
        label="Sample outputs",
        help_text="What nodes send instead of running: a payload or a list of payloads for each event. Nodes with side "
        "effects never run here: without sample outputs they send nothing.",
    )
    errors_raised = StrictJSONField(
        kind=dict,
        required=False,
        empty_value={},
        label="Sample errors",
        widget=StrictJSONField.widget(attrs={"rows": 3}),
        help_text='To try error handlers: {"node": ["TimeoutError"]} lets the first attempt of the node raise it.',
    )
    overrides = StrictJSONField(
        kind=dict,
        required=False,
        empty_value={},
        label="Overrides",
        widget=StrictJSONField.widget(attrs={"rows": 3}),
        help_text='What to try over the flow: {"settings": ..., "nodes": {"clean": {"config": ...}}}.',
    )
    document = StrictJSONField(kind=dict, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, spec: FlowSpec | None, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "dry-%s", "label_suffix": "", **kwargs})
        ports = [str(port) for port in spec.ports] if spec else []
        own = f"{spec.entry} (the flow's own)" if spec and spec.entry else "Choose a slot"
        self.fields["entry"].choices = [("", own), *((port, port) for port in ports)]  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        said = self.cleaned_data
        return Wish(
            input=said["input"],
            entry=said["entry"] or None,
            outputs=said["outputs"],
            errors=said["errors_raised"],
            overrides=said["overrides"] or None,
            document=said["document"],
        )

    def refuse(self, error: RoutiluxError) -> None:
        """Say what the verb refused, beside the field that it is about."""
        for detail in error.details():
            head = detail.path.replace("[", ".").split(".")[0]
            name = {"errors": "errors_raised"}.get(head, head)
            told = f"{detail.path}: {detail.message}" if detail.path else detail.message
            self.add_error(name if name in self.fields and name != "document" else None, told)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dry_run_flow(request: HttpRequest, name: str) -> HttpResponse:
    flow = get_object_or_404(FlowPrototype.objects.visible_to(request.user).select_related("head"), name=name)
    if not (request.user.has_perm(TRIGGER) or request.user.has_perm(CHANGE)):
        raise PermissionDenied
    if request.method != "POST":
        return first_page(request, flow)
    form = DryRunForm(request.POST, spec=flow.head.spec if flow.head else None)
    form.fields["entry"].validate = lambda value: None  # type: ignore[method-assign] # the verb knows all slots
    tried = _tried(request, flow, form) if form.is_valid() else None
    return _page(request, flow, form, tried, status=200 if tried else 422)


def first_page(request: HttpRequest, flow: FlowPrototype, document: Document | None = None) -> HttpResponse:
    """With an example to press the button on; `document` is what somebody has in a form and did not save."""
    helper.warm()
    spec = _spec(flow, document)
    job = last_good_job(flow, request.user)
    start: dict[str, Any] = {"document": document}
    if spec is not None:
        start |= {"input": sample_input(spec, job), "outputs": sample_outputs(spec, job)}
    return _page(request, flow, DryRunForm(initial=start, spec=spec), None, status=200)


def _spec(flow: FlowPrototype, document: Document | None) -> FlowSpec | None:
    try:
        return spec_of(flow, Wish(document=document))
    except RoutiluxError:
        return None  # pressing the button will tell


def _tried(request: HttpRequest, flow: FlowPrototype, form: DryRunForm) -> Tried | None:
    wish = form.wish()
    if wish.document is not None and not request.user.has_perm(CHANGE):
        raise PermissionDenied
    try:
        return dry_run(flow=flow, wish=wish)
    except RoutiluxError as error:
        form.refuse(error)
        return None


def _page(
    request: HttpRequest, flow: FlowPrototype, form: DryRunForm, tried: Tried | None, *, status: int
) -> HttpResponse:
    is_draft = bool(form["document"].value() not in (None, "", "null"))
    context: dict[str, Any] = {"flow": flow, "form": form, "is_draft": is_draft}
    if tried is not None:
        context |= {
            "report": tried.report,
            "verdict": OUTCOMES[tried.report["outcome"]],
            "picture": _picture(flow, tried),
            "nodes": [{**node, "words": _words(node)} for node in tried.report["nodes"]],
            "decisions": tried.report["decisions"][:50],
            "steps": tried.report["steps"][:100],
        }
    return render(request, "jobs/dryrun.html", context, status=status)


def _picture(flow: FlowPrototype, tried: Tried) -> SafeString:
    """The drawing escapes every name itself; its output is trusted here and nowhere else."""
    looks = {node["node"]: _look(node) for node in tried.report["nodes"]}
    return SafeString(draw(tried.spec, looks=looks, title=f"Flow {flow.name}, as the dry run went"))


def _words(node: Mapping[str, Any]) -> str:
    return ", ".join(HOW[how] for how in node["how"]) or "Not reached"


def _look(node: Mapping[str, Any]) -> NodeLook:
    badge = f"×{node['steps']}" if node["steps"] > 1 else ""
    href = f"#node-{node['node']}"
    if not node["steps"]:
        return NodeLook("waiting", "Items wait", href) if node["waiting"] else NodeLook("idle", "Not reached", href)
    if node["how"] == ["skipped"]:
        return NodeLook("skipped", "Not run", href, badge)
    status = min(node["statuses"], key=URGENCY.index)
    return NodeLook(status, "Sampled" if status == "completed" and node["how"] == ["sample"] else "", href, badge)
