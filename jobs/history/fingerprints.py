"""Failures that are alike share a fingerprint: the node, the type of the error, its message without the particulars.

Pure, and the same in every process. Two flows may share a fingerprint: a group of failures is one of a flow.
"""

from __future__ import annotations

import hashlib
import re

LENGTH, LONGEST = 16, 200

#: In this order: what an earlier one has replaced, a later one does not see.
_PARTICULARS = (
    (re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"), "<id>"),
    (re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.,+Z-]+)?"), "<time>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<address>"),
    (re.compile(r"'[^']*'|\"[^\"]*\"|‘[^’]*’|`[^`]*`"), "<text>"),
    (re.compile(r"(?:/[\w.@%+-]+){2,}/?"), "<path>"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b|\b(?=[a-fA-F]*[0-9])(?=[0-9]*[a-fA-F])[0-9a-fA-F]{8,}\b"), "<hex>"),
    (re.compile(r"[0-9]+(?:[.,][0-9]+)*"), "<n>"),
    (re.compile(r"\s+"), " "),
)


def fingerprint(node: str, summary: str) -> str:
    """Of a failed job: `summary` is the line that it keeps, "node: Type: message"."""
    said = f"{node}\n{normalised(summary)}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:LENGTH]


def normalised(text: str) -> str:
    """What stays the same when the same thing goes wrong with other data."""
    for pattern, replacement in _PARTICULARS:
        text = pattern.sub(replacement, text)
    return text[:LONGEST].strip()
