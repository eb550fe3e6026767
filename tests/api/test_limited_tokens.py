"""A token for some flows reads and triggers these, and opens nothing else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs.access import create_token
from templates_app.api.urls import urlpatterns
from templates_app.models import FlowPrototype
from tests.api.calls import bearer, get, post, refusal, send

OPEN = ("flows", "flow")


@pytest.fixture
def limited(bob: User, report: FlowPrototype, orders: FlowPrototype) -> Client:
    return bearer(create_token(user=bob, name="n", flow_names=["report"]).text)


def test_it_reads_its_flows_without_their_documents(limited: Client) -> None:
    assert [flow["name"] for flow in get(limited, "flows").json()["results"]] == ["report"]
    assert get(limited, "flows/report").json()["document"] is None
    assert refusal(get(limited, "flows/orders")) == (404, "unknown-flow")


@pytest.mark.parametrize("pattern", [p for p in urlpatterns if p.name not in OPEN], ids=lambda p: str(p.name))
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_it_opens_no_other_address(limited: Client, pattern: object, method: str) -> None:
    known = {"name": "report", "number": 1}
    kwargs = {key: known[key] for key in pattern.pattern.converters}  # type: ignore[attr-defined]
    address = reverse(f"api:{pattern.name}", kwargs=kwargs)  # type: ignore[attr-defined]

    assert getattr(limited, method)(address, content_type="application/json").status_code == 403


def test_it_writes_nothing(limited: Client) -> None:
    assert refusal(post(limited, "flows", {"name": "n", "document": {}})) == (403, "permission-denied")
    assert refusal(send(limited, "PATCH", "flows/report", {"set": {}}, if_match="*")) == (403, "permission-denied")
