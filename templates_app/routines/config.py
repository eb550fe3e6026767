"""Typed config: parsed from JSON text for each activation; refusals name the path, the value and what is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from routilux_site.lib import strict_json
from routilux_site.lib.errors import ErrorDetail, RoutiluxError, join_path
from templates_app.routines import secret
from templates_app.routines.errors import ConfigError, DefinitionError
from templates_app.routines.secret import Lookup
from templates_app.routines.text import listed, shorten, suggestion, under


class RoutineConfig(BaseModel):
    """The base for a routine's `Config` and for models nested in it: unknown keys are refused, values are read-only."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class OpenConfig(Mapping[str, Any]):
    """The config of a routine that declares no `Config`: any JSON object, read as `config.key` or `config["key"]`."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        try:
            return self._values[key]
        except KeyError:
            message = f"The config has no key '{key}'.{suggestion(key, self)} It has: {listed(self)}."
            raise AttributeError(message) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"OpenConfig({self._values!r})"


def parse(model: type[BaseModel] | None, text: str, secrets: Lookup | None = None) -> BaseModel | OpenConfig:
    """The config that `text` (a JSON object) means; raises ConfigError with one detail for each wrong value.

    Without `secrets` those that it names have no value.
    """
    if model is None:
        values = parse_object(text)
        return OpenConfig(secret.found_in(values, secrets) if secret.KEY in text else values)
    try:
        return model.model_validate_json(text, strict=True, extra="forbid", context={"secrets": secrets})
    except ValidationError as error:
        details = _details(model, error, strict_json.loads(text))
    raise refusal(details)


def model_errors(model: type[BaseModel] | None, config: object) -> list[ErrorDetail]:
    """What `parse` would refuse, as data; paths are relative to the config."""
    if not isinstance(config, dict):
        return [ErrorDetail("", "bad-config", f"{shorten(config)} is not accepted: config is a JSON object.")]
    try:
        parse(model, strict_json.dumps(config))
    except RoutiluxError as error:
        return list(error.details())
    return []


def schema(model: type[BaseModel] | None) -> dict[str, Any]:
    """The JSON schema of a config, for forms and API documents."""
    if model is None:
        return {"type": "object", "properties": {}, "additionalProperties": True}
    return {**model.model_json_schema(), "additionalProperties": False}


def check_model(model: type[BaseModel] | None) -> None:
    """Raise DefinitionError for a `Config` that would keep a secret in templates."""
    if secret.keeps_plain_text(schema(model)):
        told = "Config has a SecretStr or SecretBytes, whose text would stand in templates"
        raise DefinitionError(f"{told}: write Secret (of templates_app.routines), which templates only name.")


def refusal(details: list[ErrorDetail]) -> ConfigError:
    told = "; ".join(f"{detail.path or 'config'}: {detail.message}" for detail in details)
    return ConfigError(told, errors=details)


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object that `text` is; raises ConfigError when it is something else."""
    values: dict[str, Any] = strict_json.clone(_parsed(text))
    return values


@lru_cache(maxsize=512)
def _parsed(text: str) -> dict[str, Any]:
    values = strict_json.loads(text)
    if not isinstance(values, dict):
        raise ConfigError(f"{shorten(values)} is not accepted: config is a JSON object.")
    return values


def _details(model: type[BaseModel], error: ValidationError, config: strict_json.Json) -> list[ErrorDetail]:
    if not isinstance(config, dict):
        return [ErrorDetail("", "bad-config", f"{shorten(config)} is not accepted: config is a JSON object.")]
    return _without_alternatives([_detail(model, found, config) for found in error.errors(include_url=False)])


def _without_alternatives(details: list[ErrorDetail]) -> list[ErrorDetail]:
    """Where several types are accepted, each complains: keep those that got furthest, or one sentence for all."""
    kept: dict[str, ErrorDetail] = {}
    for detail in details:
        if not detail.code.endswith("_type") or not any(_is_nearer(other, detail) for other in details):
            told = kept.get(detail.path)
            accepted = detail.message.partition("not accepted: input should be ")[2]
            message = f"{told.message.rstrip('.')} or {accepted}" if told and accepted else detail.message
            kept[detail.path] = ErrorDetail(detail.path, detail.code, message)
    return list(kept.values())


def _is_nearer(other: ErrorDetail, detail: ErrorDetail) -> bool:
    same_or_below = other.path == detail.path or other.path.startswith((f"{detail.path}.", f"{detail.path}["))
    return same_or_below and not (other.path == detail.path and other.code.endswith("_type"))


def _detail(model: type[BaseModel], found: ErrorDetails, config: strict_json.Json) -> ErrorDetail:
    keys = list(_real_keys(found, config))
    path = ""
    for key in keys:
        path = join_path(path, key)
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, RoutiluxError):
        return ErrorDetail(under(path, cause.path), cause.code, cause.message)
    if secret.is_reference(_schema_at(model, keys)):  # what was typed there may be the secret itself
        return ErrorDetail(path, secret.SecretError.code, secret.REMEDY)
    return ErrorDetail(path, found["type"], _message(model, found, keys))


def _real_keys(found: ErrorDetails, config: Any) -> Iterator[str | int]:
    """Pydantic mixes labels of union members into a location: what the document does not have is one, or is missing."""
    if not found["loc"]:
        return
    *inner, last = found["loc"]
    for key in inner:
        if _has(config, key):
            config = config[key]
            yield key
    if found["type"] == "missing" or _has(config, last):
        yield last


def _has(container: Any, key: str | int) -> bool:
    if isinstance(container, dict):
        return key in container
    return isinstance(container, list) and isinstance(key, int) and key < len(container)


def _message(model: type[BaseModel], found: ErrorDetails, keys: list[str | int]) -> str:
    if found["type"] == "extra_forbidden":
        name = str(keys[-1])
        known = _accepted_keys(model, keys[:-1])
        return f"There is no such setting.{suggestion(name, known)} Accepted: {listed(known)}."
    if found["type"] == "missing":
        return f"Required, but not given.{_purpose(model, keys)}"
    message = found["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{shorten(found['input'])} is not accepted: {message[:1].lower()}{message[1:]}."


def _purpose(model: type[BaseModel], keys: list[str | int]) -> str:
    wanted = _schema_at(model, keys)
    kind = f" A value of type {wanted['type']} is expected." if isinstance(wanted.get("type"), str) else ""
    return f"{kind} {wanted['description']}" if wanted.get("description") else kind


def _accepted_keys(model: type[BaseModel], keys: list[str | int]) -> list[str]:
    return list(_schema_at(model, keys).get("properties", {}))


def _schema_at(model: type[BaseModel], keys: list[str | int]) -> dict[str, Any]:
    whole = model.model_json_schema()
    node: Any = whole
    for key in keys:
        node = _resolve(whole, node)
        node = node.get("items") if isinstance(key, int) else _property(node, key)
        if not isinstance(node, dict):
            return {}
    return _resolve(whole, node)


def _property(node: dict[str, Any], key: str) -> Any:
    return node.get("properties", {}).get(key, node.get("additionalProperties"))


def _resolve(whole: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a `$ref`, and in a union take the member that is an object."""
    for option in node.get("anyOf", ()):
        if "$ref" in option or option.get("type") in ("object", "array"):
            node = {**option, **{key: value for key, value in node.items() if key != "anyOf"}}
            break
    reference = node.get("$ref")
    if reference is None:
        return node
    target = whole["$defs"][reference.rpartition("/")[2]]
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}
