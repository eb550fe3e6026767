from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from templates_app import services
from templates_app.models import FlowPrototype, RoutinePrototype
from tests.templates_app.pages import fields_of, shown, submit

ADD = "admin:templates_app_routineprototype_add"


@pytest.fixture
def url(fetcher: RoutinePrototype) -> str:
    return fetcher.get_absolute_url()


def test_it_shows_inherited_and_own_values_with_their_source(as_bob: Client, url: str) -> None:
    page = as_bob.get(url).content.decode()
    assert shown(as_bob, url)["config__timeout"] == "60"
    assert "● Set here.</span> Inherited would be: 30, from ‘t_fetch’." in page
    assert "○ Inherited from ‘t_fetch’.</span>" in page


def test_it_changes_nothing_when_saved_untouched(as_bob: Client, fetcher: RoutinePrototype, url: str) -> None:
    assert submit(as_bob, url).status_code == 302
    fetcher.refresh_from_db()
    assert (fetcher.own, fetcher.version) == ({"config": {"timeout": 60}}, 1)


@pytest.mark.parametrize(
    ("field", "text", "own"),
    [
        ("config__retries", "5", {"config": {"timeout": 60, "retries": 5}}),
        ("config__timeout", "90", {"config": {"timeout": 90}}),
        ("reset__config__timeout", "on", {}),
        ("config__timeout", "", {}),
        ("config__mode", '"careful"', {"config": {"timeout": 60, "mode": "careful"}}),
        ("config__verbose", "true", {"config": {"timeout": 60, "verbose": True}}),
        ("config__label", "x", {"config": {"timeout": 60, "label": "x"}}),
        ("config__rates", '{"eur": 1.5}', {"config": {"timeout": 60, "rates": {"eur": 1.5}}}),
        ("policy", "all_slots_ready", {"config": {"timeout": 60}, "policy": {"type": "all_slots_ready"}}),
        ("policy", "none", {"config": {"timeout": 60}, "policy": None}),
        ("error_handler", "skip", {"config": {"timeout": 60}, "error_handler": {"strategy": "skip"}}),
        ("timeout", "2.5", {"config": {"timeout": 60}, "timeout": 2.5}),
        ("logic", '"t_logic"', {"config": {"timeout": 60}, "logic": "t_logic"}),
        ("slots__requests__capacity", "7", {"config": {"timeout": 60}, "slots": {"requests": {"capacity": 7}}}),
        (
            "slots__requests__when_full",
            '"drop"',
            {"config": {"timeout": 60}, "slots": {"requests": {"when_full": "drop"}}},
        ),
        ("own", '{"policy": null}', {"policy": None}),
    ],
)
def test_it_stores_one_changed_field(
    as_bob: Client, fetcher: RoutinePrototype, url: str, field: str, text: str, own: object
) -> None:
    response = submit(as_bob, url, **{field: text})
    assert response.status_code == 302, response.content.decode()
    fetcher.refresh_from_db()
    assert fetcher.own == own


def test_it_stores_the_numbers_of_a_policy_and_a_handler(as_bob: Client, fetcher: RoutinePrototype, url: str) -> None:
    numbers = {"policy__min_batch_size": "5", "error_handler__max_retries": "2", "error_handler__on_exhausted": "skip"}
    submit(as_bob, url, policy="batch_size", error_handler="retry", **numbers)
    fetcher.refresh_from_db()
    assert fetcher.own["policy"] == {"type": "batch_size", "min_batch_size": 5}
    assert fetcher.own["error_handler"] == {"strategy": "retry", "max_retries": 2, "on_exhausted": "skip"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"config__timeout": "9999"}, "less than or equal to 3600"),
        ({"config__timeout": "x"}, "Enter a whole number."),
        ({"config__rates": '{"a": "b"}'}, "&quot;b&quot; is not accepted"),
        ({"config__rates": '{"a": NaN}'}, "NaN is not JSON"),
        ({"own": '{"config": {"tmeout": 1}}'}, "Did you mean timeout?"),
        ({"own": '{"config": {"timeout": 1}, "confg": 1}'}, "Unknown field."),
        ({"own": '{"a": 1, "a": 2}'}, "stands here twice"),
        ({"own": '"\\u0000"'}, "NUL"),
        ({"own": "[]"}, "an object"),
        ({"own": '{"policy": null}', "config__timeout": "5"}, "change one or the other"),
        ({"policy": "batch_size", "policy__min_batch_size": "0"}, "greater than or equal to 1"),
        ({"policy__min_batch_size": "5"}, "Choose one here"),
        ({"policy": "magic"}, "Select a valid choice"),
        ({"name": "t_fetch"}, "This name is taken"),
        ({"name": "a b"}, "Letters, digits"),
        ({"name": "a\0"}, "Null characters are not allowed."),
        ({"description": "\0"}, "Null characters are not allowed."),
        ({"version": "x"}, "Enter a whole number"),
    ],
)
def test_it_tells_what_is_wrong_and_keeps_what_was_typed(
    as_bob: Client, fetcher: RoutinePrototype, url: str, changes: dict[str, str], message: str
) -> None:
    response = (
        submit(as_bob, url, description="typed", **changes)
        if "description" not in changes
        else submit(as_bob, url, **changes)
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert message in page
    fetcher.refresh_from_db()
    assert (fetcher.own, fetcher.description) == ({"config": {"timeout": 60}}, "")


def test_it_shows_the_other_editor_and_saves_when_asked_again(
    as_bob: Client, fetcher: RoutinePrototype, url: str
) -> None:
    fields = {**shown(as_bob, url), "config__retries": "7"}
    submit(as_bob, url, config__timeout="90", description="theirs")
    response = as_bob.post(url, fields)
    assert "was changed meanwhile by bob" in response.content.decode()
    assert as_bob.post(url, fields_of(response)).status_code == 302
    fetcher.refresh_from_db()
    assert (fetcher.own, fetcher.description) == ({"config": {"timeout": 90, "retries": 7}}, "theirs")


def test_it_adds_one_and_goes_on_to_its_fields(as_bob: Client, fetcher: RoutinePrototype) -> None:
    response = submit(
        as_bob, reverse(ADD), name="slow", base="fetcher", own='{"config": {"timeout": 99}}', tag_list="a, b"
    )
    made = RoutinePrototype.objects.get(name="slow")
    assert response["Location"] == made.get_absolute_url()
    assert (made.parent_id, made.own, made.tags) == (fetcher.pk, {"config": {"timeout": 99}}, ["a", "b"])
    assert LogEntry.objects.count() == 1


def test_it_shows_code_roots_without_a_form(as_bob: Client) -> None:
    root = RoutinePrototype.objects.get(name="t_fetch")
    page = as_bob.get(root.get_absolute_url()).content.decode()
    assert "config__timeout" not in page
    assert "Create variant" in page
    assert as_bob.post(root.get_absolute_url(), {"name": "x"}).status_code == 403


def test_it_lists_who_depends_on_it(as_bob: Client, flow: FlowPrototype, fetcher: RoutinePrototype, url: str) -> None:
    child = services.create_variant(fetcher, name="fetcher-child")
    page = as_bob.get(url).content.decode()
    assert flow.get_absolute_url() in page
    assert child.get_absolute_url() in page


def test_it_is_closed_to_strangers(as_charlie: Client, url: str) -> None:
    assert as_charlie.get(url).status_code == 302
    assert as_charlie.post(url, {}).status_code == 302
