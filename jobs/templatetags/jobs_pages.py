"""What the templates of the pages may say beside Django's own words."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from jobs.pages import said
from jobs.pages.looks import SHOWN, word
from jobs.pages.rows import job_rows

register = template.Library()

register.simple_tag(said.status)
register.simple_tag(said.when)
register.simple_tag(said.took)
register.simple_tag(job_rows)
register.filter(said.short_id)
register.filter(said.clock)
register.filter(said.moment)


@register.simple_tag
@cache
def icons() -> SafeString:
    """The drawings that `status` refers to; once a page."""
    symbol = '<symbol id="i-{}" viewBox="-7 -7 14 14"><path d="{}"></path></symbol>'
    symbols = format_html_join("", symbol, ((name, shown.icon) for name, shown in SHOWN.items()))
    return format_html('<svg class="hidden" width="0" height="0" aria-hidden="true">{}</svg>', symbols)


@register.filter
def unlocalized(number: float) -> str:
    return f"{number:g}"


@register.simple_tag
def row_y(row: int) -> int:
    """The upper edge of a row of the timeline."""
    return 16 * row + 2


@register.filter
def lasting(seconds: float) -> str:
    return said.duration(seconds)


@register.filter
def look_up(found: dict[Any, Any], key: Any) -> Any:
    return found.get(key, "")


@register.filter
def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@register.filter
def state_word(value: str) -> str:
    return word(value)
