"""Examples of what reviewers ask."""

from __future__ import annotations

from jobs.api.examples.jobs import ROW
from jobs.api.examples.saying import ID, told

_BAD = {**ROW, "status": "failed", "error": {"node": "enrich", "summary": "TimeoutError: timed out"}}
_TIMEOUT = {
    "kind": "changed",
    "subject": "setting",
    "node": "enrich",
    "path": "nodes.enrich.config.timeout",
    "pointer": "/nodes/enrich/config/timeout",
    "before": 60,
    "after": 1,
    "impact": "behaviour",
    "sentence": "‘enrich’: config.timeout changed from 60 to 1.",
}
_CUSTOMER = {"path": "customer", "kind": "changed", "before": 42, "after": 43}

WHY = told(
    "A setting of the node that failed",
    {
        "last_good": ROW,
        "first_alike": ID,
        "suspects": [{"sentence": _TIMEOUT["sentence"], "about": "revision"}],
        "unknown": [],
        "differences": [_TIMEOUT],
        "input_shape": [],
        "input_values": [_CUSTOMER],
        "code": {"enrich": False},
    },
)

COMPARED = told(
    "One failed",
    {
        "a": ROW,
        "b": _BAD,
        "divergence": "They part at ‘enrich’: 1 completed in A, 1 failed in B.",
        "nodes": [
            {
                "node": "enrich",
                "differs": True,
                "a": {"steps": {"completed": 1}, "attempts": 1, "seconds": 0.2},
                "b": {"steps": {"failed": 1}, "attempts": 1, "seconds": 1.0},
            }
        ],
        "differences": [_TIMEOUT],
        "input": {"too_large": False, "changes": [_CUSTOMER]},
        "result": {"too_large": False, "changes": []},
    },
)

FAILURES = told(
    "Of a day",
    {
        "jobs": 12,
        "is_capped": False,
        "groups": [
            {
                "flow": "orders",
                "node": "enrich",
                "summary": "TimeoutError: timed out",
                "fingerprint": "0123456789abcdef",
                "jobs": 12,
                "newest": ID,
                "first_seen": "2026-11-22T04:20:00Z",
                "last_seen": "2026-11-23T04:20:00Z",
            }
        ],
    },
)
