from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from routilux_site.env import envbool, envchoice, envfloat, envint, envlist, envsecret


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (lambda: envbool("X", False), "True", True),
        (lambda: envbool("X", True), "no", False),
        (lambda: envint("X", 1), "42", 42),
        (lambda: envfloat("X", 1.0), "2.5", 2.5),
        (lambda: envlist("X"), "a, b,", ["a", "b"]),
        (lambda: envchoice("X", "json", ("json", "text")), "text", "text"),
    ],
)
def test_it_reads_the_variable(monkeypatch: pytest.MonkeyPatch, read: Callable[[], Any], text: str, value: Any) -> None:
    monkeypatch.setenv("X", text)
    assert read() == value


def test_it_falls_back_to_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("X", raising=False)
    assert (envbool("X", True), envint("X", 3), envfloat("X", 0.5), envsecret("X")) == (True, 3, 0.5, None)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (lambda: envbool("X", False), "maybe", "X is 'maybe': use 'True' or 'False'."),
        (lambda: envint("X", 1), "1.5", "X is '1.5': use a whole number."),
        (lambda: envint("X", 1, minimum=2), "1", "X is 1: the least that works is 2."),
        (lambda: envfloat("X", 1.0), "fast", "X is 'fast': use a number"),
        (lambda: envfloat("X", 1.0), "nan", "X is 'nan': use a finite number"),
        (lambda: envfloat("X", 1.0, minimum=1.0), "0.5", "X is 0.5: the least that works is 1.0."),
        (lambda: envchoice("X", "a", ("a", "b")), "c", "X is 'c': use one of a, b."),
    ],
)
def test_it_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], Any], text: str, message: str
) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured) as caught:
        read()
    assert message in str(caught.value)


def test_it_reads_a_secret_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.delenv("X", raising=False)
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    assert envsecret("X") == "s3cret"


@pytest.mark.parametrize(("content", "message"), [(None, "cannot be read"), ("", "is empty"), (" \n", "is empty")])
def test_it_refuses_a_file_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    monkeypatch.setenv("X_FILE", str(tmp_path / "key"))
    with pytest.raises(ImproperlyConfigured, match=message):
        envsecret("X")


def test_it_refuses_two_places_for_one_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a")
    monkeypatch.setenv("X_FILE", "/nowhere")
    with pytest.raises(ImproperlyConfigured, match="both set"):
        envsecret("X")
