from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from jobs.models import Upload
from samples.load import load
from templates_app import services
from templates_app.models import FlowPrototype, Prototype, Revision, RoutinePrototype

pytestmark = pytest.mark.django_db


def test_it_loads_templates_and_data() -> None:
    loaded = list(load())
    assert all(one.created for one in loaded)
    assert set(Upload.objects.values_list("name", flat=True)) == {"orders.csv", "mill.txt"}
    assert not FlowPrototype.objects.filter(category="samples", head=None).exists()


def test_it_changes_nothing_the_second_time() -> None:
    list(load())
    before = list(Prototype.objects.order_by("pk").values_list("pk", "version", "own"))
    revisions = Revision.objects.count()
    assert not any(one.created for one in load())
    assert list(Prototype.objects.order_by("pk").values_list("pk", "version", "own")) == before
    assert Revision.objects.count() == revisions


def test_it_leaves_edits_alone() -> None:
    list(load())
    routine = RoutinePrototype.objects.get(name="shipping-standard")
    services.update_routine(routine, own={"config": {"fee": 9.9}}, version=routine.version)
    Upload.objects.filter(name="mill.txt").update(content=b"mine")
    list(load())
    routine.refresh_from_db()
    assert routine.own == {"config": {"fee": 9.9}}
    assert bytes(Upload.objects.get(name="mill.txt").content) == b"mine"


def test_it_loads_what_is_missing() -> None:
    list(load())
    Upload.objects.filter(name="mill.txt").delete()
    assert [one.name for one in load() if one.created] == ["mill.txt"]


def test_it_makes_variants_with_one_override() -> None:
    list(load())
    flow = FlowPrototype.objects.get(name="orders-express")
    routine = RoutinePrototype.objects.get(name="shipping-express")
    assert (flow.parent_id, list(flow.own)) == (Prototype.objects.get(name="orders").pk, ["nodes"])
    assert list(flow.own["nodes"]) == ["route"]
    assert (routine.parent.name if routine.parent else "", "free_from" in routine.own["config"]) == (
        "shipping-standard",
        False,
    )


def test_it_tells_what_it_did() -> None:
    first, second = StringIO(), StringIO()
    call_command("load_samples", stdout=first)
    call_command("load_samples", stdout=second)
    assert "flow     orders             created" in first.getvalue()
    assert "flow     orders             was there, unchanged" in second.getvalue()


def test_it_says_in_a_sentence_what_keeps_it_from_loading() -> None:
    services.create_flow("shipping-standard", document={"nodes": {"a": {"routine": "sleep"}}, "connections": []})
    with pytest.raises(CommandError, match="could not be loaded"):
        call_command("load_samples", verbosity=0)
