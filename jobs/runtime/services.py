"""What the house offers to a running routine: uploads and datasets, through the Django connection of its lane."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.db.models.functions import Now

from jobs.errors import BadInput
from jobs.models import Item
from jobs.models.data import DatasetRow, Upload
from jobs.runtime.store.claim import Step
from routilux_site.lib import strict_json

CHUNK = 500
#: Far more than one step should send at once.
MOST_RESULTS = 100_000


class JobServices:
    """Implements templates_app.routines.Services on Postgres, for one step."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def start_flow(self, name: str, input: dict[str, Any]) -> str:
        from jobs.admission.nesting import start_child  # the verbs know the engine, not the other way round

        return start_child(self._step, name, input)

    def flow_result(self, job: str) -> list[tuple[str, dict[str, Any]]]:
        found = Item.objects.filter(job_id=UUID(job), node="").order_by("id")[:MOST_RESULTS]
        return [(f"{item.source_node}.{item.event}", item.payload) for item in found]

    def open_upload(self, name: str) -> BinaryIO:
        upload = Upload.objects.filter(name=name).first()
        if upload is None:
            known = ", ".join(Upload.objects.order_by("name").values_list("name", flat=True)[:10]) or "none yet"
            raise BadInput(f"There is no upload named {name!r}. Stored uploads: {known}.", path="upload")
        return io.BytesIO(bytes(upload.content))

    def write_rows(self, dataset: str, rows: list[dict[str, Any]], key: str | None) -> int:
        keyed = {_key(row, key): strict_json.check(row) for row in rows}
        for chunk in _chunks(list(keyed.items())):
            DatasetRow.objects.bulk_create(
                [DatasetRow(dataset=dataset, key=row_key, data=data, updated_at=Now()) for row_key, data in chunk],
                update_conflicts=True,
                unique_fields=["dataset", "key"],
                update_fields=["data", "updated_at"],
            )
        return len(rows)


def _key(row: dict[str, Any], field: str | None) -> str:
    if field is None:
        return uuid4().hex
    if field not in row:
        known = ", ".join(sorted(row)) or "none"
        raise BadInput(f"The row has no field {field!r} to be its key. Its fields: {known}.", path=field)
    return str(row[field])[:200]


def _chunks(rows: Sequence[tuple[str, Any]]) -> Iterable[Sequence[tuple[str, Any]]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
