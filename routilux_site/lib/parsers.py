from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.parsers import BaseParser

from routilux_site.lib import strict_json


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        # One byte more than accepted is enough to refuse, however much is sent.
        return strict_json.loads(stream.read(strict_json.LIMITS.max_bytes + 1))
