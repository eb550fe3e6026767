from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from templates_app.refusals import StaleVersion
from tests.templates_app.conftest import pipeline


def at_once(*verbs: Callable[[], object]) -> list[BaseException]:
    """Run each verb in a thread and connection of its own; returns what they raised."""
    gate, raised = threading.Barrier(len(verbs)), list[BaseException]()

    def run(verb: Callable[[], object]) -> None:
        gate.wait(timeout=10)
        try:
            verb()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return raised


@pytest.mark.django_db(transaction=True)
def test_it_misses_neither_of_two_saves_that_meet_in_one_flow() -> None:
    routine = services.create_routine("fetcher", base="t_fetch")
    flow = services.create_flow("orders", document=pipeline())
    assert not at_once(
        lambda: services.update_routine(routine, own={"config": {"timeout": 77}}, version=1),
        lambda: services.update_flow(flow, document=pipeline(max_workers=3), version=1),
    )
    head = FlowPrototype.objects.get(name="orders").head
    assert head is not None
    timeout = json.loads(head.spec.nodes["first"].config_text)["timeout"]
    assert (head.spec.max_workers, timeout) == (3, 77)


@pytest.mark.django_db(transaction=True)
def test_it_lets_one_of_two_editors_win() -> None:
    services.create_routine("fetcher", base="t_fetch")
    own = [{"config": {"timeout": timeout}} for timeout in (5, 6)]
    copies = [RoutinePrototype.objects.get(name="fetcher") for _ in own]
    raised = at_once(
        lambda: services.update_routine(copies[0], own=own[0], version=1),
        lambda: services.update_routine(copies[1], own=own[1], version=1),
    )
    assert [type(error) for error in raised] == [StaleVersion]
    assert RoutinePrototype.objects.get(name="fetcher").own in own
