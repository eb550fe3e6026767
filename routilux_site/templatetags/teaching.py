"""The lesson of an empty list, for the admin's templates."""

from __future__ import annotations

from typing import Any

from django import template

from routilux_site.teaching import LESSONS, Lesson

register = template.Library()


@register.simple_tag
def lesson(opts: Any) -> Lesson | None:
    return LESSONS.get(opts.label_lower)
