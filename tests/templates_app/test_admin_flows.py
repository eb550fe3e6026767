from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from templates_app import selectors, services
from templates_app.models import FlowPrototype, Prototype, RoutinePrototype
from tests.templates_app.pages import shown, submit

ADD = "admin:templates_app_flowprototype_add"


@pytest.fixture
def url(flow: FlowPrototype) -> str:
    return flow.get_absolute_url()


def config(flow: Prototype, node: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(selectors.effective_spec(flow).nodes[node].config_text)
    return found


def test_it_shows_picture_nodes_and_revision(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    page = as_bob.get(url).content.decode()
    assert "<svg" in page
    assert reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "first"]) in page
    assert "✓ current" in page


def test_it_offers_the_ports_that_exist(as_bob: Client, url: str) -> None:
    page = as_bob.get(url).content.decode()
    for port in ("first.fetched", "first.failed", "second.requests"):
        assert f'<option value="{port}"' in page


def test_it_changes_nothing_when_saved_untouched(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    response = submit(as_bob, url)
    assert response.status_code == 302, response.content.decode()
    flow.refresh_from_db()
    assert (flow.version, flow.revisions.count()) == (1, 1)


def test_it_adds_a_flow_with_nodes_and_connections(as_bob: Client, fetcher: RoutinePrototype) -> None:
    rows = {
        "name": "new",
        "nodes-0-node_id": "a",
        "nodes-0-routine_name": "fetcher",
        "nodes-1-node_id": "b",
        "nodes-1-routine_name": "t_fetch",
        "nodes-1-own": '{"config": {"retries": 0}}',
        "connections-0-source_port": "a.fetched",
        "connections-0-target_port": "b.requests",
    }
    response = submit(as_bob, reverse(ADD), **rows)
    flow = FlowPrototype.objects.get(name="new")
    assert response["Location"] == flow.get_absolute_url()
    assert [str(c) for c in selectors.effective_spec(flow).connections] == ["a.fetched -> b.requests"]
    assert config(flow, "b")["retries"] == 0


def test_it_offers_the_ports_of_nodes_just_typed(as_bob: Client, fetcher: RoutinePrototype) -> None:
    rows = {
        "name": "new",
        "nodes-0-node_id": "a",
        "nodes-0-routine_name": "fetcher",
        "nodes-1-node_id": "b",
        "nodes-1-routine_name": "t_join",
    }
    page = submit(as_bob, reverse(ADD), **rows).content.decode()
    assert "This join can never fire" in page
    assert '<option value="a.fetched"' in page
    assert '<option value="b.left"' in page


def test_it_changes_settings_nodes_and_connections_at_once(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    changes = {
        "max_workers": "1",
        "nodes-2-node_id": "third",
        "nodes-2-routine_name": "t_fetch",
        "connections-1-source_port": "second.fetched",
        "connections-1-target_port": "third.requests",
        "message": "Added a third",
    }
    assert submit(as_bob, url, **changes).status_code == 302
    flow.refresh_from_db()
    assert flow.head is not None
    assert (flow.head.spec.max_workers, sorted(flow.head.spec.nodes)) == (1, ["first", "second", "third"])
    assert flow.head.message == "Added a third"


def test_it_lets_connections_follow_a_renamed_node(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    assert submit(as_bob, url, **{"nodes-0-node_id": "start"}).status_code == 302
    spec = selectors.effective_spec(flow)
    assert [str(c) for c in spec.connections] == ["start.fetched -> second.requests"]
    assert str(spec.entry) == "start.requests"


def test_it_removes_a_connection_and_a_node(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    assert submit(as_bob, url, **{"nodes-1-DELETE": "on", "connections-0-DELETE": "on"}).status_code == 302
    assert sorted(selectors.effective_spec(flow).nodes) == ["first"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodes-1-DELETE": "on"}, "There is no node &#x27;second&#x27;"),
        ({"nodes-1-own": '{"config": {"timeout": 0}}'}, "nodes.second.config.timeout: 0 is not accepted"),
        ({"nodes-1-own": "{"}, "Line 1, column 2"),
        ({"nodes-1-node_id": "first"}, "Please correct the duplicate"),
        ({"nodes-1-node_id": "a b"}, "A letter or _"),
        ({"nodes-1-routine_name": "gone"}, "Select a valid choice"),
        ({"connections-0-source_port": "first.gone"}, "has no event &#x27;gone&#x27;"),
        ({"max_workers": "0"}, "greater than or equal to 1"),
        ({"timeout": "-1"}, "a number of seconds above 0"),
        ({"entry": "gone.x"}, "Select a valid choice"),
        ({"own": '{"entry": "gone.x"}'}, "There is no slot &#x27;gone.x&#x27;"),
        ({"own": '{"nodes": {}}'}, "Unknown field"),
        ({"nodes-TOTAL_FORMS": "x"}, "ManagementForm data is missing"),
    ],
)
def test_it_tells_what_is_wrong_and_writes_nothing(
    as_bob: Client, flow: FlowPrototype, url: str, changes: dict[str, str], message: str
) -> None:
    response = submit(as_bob, url, **changes)
    assert response.status_code == 200
    assert message in response.content.decode()
    flow.refresh_from_db()
    assert (flow.version, flow.nodes.count(), flow.revisions.count()) == (1, 2, 1)


def test_it_changes_one_setting_of_a_node(as_bob: Client, flow: FlowPrototype) -> None:
    page = reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "second"])
    assert submit(as_bob, page, config__timeout="5").status_code == 302
    assert config(flow, "second") | {"timeout": 5, "retries": 9} == config(flow, "second")


def test_it_overrides_one_setting_of_a_variant_and_resets_it(as_bob: Client, flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu")
    page = reverse("admin:templates_app_flowprototype_node", args=[variant.pk, "second"])
    assert "Inherited from ‘orders’" in as_bob.get(page).content.decode()
    submit(as_bob, page, config__retries="1")
    variant.refresh_from_db()
    assert variant.own == {"nodes": {"second": {"config": {"retries": 1}}}}
    submit(as_bob, page, reset__config__retries="on")
    variant.refresh_from_db()
    assert variant.own == {}


@pytest.mark.parametrize("value", ["9999", "x"])
def test_it_tells_at_the_field_what_a_node_refuses(as_bob: Client, flow: FlowPrototype, value: str) -> None:
    page = reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "second"])
    response = submit(as_bob, page, own=json.dumps({"config": {"timeout": value}}))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors.keys() == {"config__timeout"}


