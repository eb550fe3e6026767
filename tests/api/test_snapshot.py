"""The OpenAPI document as it was last agreed on: a change of the API is a change of this file, and shows in review.

`python -m tests.api.snapshot` renews it.
"""

from __future__ import annotations

from tests.api.snapshot import SNAPSHOT, rendered


def test_it_is_what_was_agreed_on() -> None:
    agreed, now = SNAPSHOT.read_text(encoding="utf-8").splitlines(), rendered().splitlines()

    gone = [line for line in agreed if line not in set(now)][:10]
    new = [line for line in now if line not in set(agreed)][:10]
    assert agreed == now, f"The API has changed: gone {gone}, new {new}. If that is meant: python -m tests.api.snapshot"


def test_it_knows_nothing_of_the_classes_of_tests_or_samples() -> None:
    assert "test_pass" not in SNAPSHOT.read_text(encoding="utf-8")
