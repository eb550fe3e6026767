from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from templates_app.routines import Ports, Routine, RoutineConfig, SlotSpec, config_errors, config_schema
from templates_app.routines.errors import ConfigError


class Retry(BaseModel):
    times: int = 1


class Typed(Routine):
    class Config(BaseModel):
        rate: float = Field(1.2, ge=0, description="The markup.")
        name: str = Field("x", description="What it is called.")
        mode: Literal["fast", "slow"] = "fast"
        tags: list[str] = []
        retries: list[Retry] = []


class Needy(Routine):
    class Config(RoutineConfig):
        token: str = Field(description="The key of the service.")


def told(cls: type[Routine], config: Any) -> list[tuple[str, str]]:
    return [(detail.path, detail.message) for detail in config_errors(cls, config)]


@pytest.mark.parametrize(
    ("config", "path", "message"),
    [
        ({"rat": 1}, "rat", "There is no such setting. Did you mean rate? Accepted: rate, name, mode, tags, retries."),
        ({"rate": -1}, "rate", "-1 is not accepted: input should be greater than or equal to 0."),
        ({"rate": "1"}, "rate", '"1" is not accepted: input should be a valid number.'),
        ({"name": 7}, "name", "7 is not accepted: input should be a valid string."),
        ({"mode": "quick"}, "mode", "\"quick\" is not accepted: input should be 'fast' or 'slow'."),
        ({"tags": ["a", True]}, "tags.1", "true is not accepted: input should be a valid string."),
        (
            {"retries": [{"time": 1}]},
            "retries.0.time",
            "There is no such setting. Did you mean times? Accepted: times.",
        ),
        (
            {"name": "x" * 99, "rate": "y" * 99},
            "rate",
            f'"{"y" * 56}... is not accepted: input should be a valid number.',
        ),
        ([], "", "[] is not accepted: config is a JSON object."),
    ],
)
def test_it_names_path_value_and_what_is_accepted(config: Any, path: str, message: str) -> None:
    assert told(Typed, config) == [(path, message)]


def test_it_says_what_a_missing_setting_is() -> None:
    message = "Required, but not given. A value of type string is expected. The key of the service."
    assert told(Needy, {}) == [("token", message)]


def test_it_refuses_what_is_not_json() -> None:
    [(path, message)] = told(Typed, {"tags": [float("inf")]})
    assert path == "tags.0"
    assert "not JSON" in message


def test_it_reports_every_error_at_once() -> None:
    assert [path for path, _ in told(Typed, {"rate": -1, "mode": 1, "x": 1})] == ["rate", "mode", "x"]


def test_it_raises_all_of_them_in_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"rate: -1 is not accepted.*; x: There is no such setting") as caught:
        Typed().configure('{"rate": -1, "x": 1}')
    assert [detail.path for detail in caught.value.errors] == ["rate", "x"]


def test_it_shares_no_mutable_default() -> None:
    Typed().config.tags.append("leak")
    assert Typed().config.tags == []


def test_it_merges_config_over_what_init_set() -> None:
    routine = Typed().set_config(name="own", rate=2).configure('{"rate": 3}')
    assert (routine.config.name, routine.config.rate) == ("own", 3.0)
    assert routine.get_config("missing", "default") == "default"
    assert routine.get_config("model_dump", None) is None


def test_it_shares_nothing_with_the_values_it_was_set_to() -> None:
    tags = ["a"]
    routine = Typed().set_config(tags=tags)
    routine.config.tags.append("b")
    assert tags == ["a"]


def test_it_takes_any_json_when_no_config_is_declared() -> None:
    routine = Routine().configure('{"rate": 2, "keys": [1]}')
    assert (routine.config.rate, routine.config["rate"], routine.get_config("rate")) == (2, 2, 2)
    assert told(Routine, {"anything": [1]}) == []
    with pytest.raises(AttributeError, match=r"no key 'rat'. Did you mean rate\?"):
        _ = routine.config.rat


def test_it_describes_itself_as_a_json_schema() -> None:
    schema = config_schema(Typed)
    assert schema["properties"]["rate"]["minimum"] == 0
    assert schema["additionalProperties"] is False
    assert config_schema(Routine)["additionalProperties"] is True


class Ported(Routine):
    @classmethod
    def ports(cls, config: dict[str, Any]) -> Ports:
        return Ports(slots=tuple(SlotSpec(name) for name in config.get("names", ())))


def test_it_reports_ports_that_the_config_makes_impossible() -> None:
    assert told(Ported, {"names": ["a"]}) == []
    assert told(Ported, {"names": ["a", "a"]}) == [("", "Slot 'a' already exists")]


def test_it_names_an_empty_key_as_any_other() -> None:
    assert told(Typed, {"": 1})[0][0] == '[""]'
