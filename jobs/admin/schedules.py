"""Schedules: a flow is chosen and its input given; saving calls the verbs, and previews when it would run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from jobs.access import TRIGGER
from jobs.admin.base import ListAdmin
from jobs.models import Schedule
from jobs.schedules import verbs as schedules
from routilux_site.lib.badges import badge
from routilux_site.lib.errors import RoutiluxError
from routilux_site.lib.forms import StrictJSONField
from templates_app.models import FlowPrototype

if TYPE_CHECKING:
    _Form = forms.ModelForm[Schedule]
else:
    _Form = forms.ModelForm


class ScheduleForm(_Form):
    """What the verb refuses is shown beside its field. `_preview` shows when it would run, and saves nothing."""

    flow = forms.ModelChoiceField(FlowPrototype.objects.filter(archived_at=None).order_by("name"))
    input = StrictJSONField(required=False, help_text="What the entry slot of the flow gets at each slot.")
    overrides = StrictJSONField(required=False, help_text="What these jobs set over the flow.")
    cron = forms.CharField(
        required=False, max_length=100, help_text="Five fields, such as 30 6 * * 1-5; or an interval, and not both."
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Schedule
        fields = schedules.FIELDS

    def __init__(self, *args: Any, actor: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor
        self.slots: list[Any] = []
        if self.instance.pk:
            self.fields["version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            self._tried(said)
        return said

    def _post_clean(self) -> None:
        """The verb fills and checks the row."""

    def _tried(self, said: dict[str, Any]) -> None:
        fields = {name: said[name] for name in schedules.FIELDS}
        fields |= {"input": said["input"] or {}, "overrides": said["overrides"] or {}}
        try:
            if "_preview" in self.data:
                self.slots = schedules.preview(fields)
                self.add_error(None, "This is a preview: nothing was saved.")
            else:
                self.stored = self._store(fields, said.get("version"))
        except RoutiluxError as error:
            for detail in error.details():
                place = detail.path.partition(".")[0]
                self.add_error(place if place in self.fields else None, detail.message)

    def _store(self, fields: dict[str, Any], version: int | None) -> Schedule:
        if not self.instance.pk:
            return schedules.create(fields=fields, actor=self._actor)
        found = Schedule.objects.get(pk=self.instance.pk)
        return schedules.update(schedule=found, fields=fields, version=version, actor=self._actor)


@admin.register(Schedule)
class ScheduleAdmin(ListAdmin):
    list_display = ["name", "state", "flow", "when", "next_at", "last_slot_at", "problem"]
    list_select_related = ["flow", "owner"]
    ordering = ["name"]
    search_fields = ["name"]
    search_help_text = "Name"
    actions = ["pause", "resume", "run_now", "archive"]
    readonly_fields = ["upcoming", "owner", "problem", "history_of_slots"]
    change_form_template = "jobs/admin/schedule.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        return Schedule.objects.select_related("flow", "owner").order_by("name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # archiving keeps the history

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_archived)

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("jobs.delete_schedule"))

    def has_run_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(TRIGGER))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = [*schedules.FIELDS]
        return [*shown, "version", *self.readonly_fields] if obj else shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **{**kwargs, "fields": schedules.FIELDS})

        class BoundToActor(ScheduleForm):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, actor=request.user, **kwargs)

        return BoundToActor

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["preview"] = getattr(context["adminform"].form, "slots", [])
        return super().render_change_form(request, context, *args, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.stored

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """It is saved: the form called the verb."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on it."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return "Created." if add else "Changed."

    @admin.action(permissions=["change"], description="Pause the selected schedules")
    def pause(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self._each(request, queryset, schedules.pause, "was paused")

    @admin.action(permissions=["change"], description="Resume the selected schedules")
    def resume(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self._each(request, queryset, schedules.resume, "goes on")

    @admin.action(permissions=["run"], description="Run the selected schedules now")
    def run_now(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self._each(request, queryset, schedules.run_now, "runs now")

    @admin.action(permissions=["archive"], description="Archive the selected schedules")
    def archive(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self._each(request, queryset, schedules.archive, "was archived")

    def _each(self, request: HttpRequest, rows: QuerySet[Schedule], verb: Any, done: str) -> None:
        self.each(request, rows, lambda schedule: verb(schedule=schedule, actor=request.user), done)

    @admin.display(description="state")
    def state(self, schedule: Schedule) -> SafeString:
        if schedule.is_archived:
            return badge("wait", "Archived")
        if schedule.problem:
            return badge("bad", "Problem")
        return badge("ok", "On") if schedule.enabled else badge("wait", "Paused")

    @admin.display(description="when")
    def when(self, schedule: Schedule) -> str:
        if schedule.interval_seconds is not None:
            return f"every {schedule.interval_seconds} s"
        return f"{schedule.cron} {schedule.time_zone}"

    @admin.display(description="next times")
    def upcoming(self, schedule: Schedule) -> SafeString | str:
        slots = schedules.upcoming(schedule)
        return format_html_join("", "<div>{}</div>", ((f"{slot:%Y-%m-%d %H:%M:%S %Z}",) for slot in slots)) or "none"

    @admin.display(description="what happened")
    def history_of_slots(self, schedule: Schedule) -> SafeString | str:
        newest = schedule.events.select_related("actor").order_by("-id")[:20]
        rows = ((f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind, event.actor or "", event.reason) for event in newest)
        return format_html_join("", "<div>{} {} {} {}</div>", rows) or "nothing yet"
