"""The page of one control: `/jobs/{id}/do/{verb}/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from jobs import services
from jobs.errors import BadInput
from jobs.models import Activation, Job
from jobs.pages import reads
from jobs.pages.controls import CONTROLS, Control, why_not
from jobs.pages.picture import spec_of
from jobs.states import StepStatus
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.forms import StrictJSONField
from templates_app.spec import FlowSpec, Port

MOST_STEPS = 100
OUTPUTS_HELP = 'A JSON list, for example [{"event": "output", "payload": {"n": 1}}]. An empty list sends nothing.'


class ControlForm(forms.Form):
    """The fields that a control asks for, and a reason."""

    step = forms.TypedChoiceField(coerce=int, label="Failed step")
    slot = forms.ChoiceField(label="Slot")
    outputs = StrictJSONField(kind=list, empty_value=[], required=False, label="Output", help_text=OUTPUTS_HELP)
    payload = StrictJSONField(kind=dict, empty_value={}, required=False, label="Item", help_text="A JSON object.")
    reason = forms.CharField(
        required=False, max_length=500, label="Reason", help_text="Others will read it in the history of the job."
    )

    def __init__(self, data: Any, *, control: Control, steps: list[Activation], spec: FlowSpec, **kwargs: Any) -> None:
        super().__init__(data, auto_id="control-%s", label_suffix="", **kwargs)
        for name in {"step", "slot", "outputs", "payload"} - set(control.asks):
            del self.fields[name]
        slots = [f"{node.id}.{slot.name}" for node in spec.nodes.values() for slot in node.slots]
        self._offer("step", [(step.pk, f"{step.node}, step {step.pk}") for step in steps])
        self._offer("slot", [(slot, slot) for slot in slots])

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def refuse(self, error: RoutiluxError) -> None:
        name = error.path.split(".")[0]
        self.add_error(name if name in self.fields else None, str(error))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def control_job(request: HttpRequest, job_id: UUID, verb: str) -> HttpResponse:
    job = reads.visible_job(request.user, job_id)
    control = CONTROLS.get(verb)
    if control is None:
        raise Http404
    if not request.user.has_perm(control.permission):
        raise PermissionDenied
    steps = _failed(job) if control.needs_failed_step else []
    reason = why_not(control, job, request.user, failed_step=bool(steps))
    form = _form(request, job, control, steps)
    if request.method == "POST" and not reason and form.is_valid() and _done(request, job, control, form):
        return redirect(job)
    context = {"job": job, "control": control, "why_not": reason, "form": form}
    status = 409 if reason and request.method == "POST" else 422 if form.errors else 200
    return render(request, "jobs/control.html", context, status=status)


def _form(request: HttpRequest, job: Job, control: Control, steps: list[Activation]) -> ControlForm:
    initial = {"step": request.GET.get("step", "")[:20], "slot": job.entry}
    data = request.POST if request.method == "POST" else None
    return ControlForm(data, control=control, steps=steps, spec=spec_of(job.revision), initial=initial)


def _failed(job: Job) -> list[Activation]:
    failed = Activation.objects.filter(job=job, status=StepStatus.FAILED).order_by("-id")
    return list(failed.only("id", "node")[:MOST_STEPS])


def _done(request: HttpRequest, job: Job, control: Control, form: ControlForm) -> bool:
    try:
        _ACTS[control.verb](job, form.cleaned_data, request.user)
    except RoutiluxError as error:
        form.refuse(error)
        return False
    messages.success(request, f"{control.label}: done. {control.does}")
    return True


def _plain(verb: Callable[..., Any]) -> Callable[[Job, dict[str, Any], Any], Any]:
    return lambda job, said, actor: verb(job=job, actor=actor, reason=said["reason"])


def _skip(job: Job, said: dict[str, Any], actor: Any) -> None:
    services.skip_step(job=job, step=_step(job, said), actor=actor, reason=said["reason"])


def _supply(job: Job, said: dict[str, Any], actor: Any) -> None:
    outputs = [_output(place, output) for place, output in enumerate(said["outputs"])]
    services.supply_output(job=job, step=_step(job, said), outputs=outputs, actor=actor, reason=said["reason"])


def _output(place: int, said: Any) -> tuple[str, Any]:
    if not isinstance(said, dict) or set(said) != {"event", "payload"} or not isinstance(said["event"], str):
        message = 'Each output is an object with the name of an "event" and a "payload".'
        raise BadInput(message, path=f"outputs.{place}")
    return said["event"], said["payload"]


def _post(job: Job, said: dict[str, Any], actor: Any) -> None:
    node, _, slot = said["slot"].partition(".")
    services.post_item(job=job, port=Port(node, slot), payload=said["payload"], actor=actor, reason=said["reason"])


def _step(job: Job, said: dict[str, Any]) -> Activation:
    return Activation.objects.get(job=job, pk=said["step"])


_ACTS: dict[str, Callable[[Job, dict[str, Any], Any], Any]] = {
    "pause": _plain(services.pause),
    "resume": _plain(services.resume),
    "retry": _plain(services.retry),
    "cancel": _plain(services.cancel),
    "close": _plain(services.close),
    "skip": _skip,
    "supply": _supply,
    "post": _post,
}
