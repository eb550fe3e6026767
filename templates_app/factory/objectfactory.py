"""ObjectFactory: the Python front door to templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from templates_app import selectors, services
from templates_app.factory import making, storing
from templates_app.factory.errors import NotStorable, value_errors
from templates_app.factory.flow import Flow
from templates_app.factory.metadata import ObjectMetadata, listing, metadata_of
from templates_app.factory.names import Function, function_name
from templates_app.factory.retired import refuse_keywords, refuse_retired
from templates_app.factory.state import handler_json, policy_json
from templates_app.factory.storing import IfExists, Registrable
from templates_app.models import Prototype
from templates_app.routines import ErrorHandler, Policy, Routine

if TYPE_CHECKING:
    from templates_app.audit import Actor


class ObjectFactory:
    """Registers prototypes and makes objects of them; all of it is stored, and shared with every other door.

    Each method works on the class and on `ObjectFactory.get_instance()` alike. Refusals are ValueErrors or TypeErrors
    that name the path, the value and what is accepted.
    """

    @staticmethod
    def get_instance() -> ObjectFactory:
        return _instance

    @staticmethod
    def register(
        name: str,
        prototype: Registrable,
        description: str = "",
        metadata: ObjectMetadata | None = None,
        *,
        if_exists: IfExists = "refuse",
        **retired: Any,
    ) -> str:
        """Store a routine class, a routine object or a flow as the prototype `name`; returns the name.

        An object is copied: what is done to it later does not reach the prototype. One that `create` made becomes a
        variant of the prototype that it was made from. The same thing under the same name again is harmless; for
        something else under a taken name `if_exists` says what to do: refuse, keep what is stored, or replace it.
        """
        refuse_keywords("register", retired)
        _refuse_other_choice(if_exists)
        about = (metadata or ObjectMetadata()).about(description)
        with value_errors():
            return storing.store(name, prototype, about, if_exists).name

    @staticmethod
    def create(
        name: str,
        config: Mapping[str, Any] | None = None,
        override_policy: Policy | Mapping[str, Any] | None = None,
        override_logic: Function | str | None = None,
        override_error_handler: ErrorHandler | None = None,
        **retired: Any,
    ) -> Any:
        """A new Routine or Flow with what the prototype `name` means, and the given overrides on top.

        `config` of a routine wins key by key, other keys stay. `config` of a flow holds its settings (`max_workers`,
        `timeout`, ...) and, under `nodes`, overrides by node: `{"nodes": {"clean": {"config": {"strict": True}}}}`.
        """
        refuse_keywords("create", retired)
        own = _own(config, override_policy, override_logic, override_error_handler)
        with value_errors():
            prototype = making.find(name)
            if not prototype.is_flow:
                return making.make_routine(prototype, own)
            return making.make_flow(prototype, _flow_config(own))

    @staticmethod
    def list_available(category: str | None = None, object_type: str | None = None) -> list[dict[str, Any]]:
        """What can be created, by name; `object_type` is "routine" or "flow"."""
        found = Prototype.objects.filter(archived_at=None).order_by("name")
        found = found.filter(category=category) if category is not None else found
        return [listing(one) for one in (found.filter(kind=object_type) if object_type is not None else found)]

    @staticmethod
    def get_metadata(name: str) -> ObjectMetadata | None:
        found = making.lookup(name)
        if found is None:
            return None
        return metadata_of(found, "" if found.is_flow else selectors.resolved_routine(found).class_key)

    @staticmethod
    def get_factory_name(target: object) -> str | None:
        """The prototype that an object was made from or registered as, else the name of its class in the catalog."""
        return making.factory_name(target)

    @staticmethod
    def unregister(name: str, *, actor: Actor = None) -> None:
        """Archive the prototype; refused with the list of those that depend on it. History keeps it."""
        services.archive(making.find(name), actor=actor)

    @staticmethod
    def clone_routine(routine: Routine) -> Routine:
        """A new object with the same settings; nothing mutable is shared."""
        return making.copy_routine(routine)

    @staticmethod
    def clone_flow(flow: Flow, flow_id: str | None = None) -> Flow:
        """A flow with a new id, the same node ids, cloned routines, re-made connections, its handler and timeout."""
        return making.copy_flow(flow, flow_id)


_instance = ObjectFactory()


def _own(
    config: Mapping[str, Any] | None,
    policy: Policy | Mapping[str, Any] | None,
    logic: Function | str | None,
    handler: ErrorHandler | None,
) -> dict[str, Any]:
    """The overrides as an own layer; absent is not null, so that what is not given is inherited."""
    own: dict[str, Any] = {}
    if config is not None:
        if not isinstance(config, Mapping):
            raise NotStorable(f"A {type(config).__name__} is not accepted: an object is.", path="config")
        refuse_retired(config, "config")
        own["config"] = dict(config)
    if policy is not None:
        own["policy"] = dict(policy) if isinstance(policy, Mapping) else policy_json(policy)
    if logic is not None:
        own["logic"] = function_name(logic)
    if handler is not None:
        own["error_handler"] = handler_json(handler)
    return own


def _flow_config(own: Mapping[str, Any]) -> dict[str, Any]:
    for key in ("policy", "logic"):
        if key in own:
            message = f'A flow has no {key} of its own: write config={{"nodes": {{"<node>": {{"{key}": ...}}}}}}.'
            raise NotStorable(message, path=f"override_{key}")
    handler = {"error_handler": own["error_handler"]} if "error_handler" in own else {}
    return {**own.get("config", {}), **handler}


def _refuse_other_choice(if_exists: str) -> None:
    if if_exists not in ("refuse", "keep", "replace"):
        raise ValueError(f"if_exists={if_exists!r} is not accepted: 'refuse', 'keep' or 'replace' is.")
