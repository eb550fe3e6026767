"""Tokens over REST: issued, listed, rotated, revoked."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from jobs.access import authenticate, create_token, rotate_token
from jobs.errors import WrongState
from jobs.models import ApiToken
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, pointers, post, refusal


def test_it_issues_a_token_once(as_bob: Client, bob: User, orders: FlowPrototype) -> None:
    response = post(as_bob, "tokens", {"name": "shop", "flows": ["orders"], "scopes": ["trigger"], "days": 1})

    token = authenticate(response.json()["token"])
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    assert token and (token.user, token.flow_names, token.scopes) == (bob, ["orders"], ["trigger"])
    assert "token" not in get(as_bob, "tokens").json()["results"][0]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": "n", "scopes": ["all"]}, "/scopes/0"),
        ({"name": "n", "days": 0}, "/days"),
        ({"name": "n", "flows": ["nowhere"]}, "/flows"),
        ({"name": "n", "digest": "x"}, "/digest"),
    ],
)
def test_it_says_what_is_wrong(as_bob: Client, body: object, pointer: str) -> None:
    assert pointers(post(as_bob, "tokens", body)) == [pointer]
    assert not ApiToken.objects.exists()


def test_it_lets_only_superusers_issue_for_others(as_bob: Client, bob: User, alice: User, client: Client) -> None:
    assert refusal(post(as_bob, "tokens", {"name": "n", "user": "alice"})) == (403, "permission-denied")

    client.force_login(User.objects.create_superuser("root"))
    assert post(client, "tokens", {"name": "n", "user": "alice"}).status_code == 201
    assert ApiToken.objects.get().user == alice
    assert pointers(post(client, "tokens", {"name": "n", "user": "nobody"})) == ["/user"]


def test_it_shows_others_only_their_own(as_bob: Client, alice: User) -> None:
    token = create_token(user=alice, name="n").token

    assert get(as_bob, "tokens").json()["results"] == []
    assert refusal(post(as_bob, f"tokens/{token.prefix}/revoke")) == (404, "not-found")


def test_it_rotates_over_a_while(bob: User) -> None:
    old = create_token(user=bob, name="n", scopes=["manage"], days=10)
    response = post(bearer(old.text), f"tokens/{old.token.prefix}/rotate", {"hours": 2})

    new = authenticate(response.json()["token"])
    left = ApiToken.objects.get(pk=old.token.pk)
    assert new and new.scopes == ["manage"] and authenticate(old.text)
    assert left.expires_at and left.expires_at < timezone.now() + timedelta(hours=3)


def test_it_rotates_at_once(bob: User) -> None:
    old = create_token(user=bob, name="n")
    rotate_token(token=old.token, hours=0)

    assert authenticate(old.text) is None
    with pytest.raises(WrongState):
        rotate_token(token=old.token)


def test_it_revokes(as_bob: Client, bob: User) -> None:
    issued = create_token(user=bob, name="n")

    assert post(as_bob, f"tokens/{issued.token.prefix}/revoke").json()["valid"] is False
    assert refusal(post(as_bob, f"tokens/{issued.token.prefix}/revoke")) == (409, "wrong-state")
    assert authenticate(issued.text) is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"scopes": []}, "/scopes"), ({"scopes": ["control"]}, "/scopes"), ({"days": None}, "/days"), ({}, "/days")],
)
def test_it_gives_a_token_none_that_reaches_further(bob: User, body: dict[str, object], pointer: str) -> None:
    narrow = bearer(create_token(user=bob, name="n", scopes=["manage", "read"], days=5).text)

    response = post(narrow, "tokens", {"name": "m", "scopes": ["read"], **body})

    assert refusal(response) == (400, "bad-token")
    assert pointers(response) == [pointer]


def test_it_does_not_outlive_the_token_that_rotates(bob: User) -> None:
    short = create_token(user=bob, name="short", days=1)
    lasting = create_token(user=bob, name="lasting").token

    made = rotate_token(token=lasting, by=short.token).token

    assert made.expires_at == short.token.expires_at


def test_it_rotates_by_a_command(bob: User) -> None:
    old, out, err = create_token(user=bob, name="n", scopes=["read"]), StringIO(), StringIO()

    call_command("rotate_token", old.token.prefix, stdout=out, stderr=err)

    new = authenticate(out.getvalue().strip())
    assert new and new.pk != old.token.pk
    assert "(read)" in err.getvalue()
