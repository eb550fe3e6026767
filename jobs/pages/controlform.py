"""The page of one control: `/jobs/{id}/do/{verb}/`. Buttons elsewhere post to it with what they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from jobs.errors import BadInput
from jobs.history.specs import spec_of
from jobs.models import Activation, Item, Job
from jobs.pages import reads
from jobs.pages.controls import CONTROLS, Control, why_not
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.forms import StrictJSONField
from templates_app.spec import Port

MOST_STEPS = 100
OUTPUTS_HELP = 'A JSON list, for example [{"event": "output", "payload": {"n": 1}}]. An empty list sends nothing.'


class ControlForm(forms.Form):
    """All fields that controls ask for; each form keeps those of its own."""

    step = forms.ModelChoiceField(Activation.objects.none(), label="Step")
    node = forms.ChoiceField(label="Node")
    slot = forms.ChoiceField(label="Slot")
    item = forms.ModelChoiceField(Item.objects.none(), widget=forms.NumberInput, label="Number of the item")
    outputs = StrictJSONField(kind=list, empty_value=[], required=False, label="Output", help_text=OUTPUTS_HELP)
    payload = StrictJSONField(kind=dict, empty_value={}, required=False, label="Item", help_text="A JSON object.")
    answer = forms.ChoiceField(choices=[("approve", "Approve"), ("reject", "Reject")], label="Decision")
    comment = forms.CharField(required=False, max_length=500, label="Comment", help_text="Others will read it.")
    reason = forms.CharField(
        required=False, max_length=500, label="Reason", help_text="Others will read it in the history of the job."
    )

    def __init__(self, data: Any, *, job: Job, control: Control, steps: list[Activation], **kwargs: Any) -> None:
        super().__init__(data, auto_id="control-%s", label_suffix="", **kwargs)
        for name in self.fields.keys() - set(control.asks):
            del self.fields[name]
        spec = spec_of(job.revision)
        self._offer("node", [(node, node) for node in spec.nodes])
        self._offer("slot", [(str(port), str(port)) for port in spec.ports])
        self._accept("item", Item.objects.filter(job=job))
        self._accept("step", _steps(job, control))
        # Of very many only the newest are listed, and all of them accepted.
        self._offer("step", [(step.pk, f"{step.node}, step {step.pk}") for step in steps])

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _accept(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

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
    steps = _newest(job, control)
    reason = why_not(control, job, request.user, {step.status for step in steps})
    form = _form(request, job, control, steps)
    if request.method == "POST" and not reason and form.is_valid() and _done(request, job, control, form):
        return redirect(job)
    context = {"job": job, "control": control, "why_not": reason, "form": form}
    status = 409 if reason and request.method == "POST" else 422 if form.errors else 200
    return render(request, "jobs/control.html", context, status=status)


def _form(request: HttpRequest, job: Job, control: Control, steps: list[Activation]) -> ControlForm:
    asked = {name: request.GET.get(name, "")[:100] for name in ("step", "node", "item")}
    data = request.POST if request.method == "POST" else None
    return ControlForm(data, job=job, control=control, steps=steps, initial={**asked, "slot": job.entry})


def _steps(job: Job, control: Control) -> QuerySet[Activation]:
    return Activation.objects.filter(job=job, status=control.of_step)


def _newest(job: Job, control: Control) -> list[Activation]:
    if control.of_step is None:
        return []
    return list(_steps(job, control).order_by("-id").only("id", "node", "status")[:MOST_STEPS])


def _done(request: HttpRequest, job: Job, control: Control, form: ControlForm) -> bool:
    try:
        control.act(job=job, actor=request.user, **_arguments(form.cleaned_data))
    except RoutiluxError as error:
        form.refuse(error)
        return False
    messages.success(request, f"{control.label}: done. {control.does}")
    return True


def _arguments(said: dict[str, Any]) -> dict[str, Any]:
    """As the verbs take what the form asked for."""
    meant = (_MEANT[name](value) if name in _MEANT else (name, value) for name, value in said.items())
    return dict(meant)


def _output(place: int, said: Any) -> tuple[str, Any]:
    if not isinstance(said, dict) or set(said) != {"event", "payload"} or not isinstance(said["event"], str):
        message = 'Each output is an object with the name of an "event" and a "payload".'
        raise BadInput(message, path=f"outputs.{place}")
    return said["event"], said["payload"]


_MEANT: Final[Mapping[str, Callable[[Any], tuple[str, Any]]]] = MappingProxyType(
    {
        "slot": lambda text: ("port", Port.parse(text)),
        "outputs": lambda sent: ("outputs", [_output(place, output) for place, output in enumerate(sent)]),
        "answer": lambda answer: ("approved", answer == "approve"),
    }
)
