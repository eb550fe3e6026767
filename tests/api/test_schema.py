from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from jsonschema_rs import validator_for

from jobs.models import Job
from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.api.calls import get, post, send
from tests.api.endpoints import PATTERNS
from tests.engine import run_flow


@pytest.fixture(scope="module")
def schema() -> Any:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def component(schema: Any, name: str, value: Any) -> list[str]:
    return misfits(schema, {"$ref": f"#/components/schemas/{name}"}, value)


def misfits(schema: Any, shape: Any, value: Any) -> list[str]:
    whole = {**shape, "components": schema["components"]}
    return [error.message for error in validator_for(whole).iter_errors(value)]


def test_it_is_valid_and_knows_every_endpoint(schema: Any) -> None:
    assert len(schema["paths"]) == len(PATTERNS)


def test_it_names_every_operation_and_its_refusals(schema: Any) -> None:
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]

    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert all({"401", "403"} <= set(operation["responses"]) for operation in operations)
    assert {"token", "cookieAuth"} <= set(schema["components"]["securitySchemes"])


def bodies(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every body that is sent, or answered with success, under the id of its operation, status and media type."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            answers = {status: answer for status, answer in operation["responses"].items() if status < "300"}
            for part, said in {"request": operation.get("requestBody", {}), **answers}.items():
                for media_type, body in said.get("content", {}).items():
                    yield f"{operation['operationId']} {part} {media_type}", body


def test_its_examples_are_examples(schema: Any) -> None:
    wrong = [
        (place, misfits(schema, body["schema"], example["value"]))
        for place, body in bodies(schema)
        for example in body.get("examples", {}).values()
    ]
    assert [found for found in wrong if found[1]] == []


def test_it_shows_an_example_of_every_body(schema: Any) -> None:
    assert [place for place, body in bodies(schema) if not body.get("examples")] == []


def test_it_describes_what_is_answered(ready: None, schema: Any, as_bob: Client, orders: FlowPrototype) -> None:
    job = run_flow(orders, n=1)
    step = job.activations.order_by("id").first()
    answers = {
        "Accepted": post(as_bob, "flows/orders/jobs", {"input": {"n": 1}}),
        "FlowDetail": get(as_bob, "flows/orders"),
        "JobDetail": get(as_bob, f"jobs/{job.pk}"),
        "StepDetail": get(as_bob, f"jobs/{job.pk}/steps/{step.pk if step else 0}"),
        "PaginatedEventList": get(as_bob, f"jobs/{job.pk}/events"),
        "Problem": get(as_bob, "flows/nope"),
    }
    assert [wrong for name, answer in answers.items() for wrong in component(schema, name, answer.json())] == []


def test_it_describes_lists_of_unfinished_jobs(schema: Any, as_bob: Client, job: Job) -> None:
    answers = {
        "PaginatedFlowList": get(as_bob, "flows"),
        "PaginatedJobList": get(as_bob, "jobs"),
        "PaginatedStepList": get(as_bob, f"jobs/{job.pk}/steps"),
        "PaginatedUploadList": get(as_bob, "uploads"),
        "JobDetail": get(as_bob, f"jobs/{job.pk}"),
    }
    assert [wrong for name, answer in answers.items() for wrong in component(schema, name, answer.json())] == []


def test_it_describes_templates(schema: Any, as_bob: Client, report: FlowPrototype) -> None:
    change = {"set": {"max_workers": 9}}
    answers = {
        "FlowDetail": get(as_bob, "flows/report"),
        "RoutineDetail": get(as_bob, "routines/fast"),
        "PaginatedRoutineList": get(as_bob, "routines"),
        "FlowPreview": post(as_bob, "flows/report/impact", change),
        "flowSaved": send(as_bob, "PATCH", "flows/report", change, if_match="*"),
        "Explanation": get(as_bob, "flows/report/explain"),
        "Rules": get(as_bob, "flows/report/rules"),
        "PaginatedRevisionRowList": get(as_bob, "flows/report/revisions"),
        "RevisionDetail": get(as_bob, "flows/report/revisions/1"),
        "Comparison": get(as_bob, "templates/compare?a=report@1&b=report"),
    }
    assert [wrong for name, answer in answers.items() for wrong in component(schema, name, answer.json())] == []


def test_it_describes_the_catalog_and_imports(schema: Any, as_bob: Client, fast: RoutinePrototype) -> None:
    text = "kind: routine\nname: fast\nclass: test_spread\nconfig: {count: 9}\n"
    answers = {
        "Catalog": get(as_bob, "catalog"),
        "ClassList": get(as_bob, "catalog/classes"),
        "Class": get(as_bob, "catalog/classes/mapper"),
        "Plan": as_bob.post("/api/v1/templates/plan", text, content_type="application/yaml"),
        "Verdict": as_bob.post("/api/v1/templates/validate", text, content_type="application/yaml"),
        "Rebase": get(as_bob, f"routines/{services.duplicate(fast, name='copy')}/rebase"),
    }
    assert [wrong for name, answer in answers.items() for wrong in component(schema, name, answer.json())] == []


def test_it_says_nothing_of_execution_strategies(schema: Any) -> None:
    assert not {"execution_strategy", "execute_concurrent"} & set(re.findall(r"\w+", json.dumps(schema)))


def test_it_is_served_with_a_page(client: Client, db: None) -> None:
    assert client.get("/api/schema").status_code == 200
    assert client.get("/api/docs").status_code == 200
