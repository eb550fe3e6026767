"""Node documents that several tests of the engine use."""

from __future__ import annotations

from typing import Any


def spread(count: int) -> dict[str, Any]:
    return {"routine": "test_spread", "config": {"count": count}}


def gather(size: int) -> dict[str, Any]:
    return {"routine": "test_gather", "policy": {"type": "batch_size", "min_batch_size": size}}


def nap(seconds: float) -> dict[str, Any]:
    return {"routine": "test_nap", "config": {"seconds": seconds}}
