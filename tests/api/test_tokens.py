from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import services
from jobs.access import BadToken, authenticate, create_token, revoke_token
from jobs.errors import WrongState
from jobs.models import ApiToken, Job
from templates_app.models import FlowPrototype
from templates_app.selectors import UnknownFlow
from tests.api.calls import bearer, get, post, refusal
from tests.engine import make_flow


def test_it_opens_the_door_as_its_user(token: str, bob: User, orders: FlowPrototype) -> None:
    assert post(bearer(token), "flows/orders/jobs", {"input": {"n": 1}}).status_code == 202
    assert Job.objects.get().actor == bob


def test_it_keeps_only_a_hash(bob: User) -> None:
    issued = create_token(user=bob, name="n")

    secret = issued.text.split("_")[2]
    assert len(secret) == 40
    assert secret not in repr(ApiToken.objects.values().get()) + repr(issued)


@pytest.mark.parametrize("change", ["", "x", " "])
def test_it_opens_nothing_when_a_letter_is_wrong(token: str, change: str) -> None:
    wrong = "y" if token.endswith("x") and change == "x" else change
    assert authenticate(token[:-1] + wrong) is None
    assert authenticate(token + change) is (None if change else authenticate(token)) or not change


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text())
def test_it_opens_nothing_for_any_other_text(db: None, text: str) -> None:
    assert authenticate(text) is None


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "bearer rtx_x", "Bearer rtx_aaaaaaaa_" + "b" * 40, "Bearer \xff", "Bearer a b c"]
)
def test_it_answers_401_without_telling_why(token: str, client: Any, header: str) -> None:
    response = get(client, "jobs", authorization=header)

    assert refusal(response) == (401, "authentication-failed")
    assert response["WWW-Authenticate"] == "Bearer"


def test_it_answers_401_without_any(client: Any, db: None) -> None:
    assert refusal(get(client, "jobs")) == (401, "not-authenticated")
    assert refusal(get(client, "jobs", authorization="Basic Ym9iOmJvYg==")) == (401, "not-authenticated")


def test_it_ends_when_it_is_revoked(token: str) -> None:
    revoke_token(token=ApiToken.objects.get())

    assert refusal(get(bearer(token), "jobs")) == (401, "authentication-failed")
    with pytest.raises(WrongState):
        revoke_token(token=ApiToken.objects.get())


def test_it_ends_when_its_time_is_over(bob: User) -> None:
    text = create_token(user=bob, name="n", days=1).text
    assert authenticate(text)

    ApiToken.objects.update(expires_at=timezone.now())

    assert authenticate(text) is None


def test_it_ends_with_its_user(token: str, bob: User) -> None:
    User.objects.update(is_active=False)

    assert authenticate(token) is None


def test_it_tells_roughly_when_it_was_used(token: str) -> None:
    authenticate(token)
    first = ApiToken.objects.get().last_used_at
    authenticate(token)
    second = ApiToken.objects.get().last_used_at
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    authenticate(token)

    assert first == second != ApiToken.objects.get().last_used_at


def test_it_reaches_only_the_flows_it_is_limited_to(bob: User, orders: FlowPrototype) -> None:
    make_flow("bills", {"a": "test_pass"}, entry="a.input")
    client = bearer(create_token(user=bob, name="n", flow_names=["orders"]).text)

    assert [flow["name"] for flow in get(client, "flows").json()["results"]] == ["orders"]
    assert refusal(post(client, "flows/bills/jobs", {"input": {}})) == (404, "unknown-flow")
    assert "bills" not in get(client, "flows/bill").json()["detail"]


def test_it_sees_only_the_jobs_of_those_flows(bob: User, job: Job) -> None:
    bills = make_flow("bills", {"a": "test_pass"}, entry="a.input")
    other = services.trigger(flow=bills, launch=services.Launch(input={}), actor=bob).job
    client = bearer(create_token(user=bob, name="n", flow_names=["orders"]).text)

    assert [found["id"] for found in get(client, "jobs").json()["results"]] == [str(job.pk)]
    assert refusal(get(client, f"jobs/{other.pk}")) == (404, "not-found")
    assert refusal(post(client, f"jobs/{other.pk}/cancel")) == (404, "not-found")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": " "}, BadToken),
        ({"name": "x" * 101}, BadToken),
        ({"name": "a\nb"}, BadToken),
        ({"name": "a\0b"}, BadToken),
        ({"days": 0}, BadToken),
        ({"days": 10**9}, BadToken),
        ({"flow_names": ["nope"]}, UnknownFlow),
    ],
)
def test_it_refuses_to_make_a_bad_one(bob: User, given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        create_token(user=bob, **{"name": "n", **given})
    assert not ApiToken.objects.exists()


def command(name: str, *args: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(name, *args, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue().strip()


def test_the_command_prints_the_token_and_nothing_else_on_stdout(bob: User, orders: FlowPrototype) -> None:
    out, err = command("create_token", "--user", "bob", "--name", "ci", "--flow", "orders", "--days", "30")

    found = authenticate(out)
    assert found and (found.user, found.flow_names, found.name) == (bob, ["orders"], "ci")
    assert "bob for orders" in err


@pytest.mark.parametrize(
    "args",
    [("--user", "nobody", "--name", "x"), ("--user", "bob", "--name", ""), ("--user", "a\0b", "--name", "x")],
)
def test_the_command_refuses_in_a_sentence(bob: User, args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command("create_token", *args)


def test_the_command_revokes_by_prefix(token: str) -> None:
    command("revoke_token", token.split("_")[1])

    assert authenticate(token) is None
