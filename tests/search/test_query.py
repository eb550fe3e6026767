"""The words of the filter: pure, so that any text can be thrown at them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.search.qualifiers import INPUT, QUALIFIERS, Qualifier
from jobs.search.query import MOST_TERMS, Query, parse
from jobs.search.words import Term


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("status:failed", [Term("status", ("failed",))]),
        ("status:failed,cancelled", [Term("status", ("failed", "cancelled"))]),
        ("-flow:orders", [Term("flow", ("orders",), True)]),
        ('error:"no such customer"', [Term("error", ("no such customer",))]),
        ('error:"a \\"quoted\\" word"', [Term("error", ('a "quoted" word',))]),
        ("input.customer.id:42", [Term("input.customer.id", ("42",))]),
        ("input.Customer:x", [Term("input.Customer", ("x",))]),
        ("STATUS:failed", [Term("status", ("failed",))]),
        ("019a timeout", [Term("", ("019a",)), Term("", ("timeout",))]),
        ('-"status:failed"', [Term("", ("status:failed",), True)]),
        ("priority:>=5", [Term("priority", (">=5",))]),
    ],
)
def test_it_reads_terms(text: str, terms: list[Term]) -> None:
    assert parse(text) == Query(tuple(terms))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("status:lost", "At character 1: ‘lost’ is no status: queued, pending, running, paused"),
        ("is:open colour:red", "At character 9: There is no qualifier ‘colour’; these are: status, is,"),
        ('flow:a error:"no end', "is not closed: write a second"),
        ("since:yesterday", "a period back from now (30m, 2h, 7d, 4w)"),
        ("status:", "‘status:’ has no value: write it right behind the colon"),
        ("since:1h,2h", "‘since’ takes one value and no minus: write ‘since:2h’."),
        ("error:\0", "At character 1:"),
        ("x" * 1001, "A filter has at most 1000 characters"),
        ("a " * (MOST_TERMS + 1), "A filter has at most 20 conditions."),
    ],
)
def test_it_says_what_is_wrong_where_and_what_would_do(text: str, told: str) -> None:
    assert told in " ".join(map(str, parse(text).problems))


@given(st.text(max_size=60))
def test_it_reads_what_it_writes(text: str) -> None:
    query = parse(text)

    assert Query(parse(query.text).terms) == Query(query.terms)


@given(st.sampled_from(["error", "flow", "", "node", "input.a"]), st.text(min_size=1, max_size=30), st.booleans())
def test_it_quotes_whatever_a_value_holds(key: str, value: str, negated: bool) -> None:
    term = Term(key, (value,), negated)

    assert [found for found in parse(term.text).terms if "\0" not in value] == ([term] if "\0" not in value else [])


@pytest.mark.parametrize("qualifier", [*QUALIFIERS.values(), INPUT])
def test_its_examples_are_good(qualifier: Qualifier) -> None:
    example = qualifier.example.replace("…", "0" * 28)

    assert parse(example).problems == ()


def test_it_replaces_what_would_contradict() -> None:
    query = parse("status:failed flow:orders actor:bob")

    assert query.plus("status", "completed").text == "flow:orders actor:bob status:completed"
    assert query.plus("actor", "me").text == "status:failed flow:orders actor:bob actor:me"
    assert query.minus("flow").text == "status:failed actor:bob"
