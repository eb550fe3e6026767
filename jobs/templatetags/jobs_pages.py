"""What the templates of the pages may say beside Django's own words."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from jobs.pages import rows, said
from jobs.pages.looks import SHOWN, word

register = template.Library()

register.simple_tag(said.status)
register.simple_tag(said.when)
register.simple_tag(said.took)
register.simple_tag(rows.job_rows)
register.simple_tag(rows.step_rows)
register.simple_tag(rows.bars)
register.filter(said.short_id)
register.filter(said.clock)
register.filter(said.left)
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


@register.filter
def lasting(seconds: float) -> str:
    return said.duration(seconds)


@register.filter
def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@register.filter
def state_word(value: str) -> str:
    return word(value)
