from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs.admin.base import ListAdmin, ReadOnlyAdmin
from jobs.errors import JobError
from jobs.models import DatasetRow, Upload
from jobs.uploads import MAX_BYTES, NAME, list_uploads, store_upload

if TYPE_CHECKING:
    _Form = forms.ModelForm[Upload]
else:
    _Form = forms.ModelForm

_NAME_HELP = "Letters, digits, '.', '_' and '-'. Empty: the name of the file. A stored upload of that name is replaced."


class UploadForm(_Form):
    """Keeps a file in the database, where the routines that read files find it by its name."""

    file = forms.FileField(help_text=f"At most {MAX_BYTES // 1024 // 1024} MiB.", allow_empty_file=True)
    # Not called `name`: the model would refuse a name that is taken, while an upload may replace another.
    store_as = forms.CharField(required=False, max_length=200, label="Name", help_text=_NAME_HELP)

    class Meta:
        model = Upload
        fields: list[str] = []

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                f"The file has {file.size} bytes; at most {MAX_BYTES} are accepted.", code="too-large"
            )
        return file

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        file = said.get("file")
        said["store_as"] = name = said.get("store_as") or (file.name if file else "")
        if file and not NAME.fullmatch(name):
            self.add_error("store_as", f"{name[:80]!r} is not accepted. {_NAME_HELP}")
        return said


@admin.register(Upload)
class UploadAdmin(ListAdmin):
    list_display = ["name", "size", "sha256", "created_by", "created_at"]
    search_fields = ["name"]
    search_help_text = "Name"
    readonly_fields = ["name", "size", "sha256", "created_by", "created_at"]
    fields = ["name", "size", "sha256", "created_by", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        return list_uploads().order_by("name")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ["file", "store_as"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else _form_of(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.__dict__.update(form.stored.__dict__)


def _form_of(request: HttpRequest) -> type[UploadForm]:
    """The form stores the file itself, so that what the verb refuses is shown beside the field."""

    class BoundToActor(UploadForm):
        def clean(self) -> dict[str, Any]:
            said = super().clean()
            if not self.errors:
                self._store(said)
            return said

        def _store(self, said: dict[str, Any]) -> None:
            try:
                self.stored = store_upload(
                    name=said["store_as"], content=said["file"].read(), actor=request.user
                ).upload
            except JobError as error:
                self.add_error("store_as", error.message)

    return BoundToActor


@admin.register(DatasetRow)
class DatasetRowAdmin(ReadOnlyAdmin):
    """Rows that routines wrote. The search takes `dataset` or `dataset/beginning of key`."""

    list_display = ["dataset", "key", "beginning", "updated_at"]
    ordering = ["dataset", "key"]
    search_fields = ["dataset"]
    search_help_text = "The name of a dataset, or dataset/beginning of a key"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        dataset, _, key = search_term.strip().partition("/")
        if dataset:
            queryset = queryset.filter(dataset=dataset)
        return (queryset.filter(key__startswith=key) if key else queryset), False

    @admin.display(description="data")
    def beginning(self, row: DatasetRow) -> str:
        text = str(row.data)
        return text if len(text) <= 120 else f"{text[:120]}…"
