"""Words of the older generation that mean nothing any more, and what to write in their place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from routilux_site.lib.errors import join_path
from templates_app.factory.errors import FactoryError

RETIRED = frozenset({"execution_strategy", "execution_mode", "execute_concurrent", "set_execution_strategy"})
ADVICE = (
    "remove it; every flow runs on the one Runtime. For the old 'sequential' set max_workers=1; "
    "for 'concurrent' leave max_workers out or keep your number."
)


class Retired(FactoryError, TypeError, AttributeError):
    """Old code asks how a flow should be run: there is one way, and it never blocks."""

    code: ClassVar[str] = "retired"
    title: ClassVar[str] = "There are no execution strategies"


def refuse_retired(words: Iterable[object], path: str = "") -> None:
    """Raise Retired when one of `words` is of the older generation."""
    word = next((word for word in words if isinstance(word, str) and word in RETIRED), None)
    if word is not None:
        raise Retired(ADVICE, path=join_path(path, word))


def refuse_keywords(call: str, given: dict[str, Any]) -> None:
    """The rest of the keyword arguments of `call`, none of which it has."""
    refuse_retired(given)
    if given:
        raise TypeError(f"{call}() got an unexpected keyword argument {min(given)!r}")


class WithoutStrategy:
    """Tells whoever reads, calls or sets a retired attribute how to go on."""

    def __getattr__(self, name: str) -> Any:
        refuse_retired([name])
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        refuse_retired([name])
        super().__setattr__(name, value)
