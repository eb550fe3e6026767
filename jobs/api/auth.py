"""Bearer tokens. Sessions are authenticated by DRF itself, which asks for CSRF tokens."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from jobs import throttling
from jobs.access import authenticate
from jobs.models import ApiToken
from routilux_site.lib.address import client_address

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        token = authenticate(text.strip())
        if token is None:
            throttling.draw("anonymous", client_address(request._request))
            # One sentence for all reasons: which of them it is would tell a guesser how near he is.
            raise AuthenticationFailed("The token is not accepted: it is unknown, expired or revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "An API token, made by `manage.py create_token --user NAME --name PURPOSE`."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rtx_<prefix>_<secret>", "description": description}
