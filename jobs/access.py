"""Who may reach what: API tokens, and the flows and jobs that a caller can see."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from jobs.errors import JobError, WrongState
from jobs.models import ApiToken, Job, PrunedJob
from jobs.models.job import JobQuerySet
from jobs.models.pruned import PrunedJobQuerySet
from jobs.runtime.store import door
from jobs.scopes import SCOPES
from routilux_site.lib.text import is_label
from templates_app.models import FlowPrototype
from templates_app.models.prototype import may_see_flows
from templates_app.selectors import flow_by_name

Caller = User | AnonymousUser

TRIGGER = "templates_app.trigger_flowprototype"
MAX_DAYS = 3650
MAX_HOURS = 24 * 30
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


def create_token(
    *,
    user: User,
    name: str,
    flow_names: Sequence[str] = (),
    scopes: Sequence[str] = (),
    days: int | None = None,
    by: ApiToken | None = None,
) -> Issued:
    """A bearer token that acts as `user`; limited to `flow_names` and `scopes` when there are any; without `days` it
    never expires. `by` is the token that asks for it, and reaches as far.

    Raises BadToken for a name, a scope or a lifetime that is not accepted, and UnknownFlow.
    """
    _check(user, name, days)
    fields = {
        "user": user,
        "name": name,
        "flow_names": [flow_by_name(flow).name for flow in flow_names],
        "scopes": _known(scopes),
        "expires_at": timezone.now() + timedelta(days=days) if days else None,
    }
    return _issue(by, **fields)


def rotate_token(*, token: ApiToken, hours: int = 24, by: ApiToken | None = None) -> Issued:
    """A new token like `token`, with as long a life; `token` itself goes on for `hours`, so that callers can change.

    Raises WrongState when it is not valid any more, BadToken when `by` does not reach as far as `token`.
    """
    if not 0 <= hours <= MAX_HOURS:
        raise BadToken(f"{hours} is not accepted as hours: a whole number from 0 to {MAX_HOURS} is.", path="hours")
    now = timezone.now()
    with transaction.atomic():
        rows = ApiToken.objects.select_for_update(of=("self",)).select_related("user")
        old = rows.get(pk=token.pk)
        if not old.is_valid:
            raise WrongState(f"The token {old} is not valid any more: make a new one.", path="token")
        life = old.expires_at - old.created_at if old.expires_at else None
        kept = {name: getattr(old, name) for name in ("user", "name", "flow_names", "scopes")}
        issued = _issue(by, **kept, expires_at=_sooner(now + life if life else None, by.expires_at if by else None))
        end = now + timedelta(hours=hours)
        rows.filter(pk=old.pk).update(expires_at=_sooner(end, old.expires_at))
    return issued


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """None is never."""
    return min((moment for moment in (one, other) if moment), default=None)


def _issue(by: ApiToken | None, **fields: Any) -> Issued:
    prefix, secret = _random(PREFIX_LENGTH), _random(SECRET_LENGTH)
    token = ApiToken(**fields, prefix=prefix, digest=_digest(secret))
    _refuse_wider(token, by)
    token.save(force_insert=True)
    token.refresh_from_db(fields=["created_at"])
    return Issued(token, f"rtx_{prefix}_{secret}")


def _refuse_wider(token: ApiToken, by: ApiToken | None) -> None:
    """A token may not make one that opens more, or longer, than itself."""
    if by is None:
        return
    for limit in ("scopes", "flow_names"):
        own, asked = getattr(by, limit), getattr(token, limit)
        if own and not (asked and set(asked) <= set(own)):
            raise BadToken(f"The token that asks has {', '.join(own)}: these or fewer are accepted.", path=limit)
    if by.expires_at and (token.expires_at is None or token.expires_at > by.expires_at):
        raise BadToken("The token that asks ends sooner: ask for fewer days.", path="days")


def _known(scopes: Sequence[str]) -> list[str]:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise BadToken(f"{unknown[0]!r} is no scope. Accepted: {', '.join(SCOPES)}.", path="scopes")
    return sorted(set(scopes))


def visible_tokens(user: Caller) -> QuerySet[ApiToken]:
    """Superusers see all, others their own."""
    rows = ApiToken.objects.select_related("user")
    return rows if user.is_superuser else rows.filter(user=user.pk or 0)


def revoke_token(*, token: ApiToken) -> None:
    """From now on the token opens nothing; raises WrongState when it was revoked before."""
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise WrongState(f"The token {token} is revoked already.", path="token")
    token.refresh_from_db()


def authenticate(text: str) -> ApiToken | None:
    """The token, with its user, if it is one of ours and valid; None does not tell why not."""
    match = _TOKEN.fullmatch(text)
    token = door.token_of(match[1]) if match else None
    # Compared even when there is no such prefix, so that an answer takes the same time.
    same = hmac.compare_digest(_digest(match[2] if match else ""), token.digest if token else _digest("-"))
    if token is None or not same or not token.is_valid:
        return None
    _touch(token)
    return token


def visible_flows(user: Caller, token: ApiToken | None = None) -> QuerySet[FlowPrototype]:
    flows = FlowPrototype.objects.visible_to(user)
    return flows.filter(name__in=token.flow_names) if token and token.flow_names else flows


def flow_to_run(user: Caller, token: ApiToken | None, name: str) -> FlowPrototype | None:
    """A flow that the caller sees, with as much of it as starting a job takes; its documents are not read."""
    is_open = may_see_flows(user) and not (token and token.flow_names and name not in token.flow_names)
    return door.flow_of(name) if is_open and "\0" not in name else None


def visible_pruned(user: Caller, token: ApiToken | None = None) -> PrunedJobQuerySet:
    stubs = PrunedJob.objects.select_related("flow").visible_to(user)
    return stubs.filter(flow__name__in=token.flow_names) if token and token.flow_names else stubs


def visible_jobs(user: Caller, token: ApiToken | None = None) -> JobQuerySet:
    jobs = Job.objects.visible_to(user)
    if token and not token.allows("jobs.view_job"):
        jobs = jobs.filter(actor_id=user.pk)
    return jobs.filter(flow__name__in=token.flow_names) if token and token.flow_names else jobs


def _check(user: User, name: str, days: int | None) -> None:
    if not user.is_active:
        raise BadToken(f"{user.get_username()} is not active: a token for them would open nothing.", path="user")
    if not is_label(name):
        raise BadToken(
            "A token needs a name of at most 100 printable characters, so that it is known later.", path="name"
        )
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise BadToken(f"{days} is not accepted as days: a whole number from 1 to {MAX_DAYS} is.", path="days")


def _touch(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _COARSE:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    # The secret has 238 bits of chance: a slow hash would protect nothing and cost each request.
    return hashlib.sha256(secret.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
