from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from routilux_site import context, views


@pytest.mark.parametrize("path", ["/api/nowhere", "/api/v1/nowhere"])
def test_it_answers_the_api_with_a_problem(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not-found"


def test_it_answers_people_with_a_page(client: Client) -> None:
    response = client.get("/nowhere", headers={"X-Request-ID": "abc"})
    assert response.status_code == 404
    assert "There is nothing at this address." in response.text
    assert "<code>abc</code>" in response.text


@pytest.mark.parametrize(
    ("handler", "status"),
    [(views.bad_request, 400), (views.permission_denied, 403), (views.server_error, 500), (views.csrf_failure, 403)],
)
@pytest.mark.parametrize(("path", "kind"), [("/api/x", "application/problem+json"), ("/x", "text/html; charset=utf-8")])
def test_it_has_an_answer_for_each_failure_without_a_database(
    handler: object, status: int, path: str, kind: str
) -> None:
    request: HttpRequest = RequestFactory().get(path)
    response = handler(request)  # type: ignore[operator]
    assert (response.status_code, response["Content-Type"]) == (status, kind)


def test_it_refuses_a_form_without_its_token(csrf_client: Client, alice: User) -> None:
    response = csrf_client.post("/login/", {"username": "alice", "password": "alice"})
    assert response.status_code == 403
    assert "open for too long" in response.text


def test_it_logs_in_and_out(client: Client, alice: User) -> None:
    assert client.post("/login/", {"username": "alice", "password": "alice"}).status_code == 302
    assert "Log out" in client.get("/api/docs").text
    client.post("/logout/")
    assert "Log in" in client.get("/api/docs").text


def test_it_says_when_a_password_is_wrong(client: Client, alice: User) -> None:
    response = client.post("/login/", {"username": "alice", "password": "wrong"})
    assert 'role="alert"' in response.text


@pytest.mark.parametrize("target", ["https://evil.example.org/", "//evil.example.org"])
def test_it_sends_nobody_to_a_stranger_after_login(client: Client, alice: User, target: str) -> None:
    response = client.post("/login/", {"username": "alice", "password": "alice", "next": target})
    assert "evil" not in response["Location"]


def test_it_shows_ways_to_those_who_may_go_them(
    as_bob: Client, as_charlie: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = (("Some jobs", "login", "jobs.view_job"), ("Not built", "no-such-name", None))
    monkeypatch.setattr(context, "NAV", ways)
    assert "Some jobs" in as_bob.get("/api/docs").text
    assert "Some jobs" not in as_charlie.get("/api/docs").text
    assert "Not built" not in as_bob.get("/api/docs").text


def test_it_redirects_to_https_except_for_probes(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/login/").status_code == 301
    assert client.get("/healthz").status_code == 200


def test_it_keeps_the_pickles_of_django_q_out_of_the_admin() -> None:
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]


def test_it_dresses_the_admin(as_bob: Client) -> None:
    response = as_bob.get("/admin/")
    assert response.status_code == 200
    assert "routilux/admin.css" in response.text


def test_it_describes_the_api(client: Client) -> None:
    schema = client.get("/api/schema").json()
    assert schema["openapi"].startswith("3.1")
    assert 'data-schema="/api/schema"' in client.get("/api/docs").text


@pytest.mark.parametrize("path", ["/login/", "/api/docs", "/nowhere"])
def test_it_has_nothing_inline(client: Client, path: str) -> None:
    text = client.get(path).text
    assert "<style" not in text
    assert " style=" not in text
    assert "<script>" not in text
