"""Examples of what is in a job."""

from __future__ import annotations

from typing import Any

from jobs.api.examples.saying import URL, told

_STEP = {
    "id": 71,
    "node": "enrich",
    "status": "completed",
    "attempt": 2,
    "errors": 1,
    "deaths": 0,
    "cause": 70,
    "error_summary": "",
    "created_at": "2026-11-23T04:20:00.131000Z",
    "started_at": "2026-11-23T04:20:02.140000Z",
    "finished_at": "2026-11-23T04:20:02.150000Z",
    "due_at": None,
    "link": f"{URL}/steps/71",
    "policy_message": {"reason": "immediate"},
    "inputs": [{"id": 9, "source": "read.rows", "target": "enrich.orders", "payload": {"order": 7}}],
    "outputs": [{"id": 12, "source": "enrich.enriched", "target": "", "payload": {"order": 7, "rate": 1.2}}],
    "logs": [
        {
            "attempt": 1,
            "at": "2026-11-23T04:20:00.140000Z",
            "lines": [{"at": 1795321200.14, "level": "stdout", "text": "asking for rates"}],
            "progress": None,
            "error": {"type": "TimeoutError", "message": "timed out", "traceback": "Traceback ..."},
        }
    ],
    "truncated": [],
}

STEP = told("A step that was retried", _STEP)

_LEFT_OUT = {"policy_message", "inputs", "outputs", "logs", "truncated"}

STEPS = told("One that was retried", {key: value for key, value in _STEP.items() if key not in _LEFT_OUT})


def _item(**said: Any) -> dict[str, Any]:
    return {"id": 9, "source": "", "target": "", "payload": {"order": 7}, **said}


OUTPUTS = told("A report", _item(source="report.written", payload={"rows": 1204}))

INPUTS = told("A file", _item(target="read.files", payload={"upload": "orders.csv"}))

_LACKS = "pair has items waiting (1 in left): nothing has arrived in right."

WAITING = told("A join", {"results": [{"kind": "policy", "sentence": _LACKS, "node": "pair", "until": None}]})

QUEUES = told("Two slots", {"results": [{"node": "sum", "slot": "rows", "items": 12}]})

LOGS = told(
    "An attempt that failed",
    {
        "id": 4,
        "step": 71,
        "node": "enrich",
        "attempt": 1,
        "at": "2026-11-23T04:20:00.140000Z",
        "lines": [{"at": 1795321200.14, "level": "stdout", "text": "asking for rates"}],
        "progress": {"n": 3, "total": 10, "text": "rates"},
        "error": {"type": "TimeoutError", "message": "timed out", "traceback": "Traceback ..."},
    },
)
