from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobs.compare.jsondiff import Change
from jobs.compare.suspects import Evidence, suspects, unknown
from templates_app.diff import ABSENT, Difference, Impact, Kind, Subject


def difference(node: str = "", *, impact: Impact = Impact.BEHAVIOUR, subject: Subject = Subject.SETTING) -> Difference:
    said: dict[str, Any] = {"kind": Kind.CHANGED, "subject": subject, "path": "p", "old_path": "p", "before": 1}
    return Difference(**said, after=2, impact=impact, node=node, sentence=f"{node or 'flow'} {subject} changed.")


WHOLE = Evidence(
    node="check",
    earlier=frozenset({"load"}),
    differences=[
        difference("after"),
        difference(),
        difference("load"),
        difference("check"),
        difference("check", impact=Impact.DESCRIPTION),
        difference(subject=Subject.CONNECTION),
    ],
    shape=[Change("a", ABSENT, "text"), Change("b", "text", "number"), Change("c", "text", ABSENT)],
    values=[Change(name, 1, 2) for name in "pqrs"],
    code={"check": True, "load": True, "after": True, "other": False, "gone": None},
)


def test_it_puts_what_is_near_the_failure_first() -> None:
    assert [(suspect.about, suspect.sentence.split(" ", 2)[:2]) for suspect in suspects(WHOLE)][:3] == [
        ("code", ["The", "module"]),
        ("revision", ["check", "setting"]),
        ("input", ["The", "input"]),
    ]


def test_it_ranks_all_of_it() -> None:
    told = [suspect.sentence for suspect in suspects(WHOLE)]

    assert [told.index(f"{who} setting changed.") for who in ("check", "load", "flow", "after")] == [1, 4, 7, 10]
    assert told[-1] == "check setting changed."
    values = ", ".join(f"‘{name}’ (1 became 2)" for name in "pqr")
    assert f"The input has another value at {values} and 1 more." in told


def test_it_says_in_words_what_became_of_the_input() -> None:
    told = {suspect.sentence for suspect in suspects(WHOLE) if suspect.about == "input"}

    assert "The input now has ‘a’ (text)." in told
    assert "The input has number at ‘b’, where it had text." in told
    assert "The input no longer has ‘c’ (text)." in told


def test_it_suspects_nothing_when_nothing_differs() -> None:
    assert suspects(Evidence(node="check", code={"check": False})) == []


def test_it_names_what_nobody_knows() -> None:
    assert unknown(WHOLE) == ["gone"]


@given(st.permutations(WHOLE.differences))
def test_it_ranks_alike_in_whatever_order_differences_come(differences: list[Difference]) -> None:
    weights = [suspect.weight for suspect in suspects(replace(WHOLE, differences=differences))]

    assert weights == sorted(weights, reverse=True)
    assert weights == [suspect.weight for suspect in suspects(WHOLE)]
