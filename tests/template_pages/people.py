from __future__ import annotations

from django.contrib.auth.models import Permission, User


def person(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, password=name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user
