"""Execution strategies are refused with the sentence that says how to go on, wherever they stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.api.calls import pointers, refusal, send

ADVICE = (
    "remove it; every flow runs on the one Runtime. For the old 'sequential' set max_workers=1; "
    "for 'concurrent' leave max_workers out or keep your number."
)


@pytest.mark.parametrize("value", ["sequential", "concurrent"])
@pytest.mark.parametrize(
    ("method", "path", "wrap", "pointer"),
    [
        ("POST", "flows", lambda v: {"name": "n", "document": {}, **v}, ""),
        ("POST", "flows", lambda v: {"name": "n", "document": v}, "/document"),
        ("POST", "flows", lambda v: {"name": "n", "document": {"settings": v}}, "/document/settings"),
        ("PUT", "flows/report", lambda v: {"document": {"nodes": {"a": v}}}, "/document/nodes/a"),
        ("PATCH", "flows/report", lambda v: {"set": v}, "/set"),
        ("POST", "flows/report/variants", lambda v: {"name": "n", "overrides": {"settings": v}}, "/overrides/settings"),
        ("POST", "flows/report/jobs", lambda v: {"input": {}, **v}, ""),
        ("POST", "flows/report/jobs", lambda v: {"input": {}, "overrides": {"settings": v}}, "/overrides/settings"),
    ],
)
def test_it_says_what_to_write_instead(
    as_bob: Client, report: FlowPrototype, method: str, path: str, wrap: Any, pointer: str, value: str
) -> None:
    response = send(as_bob, method, path, wrap({"execution_strategy": value}), if_match="*")

    assert (refusal(response), pointers(response)) == ((400, "execution-strategy"), [f"{pointer}/execution_strategy"])
    assert response.json()["errors"][0]["message"] == f"execution_strategy='{value}': {ADVICE}"
    assert not Job.objects.exists() and FlowPrototype.objects.count() == 1


def test_it_says_so_of_texts_too(as_bob: Client, db: None) -> None:
    text = "flow_id: a\nroutines: {}\nexecution_strategy: concurrent\n"

    response = as_bob.post("/api/v1/templates/apply", text, content_type="application/yaml")

    assert response.json()["errors"][0]["code"] == "execution-strategy"
    assert ADVICE in response.json()["errors"][0]["message"]


def test_it_leaves_inputs_alone(as_bob: Client, report: FlowPrototype) -> None:
    body = {"input": {"execution_strategy": "mine"}, "entry": "a.input"}

    assert send(as_bob, "POST", "flows/report/jobs", body).status_code == 202
