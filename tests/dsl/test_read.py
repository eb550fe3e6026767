"""What could mean two things, or too much, is refused with its place."""

from __future__ import annotations

import pytest

from templates_app import dsl
from templates_app.dsl.read import Unreadable, read
from templates_app.refusals import Refused

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("text", "line", "path", "fact"),
    [
        ("a: 1\nb: &x 2", 2, "b", "Anchors and aliases"),
        ("a: 1\nb: *x", 2, "b", "Anchors and aliases"),
        ("a:\n  - !!python/name:os.system ''", 2, "a.0", "Tags"),
        ("a: !!str 1", 1, "a", "Tags"),
        ("a: ! 1", 1, "a", "Tags"),
        ("a: {<<: {b: 1}}", 1, "a", "Merge keys"),
        ("a: 1\nb: 1\na: 2", 3, "", '"a" stands here twice'),
        ("? [a]\n: 1", 1, "", "not accepted as a key"),
        ("a: {1: 2}", 1, "a", "1 is not accepted as a key"),
        ("a:\n  b: '\ud800'", None, "", "UTF-8"),
        ("\ufeffa: 1", 1, "", "byte order mark"),
        ("%TAG ! x:\n---\na: 1", 1, "", "%TAG"),
        ('a:\n  b: "\\0"', 2, "a.b", "NUL"),
        ("a: 1\nb: \x00", 2, "", "does not accept"),
        ("a: 99999999999999999999", 1, "a", "64 bits"),
        ("a: 1\nb: [1", 3, "", "flow sequence"),
        ("\ta: 1", 1, "", "cannot start any token"),
        (f"a: {'x' * 300_000}", 1, "a", "characters long"),
    ],
)
def test_it_refuses_magic_and_what_breaks_elsewhere(text: str, line: int | None, path: str, fact: str) -> None:
    with pytest.raises(Unreadable, match=fact) as refused:
        read(text, "yaml")
    assert (refused.value.line, refused.value.path) == (line, path)


@pytest.mark.parametrize(
    "word", ["no", "On", "012", "0o7", "0x1F", "1e3", "1_000", "12:30", "2026-11-23", ".5", ".nan", ".inf", "=", "08"]
)
def test_it_refuses_words_that_readers_of_yaml_differ_about(word: str) -> None:
    with pytest.raises(Unreadable, match="with the quotes"):
        read(f"a: {word}")
    assert read(f"a: '{word}'")[0].value == {"a": word}


def test_it_reads_what_all_readers_agree_about() -> None:
    text = "[null, ~, true, False, 1, -2, +3, 0, 1.5, -1.0e+3, y, a b, '', \"x\\n\"]"
    assert read(text, "yaml")[0].value == [None, None, True, False, 1, -2, 3, 0, 1.5, -1000.0, "y", "a b", "", "x\n"]


@pytest.mark.parametrize("format", ["yaml", "json"])
@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("[" * 500_000, "Nested too deeply"),
        ('{"a":' * 100_000, "Nested too deeply"),
        ("[" + "1," * 150_000 + "1]", "More than 100000 values"),
        ('"' + "x" * MIB + '"', "Too large"),
    ],
)
def test_it_refuses_bombs(format: dsl.Format, text: str, fact: str) -> None:
    with pytest.raises(Unreadable, match=fact):
        read(text, format)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ('{"a": 1, "a": 2}', "stands here twice"),
        ('{"a": NaN}', "finite number"),
        ('{"a": "\\u0000"}', "NUL"),
        ('{"a": \n', "Line 2"),
    ],
)
def test_it_holds_json_to_the_same(text: str, fact: str) -> None:
    with pytest.raises(Unreadable, match=fact):
        read(text)


@pytest.mark.parametrize("text", ["", "  \n", "# nothing\n", "---\n---\n", b"", "null\n"])
def test_it_refuses_what_is_empty(text: str | bytes) -> None:
    with pytest.raises(Unreadable, match="Empty"):
        read(text)


def test_it_reads_several_documents_and_passes_over_empty_ones() -> None:
    assert [one.value for one in read("---\na: 1\n---\n---\nb: 2\n...\n")] == [{"a": 1}, {"b": 2}]
    assert [one.value for one in read('[{"a": 1}, {"b": 2}]')] == [{"a": 1}, {"b": 2}]


def test_it_tells_line_and_path_to_whoever_reads_the_file() -> None:
    with pytest.raises(Refused) as refused:
        dsl.parse("kind: routine\nname: a\nclass: b\nconfig:\n  c: no\n", file="a.yaml")
    told = refused.value.errors[0]
    assert told.path == "config.c"
    assert told.message.startswith('a.yaml, line 5: "no" without quotes')
