from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routilux_site.lib.errors import ErrorDetail, RoutiluxError, join_path, pointer


def joined(*keys: str | int) -> str:
    path = ""
    for key in keys:
        path = join_path(path, key)
    return path


def rfc6901(keys: list[str | int]) -> str:
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


@given(st.lists(st.text() | st.integers(min_value=0)))
def test_it_points_to_where_the_path_leads(keys: list[str | int]) -> None:
    assert pointer(joined(*keys)) == rfc6901(keys)


def test_it_writes_plain_keys_with_dots() -> None:
    assert joined("nodes", "clean", "config", 0) == "nodes.clean.config.0"


def test_it_says_the_place_before_the_fact() -> None:
    assert str(RoutiluxError("This is 3: at most 2.", path="a.b")) == "a.b: This is 3: at most 2."
    assert str(RoutiluxError("No.")) == "No."


def test_it_is_its_own_only_detail_unless_it_has_others() -> None:
    details = [ErrorDetail("x", "c", "m")]
    assert RoutiluxError("All.", errors=details).details() == tuple(details)
    assert RoutiluxError("No.", path="p").details() == (ErrorDetail("p", "error", "No."),)
