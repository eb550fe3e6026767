"""Whatever a step says, and in whatever pieces: what is kept of it holds no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.runtime.capture import MAX_LINE, Capture
from jobs.runtime.secrets import HIDDEN, SHORTEST, Mask

#: Few letters, so that they overlap; none of the placeholder, of which everybody knows that it stands there.
WORDS = st.text(st.sampled_from("ab'\"\\ é%"), min_size=SHORTEST, max_size=12)
TEXTS = st.text(st.sampled_from("ab'\"\\ é%"), max_size=30)


def hiding(*values: str) -> Mask:
    mask = Mask()
    for value in values:
        mask.hide(value)
    return mask


@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(TEXTS, min_size=1), st.data())
def test_it_leaves_no_secret_in_any_text(values: list[str], texts: list[str], data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(values)).join(texts)

    shown = hiding(*values)(text)

    assert not [value for value in values if value in shown]


@given(WORDS, TEXTS, TEXTS)
def test_it_leaves_the_rest_as_it_is(value: str, before: str, after: str) -> None:
    assert hiding("nowhere")(before + value + after) == before + value + after


@pytest.mark.parametrize("write", [repr, json.dumps, quote, quote_plus], ids=lambda write: write.__name__)
def test_it_knows_how_messages_write_it(write: Callable[[str], str]) -> None:
    value = "p'w\\é /x"

    assert HIDDEN in hiding(value)(f"KeyError: {write(value)}")


@given(st.integers(0, 40), st.integers(1, 9))
def test_it_hides_what_is_written_in_pieces(offset: int, size: int) -> None:
    """Around the place where a line without an end is cut."""
    output, value = Capture(), "hunter2-and-more"
    output.mask.hide(value)
    text = "x" * (MAX_LINE - 20 + offset) + value + "y" * 30

    output.write("stdout", text[: MAX_LINE - 30])
    for start in range(MAX_LINE - 30, len(text), size):
        output.write("stdout", text[start : start + size])

    assert value not in "".join(line["text"] for line in output.finish())


def test_it_hides_each_line_of_a_long_one() -> None:
    output = Capture()
    output.mask.hide("-----BEGIN KEY-----\nabcdef\n-----END KEY-----")

    output.write("stdout", "-----BEGIN KEY-----\nabcdef\n-----END KEY-----\n")

    assert {line["text"] for line in output.finish()} == {HIDDEN}
