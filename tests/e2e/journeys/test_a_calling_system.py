"""A calling system over real HTTP: what it is promised it gets, and what it may not do it is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jobs.webhooks import signing
from tests.e2e.journeys.caller import Caller
from tests.e2e.journeys.conftest import LogIn
from tests.e2e.journeys.steps import press
from tests.house import House
from tests.webhooks.listener import Listener

pytestmark = pytest.mark.e2e

TEXT = {"input": {"text": "to\nada\ngrace\n"}}


def test_it_leads_a_calling_system_from_a_token_to_a_signed_message(
    log_in: LogIn, house: House, listener: Listener
) -> None:
    page = log_in("bob")
    integrator = Caller(f"http://127.0.0.1:{house.port}", make_a_token(page, "integrator"))
    create_a_variant(integrator)
    change_it_only_as_it_was_read(integrator)
    secret = ask_to_be_told(integrator, listener)
    shop = Caller(integrator.site, make_a_token(page, "shop", flow="deliver-eu", scopes=["read", "trigger"]))
    job = trigger_once(shop)
    read_what_happened(shop, job)
    hear_of_it(house, listener, secret, job)
    be_refused(shop, job)


def make_a_token(page: Page, name: str, *, flow: str = "", scopes: list[str] | None = None) -> str:
    """Shown once: the list that follows has only its beginning."""
    page.goto("/admin/jobs/apitoken/add/")
    page.get_by_label("Name:").fill(name)
    if flow:
        page.locator("#id_flow_names").select_option(flow)
    for scope in scopes or []:
        page.get_by_label(f"{scope}:").check()
    press(page, "Save")
    token = page.locator("#token").input_value()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.locator("#result_list")).to_contain_text(name)
    assert token not in page.content()
    return token


def create_a_variant(integrator: Caller) -> None:
    made = integrator.call("POST", "flows/deliver/variants", {"name": "deliver-eu"})
    assert made.status == 201
    assert integrator.call("GET", made.headers["Location"]).body["variant_of"] == "deliver"


def change_it_only_as_it_was_read(integrator: Caller) -> None:
    change = {"set": {"nodes.read.config.max_rows": 100}}
    blind = integrator.call("PATCH", "flows/deliver-eu", change)
    read = integrator.call("GET", "flows/deliver-eu").headers["ETag"]
    first = integrator.call("PATCH", "flows/deliver-eu", change, if_match=read)
    stale = integrator.call("PATCH", "flows/deliver-eu", change, if_match=read)

    assert [blind.status, first.status, stale.status] == [428, 200, 412]
    assert stale.headers["ETag"] == integrator.call("GET", "flows/deliver-eu").headers["ETag"] != read


def ask_to_be_told(integrator: Caller, listener: Listener) -> str:
    asked = {"name": "shop", "url": f"http://{listener.place}/hook", "flow": "deliver-eu"}
    made = integrator.call("POST", "webhooks", asked)
    assert made.status == 201
    return str(made.body["secret"])


def trigger_once(shop: Caller) -> Any:
    """However often the line goes dead; and one may wait for the end instead of asking for it."""
    first = shop.call("POST", "flows/deliver-eu/jobs", TEXT, idempotency_key="letter-1")
    again = shop.call("POST", "flows/deliver-eu/jobs", TEXT, idempotency_key="letter-1")
    other = shop.call("POST", "flows/deliver-eu/jobs", {"input": {}}, idempotency_key="letter-1")
    waited = shop.call("POST", "flows/deliver-eu/jobs", TEXT, idempotency_key="letter-2", prefer="wait=10")

    assert (first.status, again.status, other.status) == (202, 202, 422)
    assert (again.headers["Idempotency-Replayed"], again.body["id"]) == ("true", first.body["id"])
    assert {shop.follow(first)["status"], shop.follow(waited)["status"]} == {"completed"}
    return first.body["id"]


def read_what_happened(shop: Caller, job: str) -> None:
    kinds = [event["kind"] for event in shop.pages(f"jobs/{job}/events?limit=1")]
    outputs = shop.pages(f"jobs/{job}/outputs?limit=1")

    assert (kinds[0], kinds[-1]) == ("triggered", "completed")
    assert [out["payload"]["data"]["to"] for out in outputs if "data" in out["payload"]] == ["ada", "grace"]


def hear_of_it(house: House, listener: Listener, secret: str, job: str) -> None:
    def heard() -> Any:
        return next((told for told in list(listener.heard) if json.loads(told[1])["data"]["job"] == job), None)

    headers, body = house.wait(heard, "the message about the job")
    signed = signing.headers(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert signed["webhook-signature"] == headers["webhook-signature"]
    assert json.loads(body)["type"] == "job.completed"


def be_refused(shop: Caller, job: str) -> None:
    """By scope, and by flow: what is not for this token does not exist for it."""
    refused = shop.call("POST", f"jobs/{job}/retry", {})
    assert (refused.status, refused.body["code"]) == (403, "permission-denied")
    assert "its scopes (read, trigger) leave it out" in refused.body["detail"]
    assert shop.call("POST", "flows/deliver/jobs", TEXT).status == 404
    assert shop.call("GET", "tokens").status == 403
