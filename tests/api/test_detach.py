from __future__ import annotations

from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get, post, refusal


def test_it_makes_a_variant_independent_with_the_same_meaning(as_bob: Client, report: FlowPrototype) -> None:
    services.create_variant(report, name="eu", overrides={"settings": {"timeout": 9}})
    before = get(as_bob, "flows/eu").json()["revision"]

    body = post(as_bob, "flows/eu/detach", {"message": "Goes its own way"}).json()

    assert (body["variant_of"], body["origin"], body["revision"]) == (None, "report", before)
    assert body["document"]["settings"] == {"max_workers": 4, "timeout": 9}


def test_it_refuses_what_has_no_parent(as_bob: Client, fast: RoutinePrototype, report: FlowPrototype) -> None:
    assert post(as_bob, "flows/report/detach").status_code in (400, 409)
    assert refusal(post(as_bob, "routines/fast/detach")) == (409, "read-only")


def test_it_refuses_an_unknown_field(as_bob: Client, fast: RoutinePrototype) -> None:
    assert refusal(post(as_bob, "routines/fast/detach", {"why": "x"})) == (400, "validation-error")
