"""A file against what is stored: what it would mean here, without storing it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from templates_app import dsl, services
from templates_app.models import FlowPrototype, Prototype
from tests.pages.reading import text

COMPARE = "/templates/compare/"


def post(client: Client, a: str, said: str | bytes, *, pasted: bool = False) -> Any:
    raw = said.encode() if isinstance(said, str) else said
    body = {"text": said} if pasted else {"file": SimpleUploadedFile("mine.yaml", raw)}
    return client.post(COMPARE, {"a": a, **body})


def words(response: Any) -> str:
    return text(response.content.decode())


def test_it_compares_with_an_export(as_bob: Client, orders: FlowPrototype) -> None:
    exported = dsl.export_text([orders])

    assert "Both mean exactly the same" in words(post(as_bob, "orders", exported))


@pytest.mark.parametrize("pasted", [True, False])
def test_it_compares_with_the_json_of_a_revision(as_bob: Client, orders: FlowPrototype, pasted: bool) -> None:
    said = as_bob.get("/templates/orders/revisions/1.json").content.decode()

    response = post(as_bob, "orders", said, pasted=pasted)

    assert "1 node removed, 1 node renamed, 1 connection removed, 1 setting changed." in words(response)
    assert "patch.json" not in response.content.decode()
    assert "The JSON Patch" in words(response)


def test_it_stores_nothing(as_bob: Client, orders: FlowPrototype) -> None:
    before = list(Prototype.objects.order_by("pk").values_list("name", "version"))

    post(as_bob, "orders", dsl.export_text([orders]).replace("timeout: 77", "timeout: 78"))

    assert list(Prototype.objects.order_by("pk").values_list("name", "version")) == before


def test_it_reads_templates_that_build_on_each_other(as_bob: Client, orders: FlowPrototype) -> None:
    services.create_routine("fetcher", base="t_fetch", own={"config": {"timeout": 60}})
    fast = services.create_variant(orders, name="fast", overrides={"settings": {"max_workers": 3}})
    prototypes = dsl.with_foundations([fast])

    assert "1 setting changed." in words(post(as_bob, "orders@2", dsl.export_text([fast])))
    assert "Both mean exactly the same" in words(post(as_bob, "fast", dsl.export_text(prototypes)))


def test_it_compares_a_routine_with_a_file(as_bob: Client, db: None) -> None:
    fetcher = services.create_routine("fetcher", base="t_fetch", own={"config": {"timeout": 60}})
    said = dsl.export_text([fetcher]).replace("60", "61")

    assert "1 setting changed." in words(post(as_bob, "fetcher", said))


BAD: list[tuple[str | bytes, str]] = [
    ("", "Choose a file, or paste its text."),
    ("{", "Line 1"),
    ('{"format": 1, "nodes": []}', "This looks like a revision, but is none"),
    ('{"format": 1, "nodes": [1]}', "This looks like a revision, but is none"),
    ("flow_id: x\nroutines: {a: {class: nowhere}}\n", "There is no routine prototype 'nowhere'"),
    ("flow_id: x\nroutines: {a: {class: t_fetch, config: {nope: 1}}}\n", "nope"),
    (b"\xff\xfe\x00", "UTF-8"),
    (b"[" * 100_000, "eep"),
]


@pytest.mark.parametrize(("said", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_it_says_what_is_wrong_with_a_file(
    as_bob: Client, orders: FlowPrototype, said: str | bytes, reason: str
) -> None:
    response = post(as_bob, "orders", said)

    assert response.status_code == 422
    assert reason in words(response)


def test_it_loses_no_text(as_bob: Client, orders: FlowPrototype) -> None:
    assert "</textarea>" in (page := post(as_bob, "orders", "flow_id: <mine>\nnope: 1", pasted=True).content.decode())
    assert "flow_id: &lt;mine&gt;\nnope: 1</textarea>" in page


def test_it_refuses_a_file_that_is_too_large(as_bob: Client, orders: FlowPrototype) -> None:
    assert post(as_bob, "orders", b" " * (2 * 1024 * 1024)).status_code == 422


def test_it_wants_to_know_what_to_compare_with(as_bob: Client, orders: FlowPrototype) -> None:
    assert "Name what the file is to be compared with." in words(post(as_bob, "", dsl.export_text([orders])))


def test_it_takes_no_file_from_who_may_not_see_routines(as_reader: Client, orders: FlowPrototype) -> None:
    assert post(as_reader, "orders", "flow_id: x\n").status_code == 404
    assert "Compare with a file" not in as_reader.get(COMPARE).content.decode()
