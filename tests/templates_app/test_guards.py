"""The database itself refuses what would break the laws, whoever writes."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from templates_app import services
from templates_app.models import Connection, FlowPrototype, Node, Prototype, Revision, RoutinePrototype


def set_parent(child: Prototype, parent: Prototype) -> None:
    Prototype.objects.filter(pk=child.pk).update(parent_id=parent.pk)


def test_it_refuses_a_circle_of_parents(fetcher: RoutinePrototype) -> None:
    child = services.create_variant(fetcher, name="child")
    grandchild = services.create_variant(child, name="grandchild")
    with pytest.raises(IntegrityError, match="its own ancestor"):
        set_parent(fetcher, grandchild)


def test_it_refuses_itself_as_parent(fetcher: RoutinePrototype) -> None:
    with pytest.raises(IntegrityError, match="its own ancestor"):
        set_parent(fetcher, fetcher)


def test_it_refuses_a_parent_of_another_kind(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    with pytest.raises(IntegrityError, match="cannot have a flow as its parent"):
        set_parent(fetcher, flow)


def test_it_refuses_to_change_the_kind(flow: FlowPrototype) -> None:
    with pytest.raises(IntegrityError, match="never changes"):
        Prototype.objects.filter(pk=flow.pk).update(kind="routine")


def test_it_refuses_to_change_a_revision(flow: FlowPrototype) -> None:
    with pytest.raises(IntegrityError, match="is frozen"):
        Revision.objects.filter(flow=flow).update(canonical="{}")


def test_it_refuses_nodes_in_a_variant_or_of_a_flow(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    variant = services.create_variant(flow, name="variant")
    with pytest.raises(IntegrityError, match="without a parent"), transaction.atomic():
        Node.objects.create(flow=variant, node_id="n", routine=fetcher)
    with pytest.raises(IntegrityError, match="must use a routine"):
        Node.objects.create(flow=flow, node_id="n", routine_id=flow.pk)


def test_it_refuses_a_connection_between_flows(flow: FlowPrototype) -> None:
    other = services.duplicate(flow, name="other")
    ends = Node.objects.get(flow=flow, node_id="first"), Node.objects.get(flow=other, node_id="second")
    with pytest.raises(IntegrityError, match="its own flow"):
        Connection.objects.create(flow=flow, source=ends[0], event="fetched", target=ends[1], slot="requests")


@pytest.mark.django_db(transaction=True)
def test_it_refuses_a_circle_that_two_saves_would_close_together() -> None:
    one, two = (services.create_routine(name, base="t_fetch") for name in ("one", "two"))
    first_has_written, outcome = threading.Event(), list[str]()
    other = threading.Thread(target=_save_second, args=(two, one, first_has_written, outcome))
    other.start()
    with transaction.atomic():
        set_parent(one, two)
        first_has_written.set()
        other.join(timeout=0.3)
        assert outcome == []  # it waits for the first to commit
    other.join(timeout=10)
    assert outcome == ["refused"]


def _save_second(child: Prototype, parent: Prototype, go: threading.Event, outcome: list[str]) -> None:
    go.wait(timeout=10)
    try:
        set_parent(child, parent)
        outcome.append("saved")
    except IntegrityError:
        outcome.append("refused")
    finally:
        connection.close()
