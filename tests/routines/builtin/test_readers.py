from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.routines.errors import DataError
from tests.routines.helpers import FakeServices, run_builtin


def read(name: str, text: str | bytes, **config: Any) -> list[Any]:
    if isinstance(text, bytes):
        return run_builtin(name, [{"upload": "file"}], config, services=FakeServices(file=text))
    return run_builtin(name, [{"text": text}], config)


def bad_rows(emissions: list[Any]) -> list[tuple[int, int, str]]:
    return [(p["row"], p["line"], p["error"]) for event, p in emissions if event == "bad_row"]


def test_it_reads_csv_row_by_row() -> None:
    first, second, done = read("read_csv", 'name, price\nnut,"1,5"\n\n"a\nb",2\n')
    assert first == ("row", {"data": {"name": "nut", "price": "1,5"}, "row": 1, "line": 2})
    assert second == ("row", {"data": {"name": "a\nb", "price": "2"}, "row": 2, "line": 5})
    assert done == ("done", {"rows": 2, "bad_rows": 0})


def test_it_reads_a_stored_upload_in_its_encoding() -> None:
    assert read("read_csv", "\ufeffä;b\r\n1;2\r\n".encode(), delimiter=";")[0][1]["data"] == {"ä": "1", "b": "2"}
    assert read("read_csv", b"\xe4\n1\n", encoding="latin-1")[0][1]["data"] == {"ä": "1"}


def test_it_takes_columns_from_its_config() -> None:
    assert read("read_csv", "1,2\n", columns=["a", "b"])[0][1]["data"] == {"a": "1", "b": "2"}


def test_it_sends_bad_csv_rows_their_own_way() -> None:
    emissions = read("read_csv", b'a,b\n1\n1,2\n1,2,3\n1,"x"y\n\xff,1\n\x00,1\n3,4\n')
    assert [(row, line) for row, line, _ in bad_rows(emissions)] == [(1, 2), (3, 4), (4, 5), (5, 6), (6, 7)]
    assert bad_rows(emissions)[0][2] == "1 fields where 2 are expected."
    assert emissions[-1] == ("done", {"rows": 2, "bad_rows": 5})


def test_it_shows_a_bad_row_as_text() -> None:
    [(_, payload), _] = read("read_csv", b"a,b\n\xff\x00\n")
    assert payload["data"] == {"text": "??"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The file is empty."),
        ("a,,b\n", "a column without a name"),
        ("a,b,a\n", 'names the column "a" twice'),
        ('"a\n', "Not CSV"),
    ],
)
def test_it_refuses_a_file_without_a_usable_header(text: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read("read_csv", text)


def test_it_reads_json_lines() -> None:
    emissions = read("read_json_lines", '{"a": 1}\r\n\n{"a": NaN}\n[1]\n{"a": 1, "a": 2}\n{"b": null}')
    assert [(p["data"], p["row"], p["line"]) for e, p in emissions if e == "row"] == [
        ({"a": 1}, 1, 1),
        ({"b": None}, 5, 6),
    ]
    assert [(row, line) for row, line, _ in bad_rows(emissions)] == [(2, 3), (3, 4), (4, 5)]


@pytest.mark.parametrize("name", ["read_csv", "read_json_lines"])
def test_it_bounds_size_and_rows(name: str) -> None:
    with pytest.raises(DataError, match="Longer than 4 bytes"):
        read(name, "a\n1\n2\n", max_bytes=4)
    with pytest.raises(DataError, match="More than 2 rows"):
        read(name, b"{}\n" * 4, max_rows=2)


@pytest.mark.parametrize("item", [7, {}, {"upload": 3}, {"text": None}, {"path": "/etc/passwd"}])
def test_it_says_what_it_can_read(item: Any) -> None:
    with pytest.raises(DataError, match=r'says nothing to read: {"upload": "<name>"} or {"text": "..."}'):
        run_builtin("read_csv", [item])


@given(st.binary(max_size=60), st.sampled_from(["read_csv", "read_json_lines"]))
def test_it_reads_or_refuses_any_bytes(raw: bytes, name: str) -> None:
    try:
        emissions = read(name, raw)
    except DataError:
        return
    done = emissions[-1][1]
    assert done["rows"] + done["bad_rows"] == len(emissions) - 1
