"""Ids that sort by time."""

from __future__ import annotations

import time

from routilux_site.lib.ids import uuid7


def test_it_sorts_by_time_within_a_millisecond_too() -> None:
    made = []
    for _ in range(100):
        made.append(uuid7())
        time.sleep(1e-6)

    assert made == sorted(made)


def test_it_says_when_and_which_version_it_is() -> None:
    before = time.time_ns() // 1_000_000
    found = uuid7()

    assert before <= found.int >> 80 <= time.time_ns() // 1_000_000
    assert (found.version, found.variant) == (7, "specified in RFC 4122")


def test_it_is_not_to_be_guessed() -> None:
    assert len({uuid7().int & ((1 << 62) - 1) for _ in range(1000)}) == 1000
