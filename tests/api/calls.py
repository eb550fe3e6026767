"""How tests talk to the API."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from jobs.models import Job

ANYWHERE = "http://testserver"


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    """`body` as JSON, or as it is when it is bytes; headers as `idempotency_key="x"`."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/api/v1/{path}", content, content_type="application/json", headers=named)


def get(client: Client, path: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(f"/api/v1/{path}", headers=named)


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """`body` as JSON, or as it is when it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, f"/api/v1/{path}", content, content_type="application/json", headers=named)


def etag(client: Client, path: str) -> str:
    return str(get(client, path)["ETag"])


def bearer(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}"})


def url(job: Job, tail: str = "") -> str:
    return f"{ANYWHERE}/api/v1/jobs/{job.pk}{tail}"


def refusal(response: Any) -> tuple[int, str]:
    """Status and code of a problem; fails when the answer is none."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return response.status_code, response.json()["code"]


def pointers(response: Any) -> list[str]:
    return [error["pointer"] for error in response.json()["errors"]]
