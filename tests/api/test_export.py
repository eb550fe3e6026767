from __future__ import annotations

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client

from templates_app import services
from templates_app.models import FlowPrototype
from tests.api.calls import get, pointers, refusal


def test_it_writes_one_template_as_yaml(as_bob: Client, report: FlowPrototype) -> None:
    response = get(as_bob, "templates/export?name=report")

    assert response["Content-Type"] == "application/yaml; charset=utf-8"
    assert yaml.safe_load(response.content)["execution"] == {"max_workers": 4}


def test_it_writes_json(as_bob: Client, report: FlowPrototype) -> None:
    response = get(as_bob, "templates/export?name=report&format=json")

    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response.json()["flow_id"] == "report"


def test_it_adds_what_these_build_on(as_bob: Client, report: FlowPrototype) -> None:
    found = get(as_bob, "templates/export?name=report&foundations=true&format=json").json()

    assert [one.get("name") or one["flow_id"] for one in found] == ["fast", "report"]


def test_it_writes_all_that_is_in_use_without_names(as_bob: Client, report: FlowPrototype) -> None:
    services.archive(report)

    assert get(as_bob, "templates/export?format=json").json()["name"] == "fast"


@pytest.mark.parametrize("query", ["name=nope", "name=%00", "format=xml", "foundations=x", "x=1", "name=report&name=x"])
def test_it_refuses_a_bad_query(as_bob: Client, report: FlowPrototype, query: str) -> None:
    assert get(as_bob, f"templates/export?{query}").status_code == 400


def test_it_exports_no_class(as_bob: Client, db: None) -> None:
    assert refusal(get(as_bob, "templates/export?name=test_pass")) == (400, "invalid-template")
    assert pointers(get(as_bob, "templates/export?name=nope")) == ["/name"]


def test_it_needs_to_see_both_kinds(as_alice: Client, alice: User, report: FlowPrototype) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="view_routineprototype"))

    assert refusal(get(as_alice, "templates/export")) == (403, "permission-denied")
