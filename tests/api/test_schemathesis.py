"""Every operation answers as the OpenAPI document says, whatever it is sent: what the document allows, and what not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import URLPattern
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from jobs.models import Job
from tests.api.endpoints import PATTERNS, has, known
from tests.api.snapshot import SNAPSHOT

METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [(found, method) for found in PATTERNS for method in METHODS if has(found, method)]
EXAMPLES = 10


@pytest.fixture(scope="module")
def schema() -> Any:
    document = schemathesis.openapi.from_dict(yaml.load(SNAPSHOT.read_bytes(), yaml.CSafeLoader))
    document.app = get_wsgi_application()
    return document


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests of a real server end by closing a connection that its transaction has outlived; ours shall not."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


def place(pattern: URLPattern) -> str:
    return "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))


def unchecked(case: Any) -> list[Any]:
    """What is wrong in addresses and tokens alone is put right before it is sent.

    And whether names, documents and states make sense together, the OpenAPI document cannot tell.
    """
    wrong = {place.value for place, told in case.meta.components.items() if told.mode.is_negative}
    return [positive_data_acceptance, *([] if wrong & {"query", "body"} else [negative_data_rejection])]


@pytest.mark.parametrize("number", range(len(OPERATIONS)), ids=[f"{method} {p.name}" for p, method in OPERATIONS])
def test_it_answers_as_it_says(schema: Any, token: str, job: Job, number: int) -> None:
    pattern, method = OPERATIONS[number]
    operation = schema[place(pattern)][method.upper()]
    strategies = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
    there = known(pattern, job)
    answers: list[int] = []

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(strategies))
    def send(case: Any) -> None:
        case.path_parameters = {name: str(there[name]) for name in case.path_parameters or {}}
        headers = {"Authorization": f"Bearer {token}"}
        answers.append(case.call_and_validate(headers=headers, excluded_checks=unchecked(case)).status_code)

    send()
    assert answers and max(answers) < 500
