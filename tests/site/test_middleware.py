from __future__ import annotations

import pytest
from django.test import Client

STRICT = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/healthz", "/login/", "/nowhere", "/api/nowhere", "/static/routilux/site.css"])
def test_it_sends_the_strict_policy_with_everything(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    response.close()
    assert response["Content-Security-Policy"].startswith(STRICT)


def test_it_echoes_the_request_id(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "a-B_1.c"})["X-Request-ID"] == "a-B_1.c"


@pytest.mark.parametrize("offered", ["", "a b", "a\r\nSet-Cookie: x", "ä", "x" * 65])
def test_it_makes_a_new_id_for_one_that_could_harm(client: Client, offered: str) -> None:
    identity = client.get("/healthz", headers={"X-Request-ID": offered})["X-Request-ID"]
    assert identity != offered
    assert len(identity) == 16


def test_it_tells_the_id_in_the_problem(client: Client) -> None:
    assert client.get("/api/nowhere", headers={"X-Request-ID": "abc"}).json()["request_id"] == "abc"
