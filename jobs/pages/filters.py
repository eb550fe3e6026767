"""The filter of the job list. Its whole state is the URL; every predicate can use an index."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from jobs.models.job import JobQuerySet
from jobs.states import JobStatus

PERIODS = {"": "Any time", "1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_PERIOD = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class FlowChoice:
    id: int
    name: str
    is_runnable: bool


class JobFilter(forms.Form):
    """`q` is the beginning of a job id; `since` is a number with m, h or d."""

    status = forms.ChoiceField(required=False, choices=[("", "Any"), *JobStatus.choices], widget=forms.HiddenInput)
    flow = forms.CharField(required=False, max_length=100, widget=forms.Select)
    since = forms.CharField(required=False, max_length=100, label="Created", widget=forms.Select)
    q = forms.CharField(required=False, max_length=100, label="Job id begins with")

    def __init__(self, data: QueryDict, *, flows: list[FlowChoice]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.flows = {flow.name: flow for flow in flows}
        self._offer("flow", {"": "Any flow", **{name: name for name in self.flows}})
        self._offer("since", dict(PERIODS))
        self.fields["q"].widget.attrs.update({"spellcheck": "false", "autocomplete": "off", "class": "mono"})

    def _offer(self, name: str, choices: dict[str, str]) -> None:
        asked = self.data.get(name, "")
        # What the URL says is shown as it is, also when it is none of the usual choices.
        choices.setdefault(asked, asked)
        self.fields[name].widget.choices = list(choices.items())

    def clean_flow(self) -> str:
        name: str = self.cleaned_data["flow"]
        if name and name not in self.flows:
            raise ValidationError(f"There is no flow {name!r} that you may see.", code="unknown-flow")
        return name

    def clean_since(self) -> int | None:
        """Seconds back from now."""
        text: str = self.cleaned_data["since"]
        match = _PERIOD.fullmatch(text)
        if text and not match:
            raise ValidationError(f"{text!r} is no period: 30m, 2h or 7d are.", code="period")
        return int(match[1]) * _UNITS[match[2]] if match else None

    def clean_q(self) -> tuple[UUID, UUID] | None:
        text: str = self.cleaned_data["q"]
        found = id_range(text)
        if found is None:
            raise ValidationError(f"{text!r} is not the beginning of a job id: 0-9, a-f and - are.", code="job-id")
        return found if text.strip() else None

    @property
    def is_active(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def apply(self, jobs: JobQuerySet) -> JobQuerySet:
        """The jobs that match; none while the filter itself is wrong."""
        if not self.is_valid():
            return jobs.none()
        said = self.cleaned_data
        lookups: dict[str, Any] = {}
        if said["status"]:
            lookups["status"] = said["status"]
        if said["flow"]:
            lookups["flow_id"] = self.flows[said["flow"]].id
        if said["q"]:
            lookups["id__range"] = said["q"]
        if said["since"]:
            lookups["id__gte"] = _since(said["since"])
        return jobs.filter(**lookups)


def id_range(text: str) -> tuple[UUID, UUID] | None:
    """The lowest and the highest id that begin with `text`; None when no id can."""
    digits = text.strip().lower().replace("-", "")
    return (_prefix(digits, "0"), _prefix(digits, "f")) if re.fullmatch(r"[0-9a-f]{0,32}", digits) else None


def _since(seconds: int) -> UUID:
    """Job ids begin with their time, so a period is a range of the primary key."""
    milliseconds = int((timezone.now().timestamp() - seconds) * 1000)
    return UUID(int=max(milliseconds, 0) << 80)


def _prefix(digits: str, fill: str) -> UUID:
    return UUID(digits.ljust(_DIGITS, fill))
