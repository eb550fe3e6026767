"""RFC 6902 as its text says it, as far as patches of ours go: it shares no code with what makes them."""

from __future__ import annotations

import copy
import json
from typing import Any


def applied(document: Any, patch: list[dict[str, Any]]) -> Any:
    # Not a deep copy: that would keep what two places of the document share, and a patch of one would change both.
    whole = {"": json.loads(json.dumps(document))}
    for operation in patch:
        *way, last = ["", *_tokens(operation["path"])]
        place: Any = whole
        for token in way:
            place = place[_index(place, token)]
        _apply(place, _index(place, last), operation)
    return whole[""]


def _apply(place: Any, key: Any, operation: dict[str, Any]) -> None:
    if operation["op"] == "add" and isinstance(place, list):
        assert 0 <= key <= len(place)
        place.insert(key, copy.deepcopy(operation["value"]))
        return
    if operation["op"] != "add":
        place[key]  # what is replaced, removed or tested must be there
    if operation["op"] == "remove":
        del place[key]
    elif operation["op"] == "test":
        assert place[key] == operation["value"]
    else:
        place[key] = copy.deepcopy(operation["value"])


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _index(place: Any, token: str) -> Any:
    return int(token) if isinstance(place, list) else token
