from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from templates_app import services
from templates_app.models import FlowPrototype
from templates_app.wiring import document_of
from tests.api.calls import get, post, refusal


@pytest.fixture
def moved(report: FlowPrototype, alice: User) -> FlowPrototype:
    """Three revisions."""
    for number in (2, 3):
        document = {**document_of(report), "settings": {"max_workers": number}}
        services.update_flow(report, document=document, version=report.version, message=f"To {number}", actor=alice)
    return report


def test_it_lists_saves_newest_first_with_author_and_message(as_bob: Client, moved: FlowPrototype) -> None:
    found = get(as_bob, "flows/report/revisions").json()["results"]

    assert [(row["number"], row["current"]) for row in found] == [(3, True), (2, False), (1, False)]
    assert (found[0]["author"], found[0]["message"], found[2]["author"]) == ("alice", "To 3", None)


def test_it_pages(as_bob: Client, moved: FlowPrototype) -> None:
    first = get(as_bob, "flows/report/revisions?limit=2").json()

    assert [row["number"] for row in as_bob.get(first["next"]).json()["results"]] == [1]


def test_it_leaves_out_what_only_a_launch_asked_for(as_bob: Client, report: FlowPrototype) -> None:
    services.revision_for_launch(report, {"settings": {"max_workers": 1}})

    assert [row["number"] for row in get(as_bob, "flows/report/revisions").json()["results"]] == [1]
    assert get(as_bob, "flows/report/revisions/2").json()["for_launch"] is True


def test_it_reads_one_in_full(as_bob: Client, moved: FlowPrototype) -> None:
    body = get(as_bob, "flows/report/revisions/2").json()

    assert (body["number"], body["spec"]["max_workers"]) == (2, 2)
    assert [node["id"] for node in body["spec"]["nodes"]] == ["a", "b"]


@pytest.mark.parametrize("number", ["0", "4", "2147483648", "9" * 30])
def test_it_knows_no_other(as_bob: Client, moved: FlowPrototype, number: str) -> None:
    assert refusal(get(as_bob, f"flows/report/revisions/{number}")) == (404, "not-found")
    assert refusal(post(as_bob, f"flows/report/revisions/{number}/restore")) == (404, "not-found")


def test_it_lists_in_constant_queries(
    as_bob: Client, moved: FlowPrototype, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):  # session, user, permissions of the user and of groups; flow, revisions
        get(as_bob, "flows/report/revisions")
