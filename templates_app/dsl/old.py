"""What old files said, in today's words. Pure; what cannot be said today stays as it is and is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from routilux_site.lib.errors import join_path
from templates_app import catalog
from templates_app.document import accepted_names
from templates_app.dsl.bundle import located
from templates_app.dsl.gone import STRATEGY_KEYS, STRATEGY_KEYS_OF_EXECUTION
from templates_app.dsl.read import Format, Unreadable, guess, read
from templates_app.dsl.rewrite import rewrite
from templates_app.problems import Problem
from templates_app.refusals import Refused
from templates_app.routines.error_handler import STRATEGIES, exception_names
from templates_app.routines.text import shorten

#: The classes that came with the original library, and what takes their place here.
OLD_CLASSES = {
    "Aggregator": "aggregator",
    "Batcher": "batcher",
    "ConditionalRouter": "conditional_router",
    "DataTransformer": "mapper",
    "DataValidator": "validator",
    "Filter": "filter",
    "Mapper": "mapper",
    "SchemaValidator": "validator",
    "Splitter": "splitter",
}
WITHOUT_SUCCESSOR = {
    "Debouncer": "a policy of type time_interval comes closest",
    "ResultExtractor": "write a routine of your own",
    "RetryHandler": "give the routine an error handler with strategy retry",
}
_SEQUENTIAL = {"sequential": True, "concurrent": False}
_NO_SETTINGS = frozenset({"_type", "retry_count"})
_OPTIONAL = frozenset({"max_retries", "retry_delay", "retry_backoff", "is_critical", "retryable_exceptions"})


@dataclass(slots=True)
class Migrated:
    """`value` is the document as it is said today; `problems` are what a person has to decide."""

    value: Any
    problems: list[Problem] = field(default_factory=list)

    def tell(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, "not-migrated", message))


@dataclass(frozen=True, slots=True)
class MigratedText:
    text: str
    problems: list[Problem]


def migrate_text(data: str | bytes, format: Format | None = None) -> MigratedText:
    """All documents of a text; comments and layout stay where they can. Raises Refused if it is unreadable."""
    try:
        found = read(data, format)
    except Unreadable as error:
        raise Refused([Problem(error.path, "unreadable", located(error.message, "", error.line))]) from error
    text = data.decode() if isinstance(data, bytes) else data
    done = [migrate(one.value) for one in found]
    problems = [
        Problem(told.path, told.code, located(told.message, "", one.line(told.path)))
        for one, migrated in zip(found, done, strict=True)
        for told in migrated.problems
    ]
    before, after = [one.value for one in found], [migrated.value for migrated in done]
    return MigratedText(rewrite(text, before, after, format or guess(text)), problems)


def migrate(document: Any) -> Migrated:
    """`document` is left as it is."""
    done = Migrated(document)
    if isinstance(document, dict):
        done.value = _handlers(_classes(_strategy(document, done), done), done)
    return done


def _strategy(document: dict[str, Any], done: Migrated) -> dict[str, Any]:
    execution = document.get("execution", {})
    if not isinstance(execution, dict):
        return document
    found = dict(_stated("", document, STRATEGY_KEYS)) | dict(
        _stated("execution", execution, STRATEGY_KEYS_OF_EXECUTION)
    )
    kinds = {_is_sequential(value) for value in found.values()}
    if None in kinds or len(kinds) > 1:
        _tell_strategies(found, done)
        return document
    workers = {"max_workers": document["max_workers"]} if "max_workers" in document else {}
    kept = {**_without(execution, STRATEGY_KEYS_OF_EXECUTION), **workers} | (
        {"max_workers": 1} if True in kinds else {}
    )
    rest = _without(document, STRATEGY_KEYS | {"max_workers"})
    if "execution" in rest and not kept and execution:
        return _without(rest, {"execution"})
    return {**rest, "execution": kept} if kept else rest


def _stated(path: str, section: Mapping[str, Any], keys: frozenset[str]) -> Iterator[tuple[str, Any]]:
    yield from ((join_path(path, key), section[key]) for key in sorted(keys & section.keys()))


def _is_sequential(value: object) -> bool | None:
    """`execute_concurrent` was true or false, the strategy a word."""
    if isinstance(value, bool):
        return not value
    return _SEQUENTIAL.get(value.lower()) if isinstance(value, str) else None


def _tell_strategies(found: Mapping[str, Any], done: Migrated) -> None:
    for path, value in found.items():
        told = "is neither 'sequential' nor 'concurrent'" if _is_sequential(value) is None else "contradicts another"
        done.tell(path, f"{shorten(value)} {told}: remove it, and set execution.max_workers to 1 for a strict order.")


def _classes(document: dict[str, Any], done: Migrated) -> dict[str, Any]:
    if "class" in document:
        document = {**document, "class": _class(document["class"], "class", done)}
    return _each_routine(document, lambda node, path: _node_class(node, path, done))


def _each_routine(document: dict[str, Any], change: Any) -> dict[str, Any]:
    routines = document.get("routines")
    if not isinstance(routines, dict):
        return document
    changed = {
        key: change(node, join_path("routines", key)) if isinstance(node, dict) else node
        for key, node in routines.items()
    }
    return {**document, "routines": changed}


def _node_class(node: dict[str, Any], path: str, done: Migrated) -> dict[str, Any]:
    return {**node, "class": _class(node["class"], join_path(path, "class"), done)} if "class" in node else node


def _class(name: Any, path: str, done: Migrated) -> Any:
    if not isinstance(name, str) or name in catalog.names():
        return name
    known = _registered_paths().get(name)
    last = name.rpartition(".")[2]
    is_old = name == last or name.startswith("routilux.")
    if known or (is_old and last in OLD_CLASSES):
        return known or OLD_CLASSES[last]
    if is_old and last in WITHOUT_SUCCESSOR:
        done.tell(path, f"{shorten(name)} has no successor: {WITHOUT_SUCCESSOR[last]}.")
    elif name != last:
        advice = f'register it, `catalog.register("{last.lower()}", {last})`, and write that name here'
        done.tell(path, f"{shorten(name)} is registered under no name: {advice}.")
    return name


def _registered_paths() -> dict[str, str]:
    """The import path of each registered class, to its first name."""
    found: dict[str, str] = {}
    for name in catalog.names():
        cls = catalog.get(name).cls
        found.setdefault(f"{cls.__module__}.{cls.__qualname__}", name)
    return found


def _handlers(document: dict[str, Any], done: Migrated) -> dict[str, Any]:
    document = _with_handler(document, "", done)
    return _each_routine(document, lambda node, path: _with_handler(node, path, done))


def _with_handler(owner: dict[str, Any], path: str, done: Migrated) -> dict[str, Any]:
    handler, place = owner.get("error_handler"), join_path(path, "error_handler")
    if isinstance(handler, str):
        return {**owner, "error_handler": {"strategy": _word(handler, join_path(place, "strategy"), done)}}
    return {**owner, "error_handler": _handler(handler, place, done)} if isinstance(handler, dict) else owner


def _handler(handler: dict[str, Any], path: str, done: Migrated) -> dict[str, Any]:
    kept = {
        key: value
        for key, value in handler.items()
        if key not in _NO_SETTINGS and not (key in _OPTIONAL and value is None)
    }
    if isinstance(kept.get("strategy"), str):
        kept["strategy"] = _word(kept["strategy"], join_path(path, "strategy"), done)
    names = kept.get("retryable_exceptions")
    if isinstance(names, list):
        place = join_path(path, "retryable_exceptions")
        kept["retryable_exceptions"] = [_exception(name, join_path(place, at), done) for at, name in enumerate(names)]
    return kept


def _word(strategy: str, path: str, done: Migrated) -> str:
    word = strategy.rpartition(".")[2].lower()
    if word in STRATEGIES:
        return word
    told = f"{shorten(strategy)} is no strategy, and the original took it for stop."
    done.tell(path, f"{told} {accepted_names(word, STRATEGIES)}")
    return strategy


def _exception(name: Any, path: str, done: Migrated) -> Any:
    last = name.rpartition(".")[2] if isinstance(name, str) else ""
    if last in exception_names():
        return last
    done.tell(path, f"{shorten(name)} is no known exception: make it known with `catalog.register_exception`.")
    return name


def _without(given: Mapping[str, Any], keys: Any) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in keys}
