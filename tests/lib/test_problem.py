from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.test import APIRequestFactory

from routilux_site.lib import request_id
from routilux_site.lib.errors import ErrorDetail, RoutiluxError
from routilux_site.lib.problem import exception_handler
from routilux_site.lib.strict_json import StrictJSONError

REQUEST = APIRequestFactory().get("/api/v1/jobs")


def answer(exception: Exception) -> Any:
    response = exception_handler(exception, {"request": REQUEST})
    assert response is not None
    assert response.content_type == "application/problem+json"
    return response


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (Http404(), 404, "not-found"),
        (PermissionDenied(), 403, "permission-denied"),
        (exceptions.NotAuthenticated(), 401, "not-authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method-not-allowed"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported-media-type"),
        (StrictJSONError("No."), 400, "invalid-json"),
    ],
)
def test_it_answers_each_error_with_its_status_and_code(exception: Exception, status: int, code: str) -> None:
    response = answer(exception)
    assert (response.status_code, response.data["status"], response.data["code"]) == (status, status, code)
    assert response.data["type"] == f"urn:routilux:problem:{code}"
    assert response.data["instance"] == "/api/v1/jobs"


def test_it_points_into_the_body() -> None:
    error = RoutiluxError("Two are wrong.", errors=[ErrorDetail("input.a", "c1", "m1"), ErrorDetail("", "c2", "m2")])
    assert answer(error).data["errors"] == [
        {"pointer": "/input/a", "code": "c1", "message": "m1"},
        {"pointer": "", "code": "c2", "message": "m2"},
    ]


def test_it_flattens_nested_field_errors() -> None:
    detail: Any = {
        "rows": [{}, {"n": [exceptions.ErrorDetail("Too big.", "max_value")]}],
        "non_field_errors": ["Both."],
    }
    data = answer(exceptions.ValidationError(detail)).data
    assert {"pointer": "/rows/1/n", "code": "max-value", "message": "Too big."} in data["errors"]
    assert {"pointer": "", "code": "invalid", "message": "Both."} in data["errors"]
    assert data["detail"] == "rows.1.n: Too big.; Both."


def test_it_carries_the_request_id() -> None:
    token = request_id.current.set("abc")
    data = answer(Http404()).data
    request_id.current.reset(token)
    assert data["request_id"] == "abc"


def test_it_says_when_to_come_back() -> None:
    assert answer(exceptions.Throttled(wait=7)).headers["Retry-After"] == "7"


def test_it_leaves_alone_what_nobody_foresaw() -> None:
    assert exception_handler(ZeroDivisionError(), {"request": REQUEST}) is None
