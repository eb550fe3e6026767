from __future__ import annotations

from collections.abc import Iterator

import pytest

from jobs.models import Ticket
from jobs.runtime import wake
from jobs.runtime.broker import PostgresBroker
from jobs.runtime.store import rescue
from jobs.runtime.store.link import Link, open_link, run
from routilux_site.lib.ids import uuid7
from tests.engine import make_flow, run_jobs, start
from tests.runtime.flows import spread


@pytest.fixture
def link() -> Iterator[Link]:
    with open_link("test") as link:
        yield link


@pytest.fixture
def broker() -> Iterator[PostgresBroker]:
    broker = PostgresBroker()
    yield broker
    broker.close()


def live_session(link: Link) -> None:
    rescue.open_session(link, id=uuid7(), cluster="elsewhere", host="here", pid=1, lanes=1)


def test_it_sends_one_ticket_however_often_it_is_rung() -> None:
    assert [wake.ring(), wake.ring(), wake.ring()] == [True, False, False]
    assert Ticket.objects.filter(wake=True).count() == 1


def test_it_sends_none_while_a_session_lives(link: Link) -> None:
    live_session(link)

    assert wake.ring() is False


def test_it_does_not_count_on_a_session_that_is_stopping(link: Link) -> None:
    rescue.open_session(link, id=(key := uuid7()), cluster="elsewhere", host="here", pid=1, lanes=1)
    rescue.tell_stopping(link, key)

    assert wake.ring() is True


def test_it_delivers_each_ticket_once(broker: PostgresBroker) -> None:
    wake.ring()

    assert (len(broker.dequeue()), Ticket.objects.get().deliveries) == (1, 1)
    assert broker._take() == []


def test_it_delivers_nothing_before_its_time(broker: PostgresBroker) -> None:
    wake.ring(delay=60)

    assert broker._take() == []


def test_it_ignores_an_acknowledgement_of_an_earlier_delivery(broker: PostgresBroker) -> None:
    wake.ring()
    [(token, _)] = broker.dequeue()
    Ticket.objects.update(deliveries=2)

    broker.acknowledge(token)

    assert Ticket.objects.count() == 1


def test_it_is_not_silenced_by_a_wake_up_that_could_not_be_read(broker: PostgresBroker) -> None:
    wake.ring()
    [(token, _)] = broker.dequeue()

    broker.fail(token)

    assert wake.ring() is True


def test_it_leaves_wake_ups_to_others_when_its_cluster_is_full(
    broker: PostgresBroker, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake.ring()
    monkeypatch.setattr("jobs.runtime.process.session_slots", lambda: 1)
    monkeypatch.setattr("jobs.runtime.process.cluster_id", lambda: "elsewhere")
    live_session(link)

    assert broker._take() == []


def test_it_tells_of_a_new_job_with_its_commit(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "ring", lambda **_: False)
    run(link, f"LISTEN {wake.WORK_CHANNEL}")

    start(make_flow("told", {"a": "test_pass"}))

    assert [heard.channel for heard in link.notifies(timeout=5, stop_after=1)] == [wake.WORK_CHANNEL]


def test_it_tells_once_of_a_new_job(link: Link) -> None:
    run(link, f"LISTEN {wake.WORK_CHANNEL}")

    start(make_flow("told", {"a": "test_pass"}))
    run(link, f"NOTIFY {wake.WORK_CHANNEL}, 'last'")

    assert [heard.payload for heard in link.notifies(timeout=5, stop_after=2)] == ["", "last"]


@pytest.mark.parametrize(("width", "told"), [(1, 0), (40, 1)])
def test_it_tells_others_of_many_new_steps_with_the_commit_that_makes_them(
    link: Link, engine: None, monkeypatch: pytest.MonkeyPatch, width: int, told: int
) -> None:
    start(make_flow("wide", {"a": spread(width), "b": "test_pass"}, ["a.output b.input"]), n=1)
    monkeypatch.setattr(wake, "ring", lambda *_, **__: False)
    run(link, f"LISTEN {wake.WORK_CHANNEL}")

    run_jobs()
    run(link, f"NOTIFY {wake.WORK_CHANNEL}, 'last'")

    heard = [heard.payload for heard in link.notifies(timeout=5, stop_after=told + 1)]
    assert heard == ["", "last"][-told - 1 :]
