"""Change what a text says and leave the rest of it, comments and layout, as it stands.

Whether an edit came out right is not argued but checked: the new text must read as the new values, or else all of it is
written anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from routilux_site.lib import strict_json
from templates_app.dsl import dump
from templates_app.dsl.read import Format, Unreadable, read

Edit = tuple[int, int, str]


class _Unusual(Exception):
    """A layout that is not edited in place."""


def rewrite(text: str, before: Sequence[Any], after: Sequence[Any], format: Format) -> str:
    """`text`, which reads as `before`, changed so that it reads as `after`. It must have passed `read`."""
    if strict_json.canonical(list(before)) == strict_json.canonical(list(after)):
        return text
    if format == "json":
        is_list = text.lstrip().startswith("[")
        return json.dumps(list(after) if is_list else after[0], ensure_ascii=False, indent=2) + "\n"
    edited = _edited(text, before, after)
    return edited if edited is not None and _reads_as(edited, after) else dump.to_yaml(after)


def _reads_as(text: str, wanted: Sequence[Any]) -> bool:
    try:
        found = [one.value for one in read(text, "yaml")]
    except Unreadable:
        return False
    return strict_json.canonical(found) == strict_json.canonical(list(wanted))


def _edited(text: str, before: Sequence[Any], after: Sequence[Any]) -> str | None:
    nodes = [node for node in yaml.compose_all(text, Loader=yaml.CSafeLoader) if not _is_empty(node)]
    editor = _Editor(text)
    try:
        edits = [
            edit for node, old, new in zip(nodes, before, after, strict=True) for edit in editor.value(node, old, new)
        ]
    except _Unusual:
        return None
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def _is_empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


class _Editor:
    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n"), len(text)]

    def value(self, node: yaml.Node, old: Any, new: Any) -> Iterator[Edit]:
        if strict_json.canonical(old) == strict_json.canonical(new):
            return
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict) and node.value and old.keys() & new.keys():
            yield from self._mapping(node, old, new)
        elif isinstance(node, yaml.SequenceNode) and isinstance(new, list) and len(new) == len(node.value):
            for child, before, after in zip(node.value, old, new, strict=True):
                yield from self.value(child, before, after)
        elif isinstance(node, yaml.CollectionNode) and not node.flow_style:
            raise _Unusual
        else:
            yield node.start_mark.index, node.end_mark.index, _inline(new)

    def _mapping(self, node: yaml.MappingNode, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Edit]:
        for index, (key, value) in enumerate(node.value):
            if key.value in new:
                yield from self.value(value, old[key.value], new[key.value])
            else:
                yield self._removal_inline(node, index) if node.flow_style else self._removal(key, value)
        added = {key: new[key] for key in new if key not in old}
        if added:
            yield self._addition(node, added)

    def _removal(self, key: yaml.Node, value: yaml.Node) -> Edit:
        start = self._starts[key.start_mark.line]
        if self._text[start : key.start_mark.index].strip():
            raise _Unusual
        return start, self._end_of_line(_last_line(value)), ""

    def _removal_inline(self, node: yaml.MappingNode, index: int) -> Edit:
        key, value = node.value[index]
        if index + 1 < len(node.value):
            return key.start_mark.index, node.value[index + 1][0].start_mark.index, ""
        return node.value[index - 1][1].end_mark.index, value.end_mark.index, ""

    def _addition(self, node: yaml.MappingNode, added: dict[str, Any]) -> Edit:
        pairs = [f"{_inline(key)}: {_inline(value)}" for key, value in added.items()]
        last = node.value[-1][1]
        if node.flow_style:
            return last.end_mark.index, last.end_mark.index, "".join(f", {pair}" for pair in pairs)
        at = self._end_of_line(_last_line(last))
        margin = " " * node.start_mark.column
        lines = "".join(f"{margin}{pair}\n" for pair in pairs)
        return at, at, lines if self._text[at - 1 : at] == "\n" else f"\n{lines}"

    def _end_of_line(self, line: int) -> int:
        return self._starts[min(line + 1, len(self._starts) - 1)]


def _last_line(node: yaml.Node) -> int:
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    ends_before = node.end_mark.column == 0 and node.end_mark.line > node.start_mark.line
    return int(node.end_mark.line - 1 if ends_before else node.end_mark.line)


def _inline(value: Any) -> str:
    text = yaml.dump(value, Dumper=dump.Dumper, default_flow_style=True, allow_unicode=True, width=2**31 - 1)
    return str(text).removesuffix("\n").removesuffix("\n...")
