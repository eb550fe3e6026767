"""The code that readers are to verify messages with accepts ours, and no others."""

from __future__ import annotations

import time
from typing import Any

from jobs.webhooks import signing
from tests.docs.markdown import blocks


def test_it_verifies_what_we_sign() -> None:
    names: dict[str, Any] = {}
    [block] = [block for block in blocks("docs/how-to/get-told-when-jobs-end.md") if block.language == "python"]
    exec(block.text, names)  # noqa: S102 - our own documentation
    secret, body = signing.new_secret(), b'{"type": "job.completed"}'
    headers = signing.headers(secret, "msg_1", int(time.time()), body)

    assert names["is_ours"](secret, headers, body)
    assert not names["is_ours"](secret, headers, body + b" ")
    assert not names["is_ours"](secret, signing.headers(secret, "msg_1", int(time.time()) - 1000, body), body)
