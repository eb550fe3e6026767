"""Examples of uploads."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

from jobs.api.examples.saying import told

_UPLOAD = {
    "name": "orders.csv",
    "size": 48211,
    "sha256": "9f2c1f0e5d4b4b6f8a7d3c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a19080706",
    "stored_at": "2026-11-23T04:19:00Z",
    "stored_by": "shop",
}

UPLOADS = told("A file", _UPLOAD)

STORE = [
    OpenApiExample("A table", value="order,sku\n7,A-1\n", request_only=True, media_type="application/octet-stream"),
    *told("Replaced", _UPLOAD),
    *told("Stored", _UPLOAD, 201),
]
