"""A template names a secret and never holds one; it has a value only where somebody looks it up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from templates_app import catalog
from templates_app.errors import RegistrationError
from templates_app.routines import Routine, RoutineConfig, Secret, Slot, config_errors, config_schema
from templates_app.routines.errors import ConfigError
from templates_app.routines.secret import REMEDY, SecretError

REFERENCE = '{"key": {"$secret": "SHOP_KEY"}}'


class Caller(Routine):
    input = Slot()

    class Config(RoutineConfig):
        key: Secret
        others: list[Secret] = []
        spare: Secret | None = None

    def logic(self, input: list[Any]) -> None:
        """Nothing."""


class Open(Routine):
    input = Slot()

    def logic(self, input: list[Any]) -> None:
        """Nothing."""


def test_it_has_a_value_only_where_it_is_looked_up() -> None:
    known = Caller().configure(REFERENCE, {"SHOP_KEY": "hunter2"}.__getitem__)
    unknown = Caller().configure(REFERENCE)

    assert known.config.key.get_secret_value() == "hunter2"
    with pytest.raises(SecretError, match="'SHOP_KEY' has no value here"):
        unknown.config.key.get_secret_value()


def test_it_prints_its_name_alone() -> None:
    config = Caller().configure(REFERENCE, {"SHOP_KEY": "hunter2"}.__getitem__).config

    assert "hunter2" not in f"{config} {config!r} {config.model_dump_json()}"
    assert config.model_dump(mode="json")["key"] == {"$secret": "SHOP_KEY"}


def test_it_is_found_in_a_config_that_nobody_declared() -> None:
    text = '{"mail": {"keys": [{"$secret": "SHOP_KEY"}]}}'

    config = Open().configure(text, {"SHOP_KEY": "hunter2"}.__getitem__).config

    assert config.mail["keys"][0].get_secret_value() == "hunter2"


@given(st.text(st.characters(categories=["L", "N", "P"])), st.sampled_from(["key", "spare", "others"]))
def test_it_refuses_plain_text_and_does_not_repeat_it(text: str, field: str) -> None:
    config: dict[str, Any] = {"key": {"$secret": "SHOP_KEY"}, field: [text] if field == "others" else text}

    (refused,) = config_errors(Caller, config)

    assert (refused.code, refused.message) == ("bad-secret", REMEDY)


@pytest.mark.parametrize("name", [5, None, "", "lower", "A-B", "SHOP_FILE", "A" * 65, "A\n"], ids=repr)
@pytest.mark.parametrize("cls", [Caller, Open])
def test_it_refuses_a_name_that_no_variable_can_have(cls: type[Routine], name: Any) -> None:
    (refused,) = config_errors(cls, {"key": {"$secret": name}})

    assert (refused.path, refused.code) == ("key", "bad-secret")


def test_it_refuses_what_stands_beside_a_name() -> None:
    (refused,) = config_errors(Caller, {"key": {"$secret": "SHOP_KEY", "value": "hunter2"}})

    assert "hunter2" not in refused.message


def test_it_tells_forms_and_the_api_what_is_accepted() -> None:
    assert config_schema(Caller)["properties"]["key"]["required"] == ["$secret"]


def test_it_refuses_a_class_whose_secrets_would_stand_in_templates() -> None:
    class Careless(Caller):
        class Config(RoutineConfig):
            keys: dict[str, SecretStr]

    with pytest.raises(RegistrationError, match="write Secret"):
        catalog.register("careless", Careless)


def test_it_tells_which_field_lacks_its_secret() -> None:
    def missing(name: str) -> str:
        raise SecretError(f"The secret {name!r} is not set.")

    with pytest.raises(ConfigError, match=r"^key: The secret 'SHOP_KEY' is not set\.$"):
        Caller().configure(REFERENCE, missing)
