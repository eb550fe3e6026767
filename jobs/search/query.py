"""What a reader asks of the job list: terms that all have to hold, and what is wrong with those that are none. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jobs.search.qualifiers import check
from jobs.search.words import Problem, Term, terms

LONGEST, MOST_TERMS = 1000, 20
#: Once a query says this, saying it again replaces it.
ONE_OF = frozenset({"status", "is", "since", "until", "flow", "variant", "fingerprint", "id"})


@dataclass(frozen=True, slots=True)
class Query:
    terms: tuple[Term, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(term.text for term in self.terms)

    def __bool__(self) -> bool:
        return bool(self.terms or self.problems)

    def value(self, key: str) -> str:
        """The one value that `key` has to have; empty when the query leaves it open."""
        found = [term for term in self.terms if term.key == key and not term.negated and len(term.values) == 1]
        return found[0].value if found else ""

    def plus(self, key: str, value: str) -> Query:
        """The same with one more condition; it takes the place of one that it would contradict."""
        return Query((*self.minus(key).terms, Term(key, (value,)))) if key in ONE_OF else self._and(key, value)

    def _and(self, key: str, value: str) -> Query:
        term = Term(key, (value,))
        return self if term in self.terms else Query((*self.terms, term))

    def minus(self, key: str) -> Query:
        return Query(tuple(term for term in self.terms if term.key != key))


def parse(text: str) -> Query:
    """Never raises: what cannot be read is a problem of the query."""
    if len(text) > LONGEST:
        return Query(problems=(Problem(f"A filter has at most {LONGEST} characters: leave something out.", LONGEST),))
    good: list[Term] = []
    problems: list[Problem] = []
    for found in terms(text):
        problem = found if isinstance(found, Problem) else check(found)
        if problem is not None:
            problems.append(problem)
        elif isinstance(found, Term):
            good.append(found)
    if len(good) > MOST_TERMS:
        problems.append(Problem(f"A filter has at most {MOST_TERMS} conditions.", good[MOST_TERMS].at))
    return Query(tuple(good), tuple(problems))


def of_parameters(said: Iterable[tuple[str, str]]) -> Query:
    """The query that the parameters of earlier addresses meant: `?status=failed&flow=orders&since=2h`."""
    return Query(tuple(Term(key, (value,)) for key, value in said if value))
