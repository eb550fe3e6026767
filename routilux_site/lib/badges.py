"""States as words with a colour; the words alone must do."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString


def badge(kind: str, words: str) -> SafeString:
    return format_html('<span class="rtx-badge {}">{}</span>', kind, words)
