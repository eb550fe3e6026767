from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app import catalog
from tests.api.calls import get, refusal


def test_it_tells_a_class_with_ports_and_config(as_bob: Client, db: None) -> None:
    body = get(as_bob, "catalog/classes/test_spread").json()

    assert ([slot["name"] for slot in body["slots"]], body["events"][0]["params"]) == (["input"], ["n"])
    assert body["config_schema"]["properties"]["count"]["maximum"] == 10_000
    assert body["description"].startswith("Sends")


def test_it_lists_all_classes_with_links_that_lead_to_them(as_bob: Client, db: None) -> None:
    found = get(as_bob, "catalog/classes").json()["results"]

    assert [one["name"] for one in found] == catalog.names()
    assert all(as_bob.get(one["link"]).json() == one for one in found)


def test_it_names_policies_logic_and_exceptions(as_bob: Client, db: None) -> None:
    body = get(as_bob, "catalog").json()

    policies = {policy["type"]: policy["settings"] for policy in body["policies"]}
    assert policies["batch_size"] == [{"name": "min_batch_size", "type": "int", "default": 1}]
    assert (body["logic"], "ValueError" in body["exceptions"]) == (catalog.logic_names(), True)
    assert body["error_strategies"] == ["stop", "continue", "skip", "retry"]


def test_it_names_the_classes_that_are_there(as_bob: Client, db: None) -> None:
    response = get(as_bob, "catalog/classes/maper")

    assert refusal(response) == (404, "unknown-class")
    assert "mapper" in response.json()["detail"]


@pytest.mark.parametrize("path", ["catalog", "catalog/classes", "catalog/classes/mapper"])
def test_it_is_for_who_may_see_templates(as_alice: Client, alice: User, path: str) -> None:
    assert get(as_alice, path).status_code == 200
    assert refusal(get(as_alice, f"{path}?x=1")) == (400, "validation-error")
    alice.user_permissions.clear()
    assert refusal(get(as_alice, path)) == (403, "permission-denied")
