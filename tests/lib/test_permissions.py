from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from routilux_site.lib.permissions import ModelPermissions, required


def may(user: Any, method: str, **view: Any) -> bool:
    request: Any = SimpleNamespace(user=user, method=method)
    return ModelPermissions().has_permission(request, SimpleNamespace(**view))


@pytest.mark.parametrize(
    ("method", "permission"),
    [
        ("GET", "view"),
        ("HEAD", "view"),
        ("OPTIONS", "view"),
        ("POST", "add"),
        ("PATCH", "change"),
        ("DELETE", "delete"),
    ],
)
def test_it_asks_for_the_permission_on_the_model(method: str, permission: str) -> None:
    assert required(method, SimpleNamespace(queryset=Group.objects.all())) == (f"auth.{permission}_group",)


def test_it_prefers_what_the_view_declares() -> None:
    view = SimpleNamespace(queryset=Group.objects.all(), required_permissions={"POST": ("jobs.cancel_job",)})
    assert required("POST", view) == ("jobs.cancel_job",)


def test_it_is_closed_when_the_view_says_nothing() -> None:
    superuser = User(username="root", is_superuser=True, is_active=True)
    assert not may(superuser, "GET")


def test_it_lets_in_only_who_was_permitted(charlie: User) -> None:
    groups = Group.objects.all()
    assert not may(AnonymousUser(), "GET", queryset=groups)
    assert not may(charlie, "GET", queryset=groups)
    charlie.user_permissions.add(Permission.objects.get(codename="view_group"))
    assert may(User.objects.get(pk=charlie.pk), "GET", queryset=groups)
