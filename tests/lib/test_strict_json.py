from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routilux_site.lib import strict_json
from routilux_site.lib.strict_json import JSONTooLargeError, Limits, StrictJSONError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
GOOD_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
BAD_SCALARS = st.sampled_from([math.nan, math.inf, 2**63, -(2**63) - 1, "\0", "a\ud800", (), b"x", {1}, 1j, object()])


def nested(scalars: Any, keys: Any) -> Any:
    return st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=12)


GOOD = nested(GOOD_SCALARS, TEXT)
ANY = nested(GOOD_SCALARS | BAD_SCALARS, TEXT | st.sampled_from([1, None, "\0", "\udfff"]))


def naively_acceptable(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and naively_acceptable(key) for key in value) and all(
            naively_acceptable(child) for child in value.values()
        )
    if isinstance(value, list):
        return all(naively_acceptable(child) for child in value)
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, bool) or (isinstance(value, int) and -(2**63) <= value < 2**63)


@given(GOOD)
def test_it_reads_back_what_it_wrote(value: Any) -> None:
    assert strict_json.loads(strict_json.dumps(value)) == value


@given(ANY)
def test_it_agrees_with_a_naive_reading_of_the_rules(value: Any) -> None:
    try:
        strict_json.check(value)
        accepted = True
    except StrictJSONError:
        accepted = False
    assert accepted == naively_acceptable(value)


@given(st.dictionaries(TEXT, GOOD), st.randoms())
def test_it_has_one_canonical_text_whatever_the_order_of_keys(value: dict[str, Any], random: Any) -> None:
    shuffled = list(value.items())
    random.shuffle(shuffled)
    assert strict_json.canonical(dict(shuffled)) == strict_json.canonical(value)
    assert strict_json.sha256(dict(shuffled)) == strict_json.sha256(value)


@given(GOOD)
def test_it_accepts_its_own_canonical_text_unchanged(value: Any) -> None:
    text = strict_json.canonical(value)
    assert strict_json.canonical(strict_json.loads(text)) == text


@given(st.dictionaries(TEXT, st.lists(GOOD)))
def test_it_copies_without_sharing(value: dict[str, list[Any]]) -> None:
    copied: Any = strict_json.copy(value)
    assert copied == value
    assert all(copied[key] is not value[key] for key in value)


@given(st.binary())
def test_it_answers_any_bytes_with_a_value_or_its_own_error(data: bytes) -> None:
    try:
        strict_json.check(strict_json.loads(data))
    except StrictJSONError as error:
        assert error.message


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('{"a": 1, "a": 2}', "", "The key 'a' stands here twice"),
        ('{"b": [{"a": 1, "a": 2}]}', "b.0", "The key 'a' stands here twice"),
        ('{"a": [1, {"b": NaN}]}', "a.1.b", "NaN is not JSON"),
        ('{"a": -Infinity}', "a", "-Infinity is not JSON"),
        ('{"a": 1e999}', "a", "inf is not JSON"),
        ('{"a": 9223372036854775808}', "a", "needs more than 64 bits"),
        ('{"a": %s}' % ("9" * 5000), "a", "needs more than 64 bits"),
        (r'{"a": "x\u0000"}', "a", "A NUL character at position 1"),
        (r'{"a\u0000": 1}', "", "A NUL character"),
        (r'{"a.b": "\ud800"}', '["a.b"]', "Half of a surrogate pair"),
        ("[" * 33 + "]" * 33, ".".join(["0"] * 32), "Nested too deeply: at most 32"),
        ("[" * 100_000, "", ""),
        ('{"a"', "", "Line 1, column 5"),
        ('{\n "a": 1,\n}', "", "Line 3, column 1"),
        ("", "", "Empty"),
        (" \n ", "", "Empty"),
        ("\ufeff{}", "", "byte order mark"),
        ("\ud800", "", "Not valid UTF-8 at position 0"),
        ("[1", "", "Line 1, column 3"),
    ],
)
def test_it_says_what_is_wrong_and_where(text: str, path: str, message: str) -> None:
    with pytest.raises(StrictJSONError) as caught:
        strict_json.loads(text)
    assert message in caught.value.message
    assert caught.value.path == path


def test_it_accepts_what_is_nested_as_deeply_as_allowed() -> None:
    assert strict_json.loads("[" * 32 + "]" * 32)


@pytest.mark.parametrize(
    ("value", "limits", "message"),
    [
        ([1, 2, 3], Limits(max_nodes=3), "More than 3 values"),
        ({"a": "long"}, Limits(max_string=3), "4 characters long: at most 3"),
        ({"long": 1}, Limits(max_string=3), "4 characters long: at most 3"),
        ([[]], Limits(max_depth=1), "Nested too deeply: at most 1"),
    ],
)
def test_it_keeps_within_the_limits_it_is_given(value: Any, limits: Limits, message: str) -> None:
    with pytest.raises(StrictJSONError, match=message):
        strict_json.check(value, limits=limits)


def test_it_refuses_a_text_that_is_too_large_before_reading_it() -> None:
    with pytest.raises(JSONTooLargeError, match="at most 10 bytes"):
        strict_json.loads(b"\xff" * 11, limits=Limits(max_bytes=10))


def test_it_refuses_a_value_that_contains_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(StrictJSONError, match="Nested too deeply"):
        strict_json.check(loop)


def test_it_refuses_a_small_value_that_means_a_huge_one() -> None:
    laughs: list[Any] = ["ha"]
    for _ in range(30):
        laughs = [laughs, laughs]
    with pytest.raises(StrictJSONError, match="More than 100000 values"):
        strict_json.check(laughs)


def test_it_names_the_type_that_is_no_json() -> None:
    with pytest.raises(StrictJSONError) as caught:
        strict_json.check({"when": [(1, 2)]}, path="payload")
    assert caught.value.path == "payload.when.0"
    assert "(1, 2) is of type builtins.tuple" in caught.value.message


def test_it_survives_an_object_whose_repr_raises() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise ValueError

    with pytest.raises(StrictJSONError, match="a Rude"):
        strict_json.check([Rude()])


def test_it_writes_what_other_parsers_read() -> None:
    assert json.loads(strict_json.dumps({"ä": [1.5, None, True]})) == {"ä": [1.5, None, True]}
