from __future__ import annotations

from templates_app import catalog
from templates_app.routines import batch_size_policy
from templates_app.routines.builtin.batcher import Batcher
from tests.routines.helpers import emitted, run


def test_it_sends_batches_of_its_size() -> None:
    state = {"batches": 4}
    done = run(catalog.build("batcher", '{"batch_size": 2}'), {"input": [1, {"data": 2, "row": 9}, 3]}, state=state)
    assert emitted(done) == [
        ("batch", {"items": [1, 2], "count": 2, "batch_number": 5}),
        ("batch", {"items": [3], "count": 1, "batch_number": 6}),
    ]
    assert state == {"batches": 6}


def test_it_waits_for_as_many_as_make_a_batch() -> None:
    assert Batcher.default_policy({"batch_size": 7}) == batch_size_policy(7)
    assert Batcher.default_policy({}) == batch_size_policy(100)
