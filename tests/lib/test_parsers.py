from __future__ import annotations

import io

import pytest

from routilux_site.lib.parsers import StrictJSONParser
from routilux_site.lib.strict_json import LIMITS, JSONTooLargeError, StrictJSONError


def test_it_parses_strictly() -> None:
    assert StrictJSONParser().parse(io.BytesIO(b'{"a": [1]}')) == {"a": [1]}
    with pytest.raises(StrictJSONError, match="twice"):
        StrictJSONParser().parse(io.BytesIO(b'{"a": 1, "a": 2}'))


def test_it_reads_no_more_than_it_needs_to_refuse() -> None:
    stream = io.BytesIO(b" " * (LIMITS.max_bytes + 1000))
    with pytest.raises(JSONTooLargeError):
        StrictJSONParser().parse(stream)
    assert stream.tell() == LIMITS.max_bytes + 1
