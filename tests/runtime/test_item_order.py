"""Which item came first is told by its id, however many steps one commit writes and however it is planned."""

from __future__ import annotations

from jobs.models import Activation, Item
from jobs.runtime.store.commit import Batch, commit
from jobs.runtime.store.link import open_link
from routilux_site.lib.ids import uuid7
from tests.engine import make_flow, start


def test_it_numbers_items_in_the_order_in_which_they_were_routed() -> None:
    job, session = start(make_flow("one", {"a": "test_pass"}), n=1), uuid7()
    type(job).objects.update(status="running")
    held = {"job": job, "node": "a", "status": "running", "session_id": session, "attempt": 1}
    roots = [Activation.objects.create(**held).pk for _ in range(3)]
    common = {"attempt": 1, "job_id": str(job.pk), "status": "completed", "errors": 0, "summary": "", "delta": 0}
    batch = Batch(steps=[{**common, "id": root, "delay": None} for root in roots])
    batch.items = [
        {"root": -n % 3 + 1, "source_node": "a", "event": "output", "node": "", "slot": "", "payload": {"n": n}}
        for n in range(9)
    ]

    with open_link("test") as link:
        commit(link, batch, session=session)

    assert [item.payload["n"] for item in Item.objects.filter(event="output").order_by("id")] == list(range(9))
