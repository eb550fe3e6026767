from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.examples import uploads as examples
from jobs.api.shapes.uploads import UploadSerializer
from jobs.uploads import MAX_BYTES, list_uploads, store_upload
from routilux_site.lib.api.endpoint import Endpoint
from routilux_site.lib.api.operation import operation
from routilux_site.lib.api.queries import PageQuery


class WholeBody(BaseParser):
    """The body as it is, whatever it calls itself."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        # One byte more than accepted is enough to refuse, however much is sent.
        return stream.read(MAX_BYTES + 1)


class UploadList(Endpoint):
    permitted = {"GET": ("jobs.view_upload",)}
    keyset_field = "name"

    @operation(
        id="list_uploads",
        summary="List uploads",
        about="Files that routines can read, by name, without their content.",
        tag="uploads",
        parameters=[PageQuery],
        answers={200: UploadSerializer(many=True)},
        refuses=[400],
        examples=examples.UPLOADS,
    )
    def get(self, request: Request) -> Response:
        self.query(PageQuery)
        return self.page(list_uploads(), UploadSerializer)


class UploadDetail(Endpoint):
    permitted = {"PUT": ("jobs.add_upload",)}
    parser_classes = [WholeBody]

    @operation(
        id="store_upload",
        summary="Store an upload",
        about=(
            f"The body is the content, at most {MAX_BYTES // 1024 // 1024} MiB: `curl -T orders.csv ...`. "
            "It takes the place of an upload of that name; to replace what somebody else stored takes the "
            "permission to change uploads."
        ),
        tag="uploads",
        takes={"application/octet-stream": OpenApiTypes.BINARY},
        answers={200: UploadSerializer, 201: UploadSerializer},
        refuses=[400, 411, 413],
        examples=examples.STORE,
    )
    def put(self, request: Request, name: str) -> Response:
        stored = store_upload(name=name, content=_content(request), actor=request.user)
        return Response(UploadSerializer(stored.upload).data, status=201 if stored.created else 200)


def _content(request: Request) -> bytes:
    content: object = request.data
    return content if isinstance(content, bytes) else b""
