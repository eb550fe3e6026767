"""What the original library had and this one has not, and the sentence that says how to go on. Pure."""

from __future__ import annotations

STRATEGY_KEYS = frozenset({"execution_strategy", "execution_mode", "execute_concurrent"})
#: Under `execution` the old files could write the same thing shorter.
STRATEGY_KEYS_OF_EXECUTION = STRATEGY_KEYS | {"strategy"}

ADVICE = (
    "remove it; every flow runs on the one Runtime. For the old 'sequential' set max_workers=1; "
    "for 'concurrent' leave max_workers out or keep your number."
)


def strategy_is_gone(key: str, value: object) -> str:
    """Why an execution strategy is refused, and what to write instead, whichever of the two it was."""
    return f"{key}={value!r}: {ADVICE}" if isinstance(value, str | bool) else f"{key}: {ADVICE}"
