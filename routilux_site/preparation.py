"""What has to be there before anything is served: database, tables, sample templates, somebody who may log in."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib.auth.models import User
from django.core.management import call_command

from routilux_site import postgres

ADMIN = "admin"

Say = Callable[[str], object]


def prepare(say: Say) -> User:
    """Bring everything up to date; harmless to repeat. Returns the admin user."""
    if postgres.is_embedded():
        postgres.ensure()
        say("Postgres   embedded, running")
    call_command("migrate", interactive=False, verbosity=0)
    say("Tables     up to date")
    call_command("load_samples", verbosity=0)
    say("Templates  samples loaded")
    return _admin(say)


def _admin(say: Say) -> User:
    user = User.objects.filter(username=ADMIN).first()
    if user:
        say(f"Log in     as {ADMIN!r}; its password was printed at the first run (manage.py changepassword {ADMIN})")
        return user
    password = secrets.token_urlsafe(12)
    user = User.objects.create_superuser(ADMIN, password=password)
    say(f"Log in     as {ADMIN!r} with the password {password!r} (printed this once)")
    return user