def test_it_saves_the_settings_of_a_variant(as_bob: Client, flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"nodes": {"first": {"timeout": 3}}})
    assert submit(as_bob, variant.get_absolute_url(), max_workers="2").status_code == 302
    variant.refresh_from_db()
    assert variant.own == {"max_workers": 2, "nodes": {"first": {"timeout": 3}}}


def test_it_lists_problems_of_an_invalid_flow_with_links(as_bob: Client, flow: FlowPrototype) -> None:
    variant = services.create_variant(flow, name="eu", overrides={"nodes": {"second": {"timeout": 3}}})
    services.update_flow(flow, document={"nodes": {"first": {"routine": "fetcher"}}}, version=1)
    response = as_bob.get(variant.get_absolute_url())
    assert "overrides this node, which the flow does not have" in response.content.decode()
    assert "✗ invalid" in as_bob.get(reverse("admin:templates_app_flowprototype_changelist")).content.decode()


def test_it_lets_viewers_look_only(flow: FlowPrototype, alice: User, as_alice: Client, url: str) -> None:
    alice.user_permissions.set(Permission.objects.filter(codename="view_flowprototype"))
    page = as_alice.get(url).content.decode()
    assert "<svg" in page
    assert "Create variant" not in page
    assert as_alice.post(url, {"name": "x"}).status_code == 403
    node = reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "first"])
    assert as_alice.get(node).status_code == 200
    assert as_alice.post(node, {}).status_code == 403


def test_it_has_no_inline_style_or_script(as_bob: Client, flow: FlowPrototype, url: str) -> None:
    node = reverse("admin:templates_app_flowprototype_node", args=[flow.pk, "first"])
    for address in (url, node, f"{url}../variant/", reverse(ADD)):
        page = as_bob.get(address.replace("change/../", "")).content.decode()
        assert " style=" not in page
        assert "<style" not in page


def test_it_shows_names_as_text(as_bob: Client, fetcher: RoutinePrototype) -> None:
    about = services.About(description="<script>alert(1)</script>", tags=("</textarea><b>",))
    made = services.create_variant(fetcher, name="evil", overrides={"config": {"label": "</script><i>"}}, about=about)
    page = as_bob.get(made.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<i>" not in page
    assert shown(as_bob, made.get_absolute_url())["config__label"] == "</script><i>"
