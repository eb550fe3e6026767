from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get, pointers, post, refusal


def test_it_copies_meaning_and_words_and_remembers_its_origin(as_bob: Client, report: FlowPrototype) -> None:
    FlowPrototype.objects.update(description="Words.", tags=["a"])

    body = post(as_bob, "flows/report/duplicates", {"name": "copy", "tags": ["b"]}).json()

    assert (body["origin"], body["variant_of"], body["description"], body["tags"]) == ("report", None, "Words.", ["b"])
    assert body["document"] == get(as_bob, "flows/report").json()["document"]


def test_it_changes_on_the_way(as_bob: Client, fast: RoutinePrototype) -> None:
    response = post(as_bob, "routines/fast/duplicates", {"name": "copy", "overrides": {"timeout": 3}})

    assert (response.status_code, response.json()["document"]) == (201, {"config": {"count": 5}, "timeout": 3})


def test_it_does_not_follow(as_bob: Client, fast: RoutinePrototype) -> None:
    post(as_bob, "routines/fast/duplicates", {"name": "copy"})

    services.update_routine(fast, own={}, version=1)

    assert get(as_bob, "routines/copy").json()["document"] == {"config": {"count": 5}}


def test_it_refuses_a_taken_name_and_an_archived_one(as_bob: Client, fast: RoutinePrototype) -> None:
    taken = post(as_bob, "routines/fast/duplicates", {"name": "Fast"})

    assert (refusal(taken), pointers(taken)) == ((409, "name-taken"), ["/name"])


def test_it_refuses_who_may_not_clone(as_alice: Client, alice: User, fast: RoutinePrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="clone_routineprototype"))

    assert refusal(post(as_alice, "routines/fast/duplicates", {"name": "copy"})) == (403, "permission-denied")
