from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.access import authenticate, create_token
from jobs.models import ApiToken
from templates_app.models import FlowPrototype
from tests.pages.reading import html

TOKENS = "/admin/jobs/apitoken/"


def issue(client: Client, **fields: Any) -> Any:
    return client.post(f"{TOKENS}add/", {"name": "erp", "days": "30", **fields})


@pytest.fixture
def root(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_it_shows_a_new_token_once(as_bob: Client, bob: User) -> None:
    response = issue(as_bob)

    text = response.context["text"]
    assert (authenticate(text), text in response.content.decode()) == (ApiToken.objects.get(), True)
    assert ApiToken.objects.get().user == bob
    assert "no-store" in response["Cache-Control"]


def test_it_never_shows_it_again(as_bob: Client) -> None:
    text = issue(as_bob).context["text"]
    secret = text.rpartition("_")[2]

    pages = [
        html(as_bob, TOKENS),
        html(as_bob, f"{TOKENS}{ApiToken.objects.get().pk}/change/"),
        html(as_bob, "/admin/"),
    ]
    assert not [page for page in pages if secret in page or ApiToken.objects.get().digest in page]


def test_it_limits_a_token_to_flows(as_bob: Client, orders: FlowPrototype) -> None:
    issue(as_bob, flow_names=["orders"])

    assert ApiToken.objects.get().flow_names == ["orders"]


@pytest.mark.parametrize("fields", [{"name": ""}, {"name": "a\nb"}, {"days": "0"}, {"flow_names": ["nowhere"]}])
def test_it_says_what_is_not_accepted(as_bob: Client, fields: dict[str, Any]) -> None:
    response = issue(as_bob, **fields)

    assert response.context["errors"]
    assert not ApiToken.objects.exists()


def test_it_makes_no_token_for_somebody_else(as_bob: Client, alice: User, bob: User) -> None:
    issue(as_bob, user=str(alice.pk))

    assert ApiToken.objects.get().user == bob


def test_it_lets_a_superuser_make_one_for_anybody(root: Client, alice: User) -> None:
    issue(root, user=str(alice.pk))

    assert ApiToken.objects.get().user == alice


def test_it_hides_tokens_of_others(as_bob: Client, alice: User) -> None:
    token = create_token(user=alice, name="hers").token

    assert "hers" not in html(as_bob, TOKENS)
    assert as_bob.get(f"{TOKENS}{token.pk}/change/").status_code == 302


def test_it_revokes(as_bob: Client, bob: User) -> None:
    issued = create_token(user=bob, name="old")
    as_bob.post(TOKENS, {"action": "revoke", "_selected_action": [str(issued.token.pk)]})

    assert authenticate(issued.text) is None
    assert "Revoked" in html(as_bob, TOKENS)


def test_it_keeps_the_trace_of_a_token(as_bob: Client, bob: User) -> None:
    token = create_token(user=bob, name="old").token

    assert as_bob.get(f"{TOKENS}{token.pk}/delete/").status_code == 403
