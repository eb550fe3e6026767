from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jobs.access import create_token
from jobs.models import Upload
from jobs.uploads import MAX_BYTES
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, refusal


def put(client: Client, name: str, content: bytes = b"a,b\n1,2\n", content_type: str = "text/csv") -> Any:
    return client.put(f"/api/v1/uploads/{name}", content, content_type=content_type)


def test_it_stores_the_body_as_it_is(as_bob: Client, bob: User, db: None) -> None:
    response = put(as_bob, "orders.csv", b"\x00\xffa,b\r\n")

    upload = Upload.objects.get()
    assert (response.status_code, response.json()["size"]) == (201, 7)
    assert (bytes(upload.content), upload.created_by) == (b"\x00\xffa,b\r\n", bob)
    assert response.json()["sha256"] == hashlib.sha256(b"\x00\xffa,b\r\n").hexdigest()


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "nonsense"]
)
def test_it_does_not_care_what_the_body_calls_itself(as_bob: Client, db: None, kind: str) -> None:
    assert put(as_bob, "a", b'{"not": "parsed', kind).status_code == 201
    assert bytes(Upload.objects.get().content) == b'{"not": "parsed'


def test_it_replaces_what_the_same_caller_stored(as_bob: Client, db: None) -> None:
    put(as_bob, "a", b"1")

    response = put(as_bob, "a", b"22")

    assert (response.status_code, response.json()["size"]) == (200, 2)
    assert bytes(Upload.objects.get().content) == b"22"


def test_it_keeps_what_somebody_else_stored(as_bob: Client, as_charlie: Client, charlie: User) -> None:
    charlie.user_permissions.add(Permission.objects.get(codename="add_upload"))
    put(as_bob, "a", b"1")

    assert refusal(put(as_charlie, "a", b"2")) == (403, "upload-taken")
    assert bytes(Upload.objects.get().content) == b"1"


def test_it_takes_an_empty_file(as_bob: Client, db: None) -> None:
    assert put(as_bob, "a", b"").json()["size"] == 0


def test_it_refuses_more_than_it_keeps(as_bob: Client, db: None) -> None:
    assert refusal(put(as_bob, "a", b"x" * (MAX_BYTES + 1))) == (413, "upload-too-large")
    assert put(as_bob, "b", b"x" * MAX_BYTES).status_code == 201


def test_it_refuses_a_body_in_chunks(as_bob: Client, db: None) -> None:
    response = as_bob.generic("PUT", "/api/v1/uploads/a", b"", headers={"Transfer-Encoding": "chunked"})

    assert refusal(response) == (411, "length-required")


@pytest.mark.parametrize("name", [".hidden", "a b", "%00", "é", "x" * 201, "-a", "a%0Ab", "a%22b"])
def test_it_refuses_a_bad_name(as_bob: Client, db: None, name: str) -> None:
    assert refusal(put(as_bob, name)) == (400, "bad-upload-name")


def test_it_lists_by_name_without_content(
    as_bob: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("b.csv", "a.csv"):
        put(as_bob, name)

    with django_assert_num_queries(5) as captured:
        listed = get(as_bob, "uploads").json()["results"]
    assert [(upload["name"], upload["stored_by"]) for upload in listed] == [("a.csv", "bob"), ("b.csv", "bob")]
    assert '"content"' not in captured.captured_queries[-1]["sql"]


def test_it_pages_by_name(as_bob: Client, db: None) -> None:
    for name in ("a.1.csv", "a.2.csv"):
        put(as_bob, name)

    first = get(as_bob, "uploads?limit=1").json()

    assert [upload["name"] for upload in as_bob.get(first["next"]).json()["results"]] == ["a.2.csv"]


def test_it_refuses_who_may_not(as_charlie: Client, as_alice: Client) -> None:
    answers = [put(as_charlie, "a"), get(as_charlie, "uploads"), put(as_alice, "a"), get(as_alice, "uploads")]

    assert {refusal(answer) for answer in answers} == {(403, "permission-denied")}


def test_it_refuses_a_token_that_is_limited_to_flows(bob: User, orders: FlowPrototype) -> None:
    client = bearer(create_token(user=bob, name="n", flow_names=["orders"]).text)

    assert {refusal(answer) for answer in (put(client, "a"), get(client, "uploads"))} == {(403, "permission-denied")}
