"""API tokens: listed, issued, rotated, revoked. Superusers see all, others their own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import access
from jobs.access import Issued
from jobs.api import docs
from jobs.api.bodies import NoBody, RotateBody, TokenBody
from jobs.api.examples import tokens as examples
from jobs.api.shapes.tokens import IssuedSerializer, TokenSerializer
from jobs.models import ApiToken
from routilux_site.lib.api.endpoint import Endpoint
from routilux_site.lib.api.operation import operation
from routilux_site.lib.api.queries import PageQuery
from templates_app.api.pointing import pointing


class _Tokens(Endpoint):
    permitted = {"POST": ("jobs.add_apitoken",)}

    @property
    def by(self) -> ApiToken | None:
        return self.request.auth if isinstance(self.request.auth, ApiToken) else None

    def token(self, prefix: str) -> ApiToken:
        found = access.visible_tokens(self.request.user).filter(prefix=prefix).first() if "\0" not in prefix else None
        if found is None:
            raise Http404
        return found

    def issued(self, issued: Issued) -> Response:
        data = IssuedSerializer(issued.token, context={"text": issued.text}).data
        return Response(data, status=201, headers={"Cache-Control": "no-store"})


class TokenList(_Tokens):
    permitted = {"GET": ("jobs.view_apitoken",), **_Tokens.permitted}

    @operation(
        id="list_tokens",
        summary="List API tokens",
        about="Your own; superusers see all. Newest first, without their secrets, which nobody has.",
        tag="tokens",
        parameters=[PageQuery],
        answers={200: TokenSerializer(many=True)},
        refuses=[400],
        examples=examples.TOKENS,
    )
    def get(self, request: Request) -> Response:
        self.query(PageQuery)
        return self.page(access.visible_tokens(request.user), TokenSerializer)

    @operation(
        id="issue_token",
        summary="Issue an API token",
        about="It is shown in this answer and never again. A token that asks gets none that reaches further than it.",
        tag="tokens",
        takes=TokenBody,
        answers={201: IssuedSerializer},
        refuses=docs.WRITE,
        examples=examples.ISSUE,
    )
    def post(self, request: Request) -> Response:
        said = self.said(TokenBody)
        asked = {"name": said["name"], "flow_names": said["flows"], "scopes": said["scopes"], "days": said["days"]}
        with pointing(lambda path: "flows" if path in ("flow", "flow_names") else path):
            return self.issued(access.create_token(user=self._owner(said), by=self.by, **asked))

    def _owner(self, said: dict[str, Any]) -> User:
        name = said.get("user", self.request.user.get_username())
        if name != self.request.user.get_username() and not self.request.user.is_superuser:
            raise PermissionDenied("Only superusers may issue tokens for others.")
        found = User.objects.filter(username=name).first()
        if found is None:
            raise access.BadToken("There is no such user.", path="user")
        return found


class TokenRotate(_Tokens):
    @operation(
        id="rotate_token",
        summary="Rotate an API token",
        about="A new one like it, with as long a life; the old one goes on for some hours, so that callers can change.",
        tag="tokens",
        takes=RotateBody,
        answers={201: IssuedSerializer},
        refuses=docs.WRITE,
        examples=examples.ROTATE,
    )
    def post(self, request: Request, prefix: str) -> Response:
        return self.issued(access.rotate_token(token=self.token(prefix), by=self.by, **self.said(RotateBody)))


class TokenRevoke(_Tokens):
    permitted = {"POST": ("jobs.change_apitoken", "jobs.delete_apitoken")}

    @operation(
        id="revoke_token",
        summary="Revoke an API token",
        about="From now on it opens nothing. 409 when it was revoked before.",
        tag="tokens",
        takes=NoBody,
        answers={200: TokenSerializer},
        refuses=docs.WRITE,
        examples=examples.REVOKE,
    )
    def post(self, request: Request, prefix: str) -> Response:
        found = self.token(prefix)
        self.said(NoBody)
        access.revoke_token(token=found)
        return Response(TokenSerializer(found).data)
