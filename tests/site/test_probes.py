"""What a tester of penetration tries first, where no other file holds it; THREAT_MODEL.md lists them all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.conf import global_settings, settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from jobs.errors import BadInput
from jobs.models import Job, Ticket
from templates_app.document import MAX_CONNECTIONS, MAX_NODES
from templates_app.models import FlowPrototype
from templates_app.refusals import Refused
from tests.engine import make_flow, start
from tests.routes.conf import routes

REQUIREMENTS = Path(settings.BASE_DIR) / "requirements"
LEAKS = ["{0.__class__}", "{job.flow._meta}", "%(password)s", "${SECRET_KEY}", "{{ settings.SECRET_KEY }}"]


def test_it_answers_a_pattern_that_backtracks_for_ever(db: None) -> None:
    schema = {"type": "object", "properties": {"s": {"type": "string", "pattern": "^(a+)+$"}}}
    flow = make_flow("orders", {"only": "test_pass"}, entry="only.input", input_schema=schema)

    with pytest.raises(BadInput):
        start(flow, s="a" * 5000 + "!")


@pytest.mark.parametrize(
    ("nodes", "wires"), [(MAX_NODES + 1, 0), (2, MAX_CONNECTIONS + 1)], ids=["nodes", "connections"]
)
def test_it_bounds_a_flow(db: None, nodes: int, wires: int) -> None:
    with pytest.raises(Refused, match="at most"):
        make_flow("big", {f"n{i}": "test_pass" for i in range(nodes)}, ["n0.output n1.input"] * wires)


@pytest.mark.parametrize("text", LEAKS)
def test_it_reads_no_text_as_a_template(as_bob: Client, db: None, text: str) -> None:
    flow = make_flow("orders", {"only": "test_pass"}, entry="only.input")
    FlowPrototype.objects.filter(pk=flow.pk).update(description=text)

    assert text.replace("'", "&#x27;") in as_bob.get("/jobs/trigger/").content.decode()


def test_it_puts_no_data_into_tickets(db: None) -> None:
    start(make_flow("orders", {"only": "test_pass"}, entry="only.input"), secret="hush")

    assert "hush" not in str(list(Ticket.objects.values()))


def test_it_keeps_cookies_from_scripts_and_other_sites(client: Client, bob: User) -> None:
    client.post("/login/", {"username": "bob", "password": "bob"})
    cookie = client.cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert int(cookie["max-age"]) <= 12 * 3600


def test_it_hashes_passwords_slowly() -> None:
    import routilux_site.settings as written

    first = getattr(written, "PASSWORD_HASHERS", global_settings.PASSWORD_HASHERS)[0]
    assert first.rsplit(".", 1)[1] in {"PBKDF2PasswordHasher", "Argon2PasswordHasher"}


def test_it_does_not_tell_users_from_strangers(client: Client, bob: User) -> None:
    answers = [client.post("/login/", {"username": name, "password": "x"}) for name in ("bob", "nobody")]

    texts = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("path", ["/login/", "/api/docs", "/nowhere"])
def test_it_is_shown_in_no_frame(client: Client, db: None, path: str) -> None:
    assert client.get(path)["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("query", ["config__x=1", "flow__name=orders", "actor__password__startswith=p", "limit=100000"])
def test_it_filters_by_what_it_names_only(as_bob: Client, db: None, query: str) -> None:
    assert as_bob.get(f"/api/v1/jobs?{query}").status_code == 400


def test_it_bounds_the_statements_of_the_web(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setenv("PGOPTIONS", "")  # so that importing it changes nothing here for good
    from routilux_site import wsgi

    monkeypatch.delenv("PGOPTIONS")
    wsgi.bound_statements()

    assert os.environ["PGOPTIONS"] == "-c statement_timeout=5000"


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_it_installs_only_what_its_checksum_vouches_for(name: str) -> None:
    pinned = re.findall(r"^(\S+)==(.*?)(?=^\S|\Z)", (REQUIREMENTS / name).read_text(), re.M | re.S)

    assert len(pinned) > 10
    assert [package for package, rest in pinned if "--hash=sha256:" not in rest] == []


def test_it_serves_no_tables_that_a_spreadsheet_would_run() -> None:
    assert [route.path for route in routes() if route.path.rstrip("/").endswith(("csv", "xls", "xlsx"))] == []


def test_it_shows_what_anybody_may_write_as_text(as_bob: Client, bob: User) -> None:
    """Job pages have tests of their own; this is the admin."""
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    User.objects.filter(pk=bob.pk).update(username=hostile)
    start(make_flow("orders", {"only": "test_pass"}, entry="only.input"))
    Job.objects.update(actor=bob, error_summary=hostile)
    for path in ("/admin/", "/admin/jobs/job/", f"/admin/jobs/job/?q={hostile}", "/jobs/"):
        assert "<script>alert" not in as_bob.get(path).content.decode()
    assert connection.vendor == "postgresql"


def test_it_is_held_by_tests_that_exist() -> None:
    root = Path(settings.BASE_DIR)
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (root / "THREAT_MODEL.md").read_text())

    assert len(named) > 40
    assert [f"{file}::{name}" for file, name in named if f"def {name}(" not in (root / file).read_text()] == []
