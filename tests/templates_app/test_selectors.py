from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.test import Client
from django.urls import reverse

from templates_app import selectors, services
from templates_app.models import FlowPrototype
from templates_app.refusals import Refused
from tests.templates_app.conftest import pipeline


def test_it_finds_a_flow_by_name(flow: FlowPrototype) -> None:
    assert selectors.flow_by_name("orders") == flow


@pytest.mark.parametrize("name", ["order", "fetcher", "", "\0", "'"])
def test_it_names_the_flows_that_exist(flow: FlowPrototype, name: str) -> None:
    with pytest.raises(selectors.UnknownFlow, match=r"There is no flow .* Accepted: orders."):
        selectors.flow_by_name(name)


def test_it_puts_launch_overrides_on_top(flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"settings": {"timeout": 5, "max_workers": 2}})
    spec = selectors.effective_spec(variant, {"settings": {"timeout": 9}})
    assert (spec.timeout, spec.max_workers) == (9.0, 2)
    with pytest.raises(Refused, match="accepted here"):
        selectors.effective_spec(variant, {"settings": {"timeout": 0}})


def test_it_shows_flows_to_those_who_may_see_or_trigger_them(flow: FlowPrototype, charlie: User) -> None:
    visible = FlowPrototype.objects.visible_to
    assert (visible(AnonymousUser()).count(), visible(charlie).count()) == (0, 0)
    charlie.user_permissions.add(Permission.objects.get(codename="trigger_flowprototype"))
    assert visible(User.objects.get(pk=charlie.pk)).count() == 1


def test_it_shows_the_history_in_the_admin(flow: FlowPrototype, bob: User, as_bob: Client) -> None:
    services.update_flow(flow, document=pipeline(timeout=5), version=1, message="Too slow", actor=bob)
    page = as_bob.get(reverse("admin:templates_app_flowprototype_history", args=[flow.pk])).content.decode()
    assert "Changed settings.timeout. Too slow" in page
