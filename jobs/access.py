"""Who may reach what: API tokens, and the flows and jobs that a caller can see."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.utils import timezone

from jobs.errors import JobError, WrongState
from jobs.models import ApiToken, Job
from jobs.models.job import JobQuerySet
from templates_app.models import FlowPrototype
from templates_app.selectors import flow_by_name

Caller = User | AnonymousUser

TRIGGER = "templates_app.trigger_flowprototype"
MAX_DAYS = 3650
PREFIX_LENGTH, SECRET_LENGTH = 8, 40
# Without an underscore, which separates the parts.
_ALPHABET = string.ascii_letters + string.digits
_TOKEN = re.compile(rf"rtx_([A-Za-z0-9]{{{PREFIX_LENGTH}}})_([A-Za-z0-9]{{{SECRET_LENGTH}}})")
#: `last_used_at` is no finer than this, so that reading does not cost a write each time.
_COARSE = timedelta(minutes=1)


class BadToken(JobError):
    code = "bad-token"


@dataclass(frozen=True)
class Issued:
    """A new token. `text` is what the caller sends; it is shown once and kept nowhere."""

    token: ApiToken
    text: str = field(repr=False)


def create_token(*, user: User, name: str, flow_names: Sequence[str] = (), days: int | None = None) -> Issued:
    """A bearer token that acts as `user`; limited to `flow_names` when there are any; without `days` it never expires.

    Raises BadToken for a name or a lifetime that is not accepted, and UnknownFlow.
    """
    _check(user, name, days)
    flows = [flow_by_name(flow).name for flow in flow_names]
    prefix, secret = _random(PREFIX_LENGTH), _random(SECRET_LENGTH)
    expires_at = timezone.now() + timedelta(days=days) if days else None
    token = ApiToken.objects.create(
        user=user, name=name, prefix=prefix, digest=_digest(secret), flow_names=flows, expires_at=expires_at
    )
    return Issued(token, f"rtx_{prefix}_{secret}")


def revoke_token(*, token: ApiToken) -> None:
    """From now on the token opens nothing; raises WrongState when it was revoked before."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise WrongState(f"The token {token} is revoked already.", path="token")
    token.refresh_from_db()


def authenticate(text: str) -> ApiToken | None:
    """The token, with its user, if it is one of ours and valid; None does not tell why not."""
    match = _TOKEN.fullmatch(text)
    token = ApiToken.objects.select_related("user").filter(prefix=match[1]).first() if match else None
    # Compared even when there is no such prefix, so that an answer takes the same time.
    same = hmac.compare_digest(_digest(match[2] if match else ""), token.digest if token else _digest("-"))
    if token is None or not same or not _is_valid(token):
        return None
    _touch(token)
    return token


def visible_flows(user: Caller, token: ApiToken | None = None) -> QuerySet[FlowPrototype]:
    flows = FlowPrototype.objects.visible_to(user)
    return flows.filter(name__in=token.flow_names) if token and token.flow_names else flows


def visible_jobs(user: Caller, token: ApiToken | None = None) -> JobQuerySet:
    jobs = Job.objects.visible_to(user)
    return jobs.filter(flow__name__in=token.flow_names) if token and token.flow_names else jobs


def _check(user: User, name: str, days: int | None) -> None:
    if not user.is_active:
        raise BadToken(f"{user.get_username()} is not active: a token for them would open nothing.", path="user")
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise BadToken(
            "A token needs a name of at most 100 printable characters, so that it is known later.", path="name"
        )
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise BadToken(f"{days} is not accepted as days: a whole number from 1 to {MAX_DAYS} is.", path="days")


def _is_valid(token: ApiToken) -> bool:
    is_over = token.expires_at is not None and token.expires_at <= timezone.now()
    return token.revoked_at is None and not is_over and token.user.is_active


def _touch(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _COARSE:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    # The secret has 238 bits of chance: a slow hash would protect nothing and cost each request.
    return hashlib.sha256(secret.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
