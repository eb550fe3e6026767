from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.routines import ErrorHandler, Verdict, register_exception
from templates_app.routines.error_handler import STRATEGIES, exception_names
from templates_app.routines.errors import ErrorHandlerError

HANDLERS = st.builds(
    ErrorHandler,
    strategy=st.sampled_from(STRATEGIES),
    max_retries=st.integers(0, 1000),
    retry_delay=st.floats(0, 1000),
    retry_backoff=st.floats(1, 100),
    max_delay=st.floats(0, 1000),
    jitter=st.floats(0, 1),
    on_exhausted=st.sampled_from(STRATEGIES[:3]),
)


def calls(handler: ErrorHandler, exception: Exception) -> tuple[int, Verdict]:
    """How often a step that always fails is called, and the last verdict."""
    errors = 1
    while (verdict := handler.decide(exception, errors, 0.5)).kind == "retry":
        errors += 1
    return errors, verdict


@given(HANDLERS)
def test_it_calls_once_and_once_more_for_each_retry(handler: ErrorHandler) -> None:
    count, verdict = calls(handler, ValueError())
    assert count == (1 + handler.max_retries if handler.strategy == "retry" else 1)
    assert verdict.kind == (handler.on_exhausted if handler.strategy == "retry" else handler.strategy)


@given(HANDLERS, st.integers(1, 2000), st.floats(0, 1))
def test_it_waits_a_bounded_time(handler: ErrorHandler, errors: int, random: float) -> None:
    delay = handler.decide(ValueError(), errors, random).delay
    assert 0 <= delay <= handler.max_delay


@given(HANDLERS)
def test_it_survives_json(handler: ErrorHandler) -> None:
    assert ErrorHandler.from_json(handler.to_json()) == handler


def test_it_waits_longer_each_time() -> None:
    handler = ErrorHandler("retry", retry_delay=1, retry_backoff=3, max_delay=20)
    assert [handler.decide(ValueError(), n, 0.9).delay for n in (1, 2, 3)] == [1, 3, 9]
    assert handler.decide(ValueError(), 4, 0.9) == Verdict("stop", reason="failed 4 times, 3 retries used")


def test_it_spreads_by_its_jitter() -> None:
    handler = ErrorHandler("retry", retry_delay=10, jitter=0.2)
    assert [round(handler.decide(ValueError(), 1, r).delay, 6) for r in (0.0, 0.5, 1.0)] == [8, 10, 12]


def test_it_stops_at_once_for_what_is_not_retryable() -> None:
    handler = ErrorHandler("retry", retryable_exceptions=("ConnectionError",), on_exhausted="skip")
    assert calls(handler, ConnectionResetError())[0] == 4
    assert calls(handler, ValueError()) == (1, Verdict("stop", reason="ValueError is not retryable"))


def test_it_knows_registered_exceptions_by_name() -> None:
    @register_exception
    class QuotaError(Exception):
        pass

    assert "QuotaError" in exception_names()
    assert calls(ErrorHandler("retry", retryable_exceptions=("QuotaError",)), QuotaError())[0] == 4


def test_it_takes_classes_as_python_code_writes_them() -> None:
    handler = ErrorHandler("retry", retryable_exceptions=(TimeoutError, "KeyError"))  # type: ignore[arg-type]
    assert handler.retryable_exceptions == ("TimeoutError", "KeyError")


def test_it_refuses_two_exceptions_of_one_name() -> None:
    with pytest.raises(ErrorHandlerError, match="Another exception class is known as ValueError"):
        register_exception(type("ValueError", (Exception,), {}))
    with pytest.raises(ErrorHandlerError, match="is not an exception class"):
        register_exception(int)  # type: ignore[type-var]


def test_it_means_stop_when_nothing_is_said() -> None:
    assert ErrorHandler.from_json(None).decide(ValueError(), 1, 0.0) == Verdict("stop")


@pytest.mark.parametrize(
    ("data", "path", "told"),
    [
        ("retry", "h", '"retry" is not accepted: an object like'),
        ({"strategy": "retyr"}, "h.strategy", '"retyr" is not accepted. Did you mean retry? Accepted: stop, continue'),
        ({"strategy": ["stop"]}, "h.strategy", '["stop"] is not accepted.'),
        ({"on_exhausted": "retry"}, "h.on_exhausted", "Accepted: stop, continue, skip."),
        ({"retries": 3}, "h.retries", "There is no such setting. Did you mean max_retries?"),
        ({"max_retries": True}, "h.max_retries", "a whole number from 0 to 1000"),
        ({"max_retries": 1001}, "h.max_retries", "1001 is not accepted: a whole number from 0 to 1000."),
        ({"retry_delay": float("nan")}, "h.retry_delay", "a number from 0 to 604800"),
        ({"retry_delay": 10**400}, "h.retry_delay", "a number from 0 to 604800"),
        ({"retry_backoff": 0.5}, "h.retry_backoff", "0.5 is not accepted: a number from 1 to 100."),
        ({"jitter": "1"}, "h.jitter", "a number from 0 to 1"),
        ({"is_critical": 1}, "h.is_critical", "true or false"),
        ({"retryable_exceptions": []}, "h.retryable_exceptions", "a list of at least one exception name"),
        ({"retryable_exceptions": "ValueError"}, "h.retryable_exceptions", "a list of at least one exception name"),
        ({"retryable_exceptions": ["ValueEror"]}, "h.retryable_exceptions.0", "Did you mean ValueError?"),
    ],
)
def test_it_refuses_what_no_handler_means(data: Any, path: str, told: str) -> None:
    with pytest.raises(ErrorHandlerError) as caught:
        ErrorHandler.from_json(data, path="h")
    assert caught.value.path == path
    assert told in caught.value.message
