"""Secrets: config names one, `{"$secret": "NAME"}`; what it is, only the step of a job gets to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from routilux_site.lib.errors import join_path
from templates_app.routines.errors import RoutineError

KEY: Final = "$secret"
#: Where the hosts of the Runtime keep them: this and the name is a variable of their environment.
PREFIX: Final = "ROUTILUX_SECRET_"
#: And not `..._FILE`: such a variable names the file that another secret is read from.
NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
REMEDY: Final = (
    f"A secret is not written into a template: set {PREFIX}<NAME> where the Runtime runs, and write "
    f'{{"{KEY}": "<NAME>"}} here. Names are capital letters, digits and _, and do not end in _FILE.'
)

Lookup = Callable[[str], str]  #: from the name of a secret to the secret; raises SecretError


class SecretError(RoutineError, ValueError):
    """A secret that is not named as it should be, or has no value; what it is stands in no message."""

    code: ClassVar[str] = "bad-secret"


class Secret:
    """A field of `Config` that names a secret: `api_key: Secret`; logic calls `self.config.api_key.get_secret_value()`.

    It has a value only in the step of a job. Printed, it shows its name.
    """

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: str | None = None) -> None:
        self.name = name
        self._value = value

    def get_secret_value(self) -> str:
        if self._value is None:
            only = "only the step of a job gets it. In a dry run, give the node a sample output"
            raise SecretError(f"The secret {self.name!r} has no value here: {only}.")
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(lambda secret: {KEY: secret.name})
        return core_schema.with_info_plain_validator_function(_read, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        name = {"type": "string", "pattern": f"^{NAME.pattern}$"}
        return {"type": "object", "properties": {KEY: name}, "required": [KEY], "additionalProperties": False}


def _read(value: object, info: core_schema.ValidationInfo) -> Secret:
    name = value.name if isinstance(value, Secret) else name_in(value)
    return named(name, (info.context or {}).get("secrets"))


def name_in(value: object) -> str:
    """The name in a reference; raises SecretError, which does not tell what stands there instead."""
    name = value.get(KEY) if isinstance(value, Mapping) and len(value) == 1 else None
    if not isinstance(name, str) or not NAME.fullmatch(name) or name.endswith("_FILE"):
        raise SecretError(REMEDY)
    return name


def named(name: str, secrets: Lookup | None) -> Secret:
    return Secret(name, secrets(name) if secrets else None)


def found_in(value: Any, secrets: Lookup | None, path: str = "") -> Any:
    """`value`, plain JSON, with a Secret for each reference in it."""
    if isinstance(value, dict) and KEY in value:
        try:
            return named(name_in(value), secrets)
        except SecretError as error:
            raise SecretError(error.message, path=path) from error
    if isinstance(value, dict):
        return {key: found_in(child, secrets, join_path(path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [found_in(child, secrets, join_path(path, index)) for index, child in enumerate(value)]
    return value


def is_reference(schema: Mapping[str, Any]) -> bool:
    """Is this the JSON schema of a Secret?"""
    return KEY in schema.get("properties", {})


def keeps_plain_text(schema: Any) -> bool:
    """Is there a field in the JSON schema whose secret would stand in templates as it is: SecretStr, SecretBytes?"""
    if isinstance(schema, Mapping) and schema.get("format") == "password" and schema.get("writeOnly"):
        return True
    return any(map(keeps_plain_text, _children(schema)))


def _children(schema: Any) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield from schema.values()
    elif isinstance(schema, list):
        yield from schema
