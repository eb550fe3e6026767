from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from jobs.pages.said import ago, duration, left, short_id, took, when
from routilux_site.lib.ids import uuid7


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 ms"),
        (0.0124, "12 ms"),
        (1, "1.0 s"),
        (59.94, "59.9 s"),
        (61.5, "1 min 1 s"),
        (7300, "2 h 1 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_it_says_how_long_something_took(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "just now"), (42, "42 s ago"), (200, "3 min ago"), (7300, "2 h ago"), (86_400 * 3, "3 days ago")],
)
def test_it_says_how_long_ago_something_was(seconds: int, words: str) -> None:
    assert ago(timezone.now() - timedelta(seconds=seconds)) == words


def test_it_says_the_day_of_what_is_long_ago() -> None:
    assert ago(datetime(2020, 2, 3, tzinfo=UTC)) == "03 Feb 2020"


def test_it_gives_the_exact_time_to_machines_and_to_those_who_point_at_it() -> None:
    shown = when(datetime(2020, 2, 3, 4, 5, 6, 7000, tzinfo=UTC))

    assert 'datetime="2020-02-03T04:05:06.007Z" title="03 Feb 2020, 04:05:06 UTC"' in shown


def test_it_counts_on_only_what_has_not_ended() -> None:
    start = timezone.now()

    assert "data-since" in took(start, None)
    assert took(start, start) == "0 ms"
    assert took(None, None) == "–"


def test_it_counts_down_to_what_is_to_come() -> None:
    assert ">in 9 s<" in left(timezone.now() + timedelta(seconds=9.9))
    assert ">any moment now<" in left(timezone.now() - timedelta(seconds=9))


def test_it_shortens_an_id_to_a_beginning_that_can_be_searched_for() -> None:
    identity = uuid7()

    assert str(identity).startswith(short_id(identity))
