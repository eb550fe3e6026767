from __future__ import annotations

import pytest
from django.core.checks import Warning as CheckWarning
from pydantic import Field

from templates_app import catalog, checks, services, sync
from templates_app.models import FlowPrototype, Prototype
from tests.templates_app.routines import Fetch


class NewFetch(Fetch):
    class Config(Fetch.Config):
        timeout: int = Field(31, ge=1)


def test_it_gives_every_registered_class_a_root_with_its_defaults(db: None) -> None:
    roots = Prototype.objects.filter(is_code=True)
    assert sorted(roots.values_list("name", flat=True)) == catalog.names()
    fetch = roots.get(name="t_fetch")
    assert (fetch.own["config"]["timeout"], fetch.category, fetch.tags) == (30, "tests", ["net"])


def test_it_changes_nothing_when_all_is_in_step(db: None) -> None:
    before = list(Prototype.objects.values_list("pk", "updated_at"))
    sync.sync_catalog()
    assert list(Prototype.objects.values_list("pk", "updated_at")) == before
    assert checks.check_templates(None, ["default"]) == []


def test_it_carries_new_code_into_roots_and_flows(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = services.create_flow("plain", document={"nodes": {"a": {"routine": "t_fetch"}}})
    monkeypatch.setitem(catalog._entries, "t_fetch", catalog.Entry("t_fetch", NewFetch, "Fetches otherwise."))
    assert [warning.id for warning in checks.check_templates(None, ["default"])] == ["templates_app.W001"]
    sync.sync_catalog()
    flow.refresh_from_db()
    assert flow.head is not None
    assert '"timeout":31' in flow.head.canonical


def test_it_archives_the_root_of_a_class_that_is_gone(flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(catalog._entries, "t_fetch")
    sync.sync_catalog()
    assert Prototype.objects.get(name="t_fetch").is_archived
    flow.refresh_from_db()
    assert flow.head_id is None
    assert flow.problems[0]["code"] == "unknown-name"


def test_it_brings_the_root_back_with_the_class(flow: FlowPrototype, monkeypatch: pytest.MonkeyPatch) -> None:
    before = flow.head_id
    with monkeypatch.context() as patch:
        patch.delitem(catalog._entries, "t_fetch")
        sync.sync_catalog()
    sync.sync_catalog()
    flow.refresh_from_db()
    assert (flow.head_id, Prototype.objects.get(name="t_fetch").is_archived) == (before, False)


def test_it_leaves_a_hand_made_prototype_of_that_name_alone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    services.create_routine("late", base="t_fetch")
    monkeypatch.setitem(catalog._entries, "late", catalog.Entry("late", Fetch))
    sync.sync_catalog()
    assert not Prototype.objects.get(name="late").is_code
    assert [warning.id for warning in checks.check_templates(None, ["default"])] == ["templates_app.W002"]


def test_it_warns_of_invalid_flows(flow: FlowPrototype) -> None:
    problem = {"path": "nodes", "code": "x", "message": "Broken.", "level": "error"}
    Prototype.objects.filter(pk=flow.pk).update(head=None, problems=[problem])
    (warning,) = checks.check_templates(None, ["default"])
    assert isinstance(warning, CheckWarning)
    assert warning.msg == "The flow 'orders' is invalid and cannot be triggered: nodes: Broken."
