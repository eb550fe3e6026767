"""Examples of what is done to steps and items."""

from __future__ import annotations

from jobs.api.examples.jobs import UNDER_WAY
from jobs.api.examples.saying import asked

SUPPLY = [
    *asked(
        "What the step would have sent",
        {"outputs": [{"event": "enriched", "payload": {"order": 7, "rate": 1.2}}], "reason": "Looked up by hand"},
    ),
    *UNDER_WAY,
]

NODE = [
    *asked("A node", {"node": "price", "reason": "The totals look wrong"}),
    *UNDER_WAY,
]

EDIT = [
    *asked("The right payload", {"payload": {"order": 7}, "reason": "A typo"}),
    *UNDER_WAY,
]

DECISION = [
    *asked("Yes", {"approved": True, "comment": "Seen and signed"}),
    *UNDER_WAY,
]

ITEM = [
    *asked("An approval", {"slot": "wait.approvals", "payload": {"by": "bob"}}),
    *UNDER_WAY,
]
