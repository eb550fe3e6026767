"""Plan, apply, validate."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from templates_app.models import FlowPrototype, Prototype
from tests.api.calls import get, pointers, refusal

FLOW = """flow_id: new
routines:
  a: {class: test_spread, config: {count: 2}}
  b: {class: test_pass}
connections:
  - {from: a.output, to: b.input}
"""
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


def send_text(client: Client, verb: str, text: str | bytes, kind: str = "application/yaml") -> Any:
    return client.post(f"/api/v1/templates/{verb}", text, content_type=kind)


def test_it_applies_and_then_has_nothing_to_do(as_bob: Client, bob: User) -> None:
    first, second = (send_text(as_bob, "apply", FLOW).json() for _ in range(2))

    assert [step["action"] for step in (*first["steps"], *second["steps"])] == ["create", "unchanged"]
    assert FlowPrototype.objects.get(name="new").created_by == bob


def test_it_takes_what_it_gave_out(as_bob: Client, report: FlowPrototype) -> None:
    for form, kind in (("yaml", "application/yaml"), ("json", "application/json")):
        text = get(as_bob, f"templates/export?format={form}").content

        assert send_text(as_bob, "apply", text, kind).json()["has_changes"] is False


def test_it_plans_without_writing(as_bob: Client, report: FlowPrototype) -> None:
    body = send_text(as_bob, "plan", "kind: routine\nname: fast\nclass: test_spread\nconfig: {count: 9}\n").json()

    assert [(step["action"], step["changes"][0]["path"]) for step in body["steps"]] == [("update", "config.count")]
    assert ([effect["flow"] for effect in body["effects"]], body["impact"]["reached"]) == (["report"], 2)
    assert get(as_bob, "routines/fast").json()["version"] == 1


def test_it_tells_in_a_plan_what_would_be_refused(as_bob: Client, db: None) -> None:
    body = send_text(as_bob, "plan", FLOW.replace("count: 2", "count: -2")).json()

    assert [problem["path"] for problem in body["problems"]] == ["new.routines.a.config.count"]


def test_it_validates(as_bob: Client, db: None) -> None:
    good, bad = send_text(as_bob, "validate", FLOW).json(), send_text(as_bob, "validate", "flow_id: [").json()

    assert good == {"valid": True, "problems": []}
    assert (bad["valid"], [problem["code"] for problem in bad["problems"]]) == (False, ["unreadable"])


@pytest.mark.parametrize("verb", ["plan", "apply"])
@pytest.mark.parametrize(
    "text", ["", "a: 1", BOMB, "!!python/object:os.system x", "a: 1\na: 2", "\x00", b"\xff", "{", "[" * 5000, "- 1"]
)
def test_it_refuses_what_is_no_template(as_bob: Client, db: None, verb: str, text: str | bytes) -> None:
    before = Prototype.objects.count()

    assert refusal(send_text(as_bob, verb, text)) == (400, "invalid-template")
    assert Prototype.objects.count() == before


def test_it_writes_all_or_nothing(as_bob: Client, db: None) -> None:
    response = send_text(as_bob, "apply", f"{FLOW}---\nkind: routine\nname: bad\nclass: nope\n")

    assert (response.status_code, pointers(response)) == (400, ["/bad/class"])
    assert not FlowPrototype.objects.exists()


def test_it_refuses_too_much_and_other_kinds(as_bob: Client, db: None) -> None:
    assert refusal(send_text(as_bob, "apply", "x" * 2_000_000)) == (413, "json-too-large")
    assert refusal(send_text(as_bob, "apply", FLOW, "text/plain")) == (415, "unsupported-media-type")


def test_it_names_a_document_that_says_none(as_bob: Client, db: None) -> None:
    body = send_text(as_bob, "plan?name=given", FLOW.replace("flow_id: new\n", "")).json()

    assert [step["name"] for step in body["steps"]] == ["given"]


@pytest.mark.parametrize("verb", ["plan", "apply", "validate"])
def test_it_needs_to_write_both_kinds(as_alice: Client, alice: User, verb: str) -> None:
    alice.user_permissions.remove(*alice.user_permissions.filter(codename="add_routineprototype"))

    assert refusal(send_text(as_alice, verb, FLOW)) == (403, "permission-denied")
