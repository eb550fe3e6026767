from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

_ACTIONS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


class ModelPermissions(BasePermission):
    """Django's model permissions, reading included.

    A view says what a method needs by `required_permissions = {"POST": ("jobs.add_job",)}`; for other methods it
    follows from the model of its `queryset`. A view that says neither is closed.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        needed = required(str(request.method), view)
        return bool(needed) and user.has_perms(needed)


def required(method: str, view: Any) -> tuple[str, ...]:
    method = "GET" if method in SAFE_METHODS else method
    declared = getattr(view, "required_permissions", {})
    if method in declared:
        return tuple(declared[method])
    queryset = getattr(view, "queryset", None)
    if queryset is None:
        return ()
    meta = queryset.model._meta
    return (f"{meta.app_label}.{_ACTIONS.get(method, 'view')}_{meta.model_name}",)
