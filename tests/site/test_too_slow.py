"""A question that Postgres gave up, because it took too long, is answered with what to ask instead."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from psycopg.errors import QueryCanceled

from jobs.api.views import jobs as endpoints
from jobs.pages import joblist
from tests.api.calls import get, refusal


def give_up(*_: Any, **__: Any) -> None:
    raise OperationalError("canceling statement due to statement timeout") from QueryCanceled()


def test_it_says_on_a_page_what_to_ask_instead(as_bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joblist, "page_of", give_up)
    page = as_bob.get("/jobs/")

    assert page.status_code == 503
    assert "Ask for less: a shorter time, one flow, one status." in page.content.decode()


def test_it_says_so_to_a_caller_of_the_api(as_bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "narrowed", give_up)

    assert refusal(get(as_bob, "jobs")) == (503, "too-slow")


def test_it_leaves_other_errors_as_they_are(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is gone")

    monkeypatch.setattr(joblist, "page_of", fail)
    client = Client(raise_request_exception=False)
    client.force_login(bob)

    assert client.get("/jobs/").status_code == 500
