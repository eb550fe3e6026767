from __future__ import annotations

from django.contrib.auth.models import User

from jobs.access import authenticate
from tests.commands.calls import call


def test_it_issues_a_token_as_json(bob: User) -> None:
    said = call("create_token", "--user", "bob", "--name", "ci", "--scope", "read", "--json")
    assert (said.json["user"], said.json["scopes"], said.err) == ("bob", ["read"], "")
    assert authenticate(said.json["token"])


def test_it_rotates_a_token_as_json(bob: User) -> None:
    old = call("create_token", "--user", "bob", "--name", "ci", "--json").json
    new = call("rotate_token", old["prefix"], "--json").json
    assert new["name"] == "ci"
    assert new["prefix"] != old["prefix"]
