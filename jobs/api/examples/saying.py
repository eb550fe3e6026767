"""How an example is said, and what many of them tell."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

ID = "019ab0f2-7c10-7d3e-9a54-2f4c6f1b8a01"
URL = f"https://routilux.example/api/v1/jobs/{ID}"


def told(name: str, value: Any, status: int = 200) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])]


def asked(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


NOTHING = asked("Nothing to say", {})
