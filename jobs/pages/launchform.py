"""What the forms that start a job have in common: what it is given, and how they say what the verb refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from jobs import services
from jobs.errors import IdempotencyConflict
from jobs.models import Job
from routilux_site.lib import request_id
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.forms import StrictJSONField
from templates_app.models import FlowPrototype


class LaunchForm(forms.Form):
    """`once` is made with the form, so that pressing the button twice starts one job."""

    input = StrictJSONField(kind=dict, empty_value={}, required=False, label="Input", help_text="A JSON object.")
    overrides = StrictJSONField(
        kind=dict,
        empty_value={},
        required=False,
        label="Overrides",
        help_text='What this one job sets over the flow: {"settings": {...}, "nodes": {...}}, where no rule forbids.',
    )
    once = forms.UUIDField(widget=forms.HiddenInput)

    def refuse(self, error: RoutiluxError) -> None:
        """Say beside the field what the verb refused; what is wrong in a spec comes from the overrides."""
        place = error.path.split(".")[0]
        name = "overrides" if place in ("settings", "nodes") else place
        self.add_error(name if name in self.fields else None, str(error))
        for detail in error.errors[1:]:
            self.add_error("input" if detail.path.startswith("input") else None, f"{detail.path}: {detail.message}")

    def renew(self) -> None:
        """What is typed now is another job than the one that this form started."""
        self.data = {**{name: self.data[name] for name in self.data}, "once": str(uuid4())}
        self.add_error(
            None, "This form has started a job already, with another input. Send it again to start one more."
        )


def start(request: HttpRequest, form: LaunchForm, flow: FlowPrototype, **said: Any) -> Job | None:
    """The job, which this form may have started before; None when it was refused, and then the form says why."""
    key, request_of = f"form-{form.cleaned_data['once']}", request_id.current.get() or ""
    launch = services.Launch(input=form.cleaned_data["input"], idempotency_key=key, request_id=request_of, **said)
    try:
        made = services.trigger(flow=flow, launch=launch, actor=request.user)
    except IdempotencyConflict:
        form.renew()
        return None
    except RoutiluxError as error:
        form.refuse(error)
        return None
    messages.success(request, "This form had started this job before." if made.replayed else "The job was started.")
    return made.job
