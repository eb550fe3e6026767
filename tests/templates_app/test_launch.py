from __future__ import annotations

import json
from typing import Any

import pytest

from templates_app import selectors, services
from templates_app.models import FlowPrototype, Revision, RoutinePrototype
from templates_app.refusals import ReadOnly, Refused
from tests.templates_app.conftest import pipeline

FAST: dict[str, Any] = {"nodes": {"first": {"config": {"timeout": 1}}}, "settings": {"max_workers": 1}}


def test_it_pins_a_launch_to_a_revision_of_its_own(flow: FlowPrototype) -> None:
    before = flow.head_id
    made = services.revision_for_launch(flow, FAST)
    flow.refresh_from_db()
    assert (flow.head_id, flow.version, made.for_launch) == (before, 1, True)
    assert json.loads(made.spec.nodes["first"].config_text)["timeout"] == 1
    assert made.spec.max_workers == 1


def test_it_makes_equal_launches_share_one_and_changes_nothing_without_a_change(flow: FlowPrototype) -> None:
    assert services.revision_for_launch(flow, FAST) == services.revision_for_launch(flow, FAST)
    assert services.revision_for_launch(flow, {}) == flow.head
    assert Revision.objects.count() == 2


def test_it_keeps_launches_out_of_the_history_until_a_save_means_the_same(flow: FlowPrototype) -> None:
    made = services.revision_for_launch(flow, {"settings": {"max_workers": 1}})
    assert [one.number for one in selectors.history(flow)] == [1]
    services.update_flow(flow, document=pipeline(max_workers=1), version=1)
    assert flow.head_id == made.pk
    assert [one.number for one in selectors.history(flow)] == [2, 1]


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        ({"nodes": {"first": {"config": {"timeout": "x"}}}}, "nodes.first.config.timeout"),
        ({"nodes": {"first": {"config": {"tiemout": 1}}}}, "nodes.first.config.tiemout"),
        ({"nodes": {"third": {"timeout": 1}}}, "nodes.third"),
        ({"connections": []}, "connections"),
    ],
)
def test_it_refuses_what_makes_no_sense_with_its_path(flow: FlowPrototype, overrides: Any, path: str) -> None:
    with pytest.raises(Refused) as refused:
        services.revision_for_launch(flow, overrides)
    assert refused.value.errors[0].path == path
    assert Revision.objects.count() == 1


def test_it_launches_nothing_invalid_or_archived(flow: FlowPrototype, fetcher: RoutinePrototype) -> None:
    services.set_rule(fetcher, path="config.retries", rule={"max": 5})
    flow.refresh_from_db()
    with pytest.raises(Refused, match="at most 5"):
        services.revision_for_launch(flow, FAST)
    services.archive(flow)
    with pytest.raises(ReadOnly):
        services.revision_for_launch(flow, FAST)
