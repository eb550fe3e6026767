"""Examples of dry runs."""

from __future__ import annotations

from jobs.api.examples.saying import asked, told

DRY_RUN = [
    *asked(
        "With what a reader would send",
        {"input": {"upload": "orders.csv"}, "outputs": {"read": {"row": [{"order": 1}, {"order": 2}]}}},
    ),
    *asked(
        "To see what an error handler does",
        {"input": {"order": 1}, "errors": {"price": ["TimeoutError", "TimeoutError"]}},
    ),
]

DRY_RAN = told(
    "It would complete",
    {
        "outcome": "completed",
        "reason": "",
        "simulated_seconds": 0.0,
        "steps": [
            {
                "step": 1,
                "node": "sum",
                "attempt": 1,
                "cause": None,
                "at": 0.0,
                "how": "run",
                "status": "completed",
                "policy_message": {"reason": "drained"},
                "inputs": {"input": [{"order": 1}, {"order": 2}]},
                "outputs": [{"event": "aggregated", "payload": {"orders": 2}}],
                "outputs_count": 1,
                "log": [{"level": "info", "text": "2 orders"}],
                "error": None,
                "decision": None,
            }
        ],
        "nodes": [
            {
                "node": "sum",
                "class": "aggregator",
                "pure": True,
                "how": ["run"],
                "statuses": ["completed"],
                "steps": 1,
                "attempts": 1,
                "taken": 2,
                "sent": 1,
                "waiting": 0,
                "note": "",
            }
        ],
        "decisions": [
            {
                "at": 0.0,
                "node": "sum",
                "queued": {"input": 2},
                "drained": True,
                "take": {"input": 2},
                "message": {"reason": "drained"},
                "look_again_in": None,
            }
        ],
        "result": {"sum.aggregated": [{"orders": 2}]},
        "results": 1,
        "undelivered": [],
        "undelivered_count": 0,
        "dropped": 0,
        "truncated": False,
    },
)
