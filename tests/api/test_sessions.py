"""A browser session is as good as a token, but only with a CSRF token."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, post, refusal

BODY = {"input": {"n": 1}}


def test_it_refuses_a_session_without_a_csrf_token(csrf_client: Client, bob: User, orders: FlowPrototype) -> None:
    csrf_client.force_login(bob)

    assert refusal(post(csrf_client, "flows/orders/jobs", BODY)) == (403, "permission-denied")
    assert not Job.objects.exists()


def test_it_refuses_a_csrf_less_upload(csrf_client: Client, bob: User) -> None:
    csrf_client.force_login(bob)

    response = csrf_client.put("/api/v1/uploads/a", b"x", content_type="text/csv")

    assert refusal(response) == (403, "permission-denied")


def test_it_takes_a_session_with_a_csrf_token(csrf_client: Client, bob: User, orders: FlowPrototype) -> None:
    csrf_client.force_login(bob)
    csrf_client.get("/api/docs")

    csrf = csrf_client.cookies["csrftoken"].value

    assert post(csrf_client, "flows/orders/jobs", BODY, X_CSRFToken=csrf).status_code == 202


def test_it_asks_a_token_for_no_csrf_token(token: str, orders: FlowPrototype) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {token}"})

    assert post(client, "flows/orders/jobs", BODY).status_code == 202
    assert post(bearer(token), "flows/orders/jobs", BODY).status_code == 202
