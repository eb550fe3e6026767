"""Every malice of JSON that a stock Django and DRF answer with 500."""

from __future__ import annotations

import pytest
from django.test import Client

from jobs.models import Job
from templates_app.models import FlowPrototype, Prototype
from tests.api.calls import post
from tests.api.endpoints import address, writes

DEEP = b"[" * 5000 + b"]" * 5000
HOSTILE = {
    "empty": b"",
    "cut": b'{"input": {"n": 1}',
    "two": b"{} {}",
    "bad utf-8": b'{"input": {"n": "\xff"}}',
    "nul in value": b'{"input": {"n": "\\u0000"}}',
    "nul in key": b'{"input": {"\\u0000": 1}}',
    "nul in field": b'{"input": {"n": 1}, "\\u0000": 1}',
    "raw nul": b'{"input": {"n": "\x00"}}',
    "lone surrogate": b'{"input": {"n": "\\ud800"}}',
    "lone surrogate in entry": b'{"input": {"n": 1}, "entry": "\\udfff"}',
    "deep": b'{"input": ' + DEEP + b"}",
    "very deep": b"[" * 500_000,
    "nan": b'{"input": {"n": NaN}}',
    "infinity": b'{"input": {"n": -Infinity}}',
    "1e999": b'{"input": {"n": 1e999}}',
    "400 digits": b'{"input": {"n": ' + b"9" * 400 + b"}}",
    "5000 digits": b'{"input": {"n": ' + b"9" * 5000 + b"}}",
    "priority of 30 digits": b'{"input": {"n": 1}, "priority": ' + b"9" * 30 + b"}",
    "duplicate keys": b'{"input": {"n": 1, "n": 2}}',
    "many nodes": b'{"input": {"n": [' + b"0," * 200_000 + b"0]}}",
    "3 MB": b'{"input": {"n": "' + b"x" * 3_000_000 + b'"}}',
    "long text": b'{"input": {"n": "' + b"x" * 300_000 + b'"}}',
    "bom": b"\xef\xbb\xbf{}",
    "utf-16": '{"input": {"n": 1}}'.encode("utf-16"),
}


# an upload is taken as it is, and `validate` answers 200 and says what is wrong
BODIES = [(found, method) for found, method in writes() if found.name not in ("upload", "templates-validate")]


@pytest.mark.parametrize("name", HOSTILE)
def test_it_refuses_in_words(as_bob: Client, orders: FlowPrototype, name: str) -> None:
    response = post(as_bob, "flows/orders/jobs", HOSTILE[name])

    assert response.status_code in (400, 413), response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] and not Job.objects.exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_it_refuses_a_hostile_cancel(as_bob: Client, job: Job, name: str) -> None:
    response = post(as_bob, f"jobs/{job.pk}/cancel", HOSTILE[name])

    assert response.status_code in ((202,) if name == "empty" else (400, 413))


@pytest.mark.parametrize("number", range(len(BODIES)), ids=[f"{method} {found.name}" for found, method in BODIES])
def test_it_refuses_it_at_every_door(as_bob: Client, job: Job, number: int) -> None:
    pattern, method = BODIES[number]
    place, before = address(pattern, job), Prototype.objects.count()
    send, headers = getattr(as_bob, method), {"If-Match": "*"}
    bodies = {name: body for name, body in HOSTILE.items() if body}

    answers = {
        name: send(place, body, content_type="application/json", headers=headers) for name, body in bodies.items()
    }

    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code not in (400, 413)} == {}
    assert {answer["Content-Type"] for answer in answers.values()} == {"application/problem+json"}
    assert Prototype.objects.count() == before


@pytest.mark.parametrize("number", range(len(BODIES)), ids=[f"{method} {found.name}" for found, method in BODIES])
def test_it_takes_an_empty_body_for_an_empty_object(as_bob: Client, job: Job, number: int) -> None:
    pattern, method = BODIES[number]

    response = getattr(as_bob, method)(address(pattern, job), content_type="application/json")

    assert response.status_code in (200, 201, 202, 204, 400, 409, 422, 428)


def test_it_refuses_a_large_body_of_another_kind(as_bob: Client, orders: FlowPrototype) -> None:
    response = as_bob.post(
        "/api/v1/flows/orders/jobs", b"a=" + b"x" * 3_000_000, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code in (400, 413, 415)
    assert response["Content-Type"] == "application/problem+json"
