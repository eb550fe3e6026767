from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.db import connection

from jobs.models import Activation, Job
from jobs.runtime.store.claim import claim
from jobs.runtime.store.link import Link, open_link
from jobs.runtime.turns import EVERY, Turns
from jobs.services import Launch, trigger
from routilux_site.lib.ids import uuid7
from templates_app.models import FlowPrototype
from tests.engine import make_flow


@pytest.fixture
def link() -> Iterator[Link]:
    with open_link("test") as link:
        yield link


def waiting(flow: FlowPrototype, priority: int) -> Job:
    return trigger(flow=flow, launch=Launch(input={}, priority=priority)).job


def test_it_takes_the_higher_priority_first_and_among_equals_the_older(link: Link) -> None:
    flow = make_flow("one", {"a": "test_pass"})
    low, first, second = waiting(flow, 0), waiting(flow, 5), waiting(flow, 5)

    claimed = claim(link, session=uuid7(), lanes=3)
    assert [step.job_id for step in claimed] == [first.pk, second.pk, low.pk]


@pytest.mark.parametrize(("lanes", "ahead"), [(1, 0), (3, 0), (1, 12), (0, 12)])
def test_it_does_not_starve_a_low_priority_however_much_of_a_higher_one_arrives(
    link: Link, lanes: int, ahead: int
) -> None:
    flow = make_flow("one", {"a": "test_pass"})
    lows = {waiting(flow, priority).pk for priority in (-5, 0, 3)}
    for _ in range(5 * (lanes + ahead)):
        waiting(flow, 9)
    turns, take = Turns(), partial(claim, link, session=uuid7())

    rounds = 0
    while lows:
        taken = turns.take(take, lanes=lanes, ahead=ahead)
        assert len(taken) <= lanes + ahead
        for step in taken:
            lows.discard(step.job_id)
            waiting(flow, 9)
        rounds += 1
        assert rounds <= 5 * (EVERY + 1)


def test_it_finds_whose_turn_it_is_at_the_head_of_an_index(link: Link) -> None:
    job = waiting(make_flow("one", {"a": "test_pass"}), 9)
    Activation.objects.bulk_create(Activation(job=job, node="a", status="ready", priority=n % 50) for n in range(5000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_activation")
    sql = "SELECT id FROM jobs_activation WHERE status = 'ready' AND NOT on_loop AND NOT alone AND priority < 25"
    plan = link.execute(f"EXPLAIN {sql} ORDER BY priority DESC, id LIMIT 1".encode()).fetchall()

    assert "Index Scan" in str(plan)
    assert "Sort" not in str(plan)
