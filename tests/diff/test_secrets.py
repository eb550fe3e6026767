"""A difference never shows the value that a secret takes the place of, nor the one that takes its place."""

from __future__ import annotations

from typing import Any

import pytest

from routilux_site.lib import strict_json
from templates_app.diff import diff, to_json
from tests.diff.specs import flow, node

REFERENCE = {"$secret": "MAIL_PASSWORD"}
PLAIN: list[Any] = ["hunter2", ["hunter2"], {"user": "hunter2"}, {"user": {"word": "hunter2"}}]


@pytest.mark.parametrize("plain", PLAIN, ids=str)
def test_it_hides_what_stands_beside_a_reference(plain: Any) -> None:
    a, b = flow([node("a", config={"key": plain})]), flow([node("a", config={"key": REFERENCE})])

    told = strict_json.dumps(to_json([*diff(a, b), *diff(b, a)]))

    assert "hunter2" not in told
    assert "(hidden)" in told


def test_it_hides_it_in_a_deeper_place() -> None:
    a, b = flow([node("a", config={"key": "hunter2"})]), flow([node("a", config={"key": {"inner": [REFERENCE]}})])

    assert "hunter2" not in strict_json.dumps(to_json(diff(a, b)))


def test_it_names_the_references() -> None:
    a, b = flow([node("a", config={"key": REFERENCE})]), flow([node("a", config={"key": {"$secret": "OTHER"}})])

    (row,) = diff(a, b)

    assert row.sentence == '‘a’: config.key is the secret "OTHER" instead of the secret "MAIL_PASSWORD".'
