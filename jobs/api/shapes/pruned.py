from __future__ import annotations

from typing import Any

from jobs.models import PrunedJob


def pruned_stub(stub: PrunedJob) -> dict[str, Any]:
    """What is told of a job whose history was taken away."""
    return {
        "id": str(stub.pk),
        "flow": stub.flow.name,
        "status": stub.status,
        "created_at": stub.created_at,
        "finished_at": stub.finished_at,
        "pruned_at": stub.pruned_at,
        "revision_hash": stub.revision_hash,
        "input_sha256": stub.input_sha256,
    }
