"""What every OpenAPI description shares: the refusals, and headers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

_ALWAYS = (401, 403, 429)
_MEANINGS = {
    400: "The request is malformed; `errors` says where.",
    401: "No session and no valid token.",
    403: "The caller lacks the permission, or the CSRF token.",
    404: "There is no such thing, or the caller may not see it.",
    409: "It is not in a state that allows this.",
    411: "The body comes in chunks; send a Content-Length.",
    412: "Somebody else was faster: read it again. `ETag` says what it is at now.",
    413: "The body is larger than is accepted.",
    415: "The body is not of an accepted media type.",
    422: "The input does not fit the flow, or the Idempotency-Key was used for another request.",
    429: "More than is accepted in a while: `Retry-After` says in how many seconds to go on.",
    428: "`If-Match` is missing: say which `ETag` you had read.",
}


class ProblemErrorSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON Pointer to what is wrong.")
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `code` does not change; texts may."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = ProblemErrorSerializer(many=True)  # type: ignore[assignment]


def problems(*statuses: int) -> dict[Any, OpenApiResponse]:
    """The refusals of an endpoint; those that every one has come by themselves."""
    return {
        (status, "application/problem+json"): OpenApiResponse(ProblemSerializer, description=_MEANINGS[status])
        for status in sorted({*statuses, *_ALWAYS})
    }


def header(name: str, description: str, *statuses: int) -> OpenApiParameter:
    """A header of answers with these statuses; without any, one that requests may carry."""
    return OpenApiParameter(
        name, location=OpenApiParameter.HEADER, response=list(statuses) or False, description=description
    )
