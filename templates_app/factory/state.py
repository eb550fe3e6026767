"""What was set on a routine object, as plain JSON that shares nothing with it, and an object from such JSON."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from routilux_site.lib import strict_json
from templates_app import catalog
from templates_app.factory.errors import NotStorable
from templates_app.factory.names import logic_name
from templates_app.resolve import MERGED_BY_KEY
from templates_app.routines import ErrorHandler, Policy, Ports, Routine, check_logic, config_errors, policies
from templates_app.routines.config import refusal
from templates_app.routines.ports import SlotSpec
from templates_app.routines.routine import has_dynamic_ports
from templates_app.routines.text import listed
from templates_app.sync import default_config

State = dict[str, Any]
#: What may be said of a slot other than its class does.
_OF_SLOTS = ("capacity", "when_full")


def state_of(routine: Routine) -> State:
    """The fields that an own layer would have to set, so that the class behaves as this object does."""
    found: State = {"config": json_copy(routine.own_config, "config")}
    for key, value in (("policy", _policy(routine)), ("error_handler", _handler(routine))):
        if value is not None:
            found[key] = value
    name = logic_name(routine)
    if name is not None:
        check_logic(catalog.logic(name), [slot.name for slot in ports_of(routine).slots])
        found["logic"] = name
    sizes = _slots(routine)
    return {**found, "slots": sizes} if sizes else found


def baseline(cls: type[Routine]) -> State:
    """The state of an object on which nothing was set."""
    return state_of(cls())


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> State:
    """The own layer that leads from `before` to `after`; config and slots key by key."""
    own: State = {}
    for key, value in after.items():
        if key in MERGED_BY_KEY:
            value = {k: v for k, v in value.items() if not _same(before.get(key, {}), k, v)}
            own.update({key: value} if value else {})
        elif not _same(before, key, value):
            own[key] = value
    return own


def build(cls: type[Routine], values: Mapping[str, Any]) -> Routine:
    """A new object that behaves as these effective values say."""
    routine = cls().set_config(**json_copy(dict(values.get("config", {})), "config"))
    if "policy" in values:
        routine.set_activation_policy(policies.parse(values["policy"]))
    if values.get("logic") is not None:
        routine.set_logic(catalog.logic(values["logic"]))
    if values.get("error_handler") is not None:
        routine.set_error_handler(ErrorHandler.from_json(values["error_handler"]))
    sizes = values.get("slots", {})
    if sizes or has_dynamic_ports(cls):
        routine.take_ports(_resized(ports_of(routine), sizes))
    return routine


def ports_of(routine: Routine) -> Ports:
    """The slots and events that the object has with the config that it has now."""
    cls = type(routine)
    if not has_dynamic_ports(cls):
        return Ports(tuple(routine.slots.values()), tuple(routine.events.values()))
    config = {**default_config(cls), **routine.own_config}
    errors = config_errors(cls, config)
    if errors:
        raise refusal(errors)
    sizes = {name: {"capacity": slot.capacity, "when_full": slot.when_full} for name, slot in routine.slots.items()}
    return _resized(cls.ports(config), sizes)


def json_copy(value: Any, path: str) -> Any:
    """A deep copy of what is strict JSON; raises StrictJSONError with the path of what is not."""
    strict_json.check(value, path=path)
    return copy.deepcopy(value)


def _same(before: Mapping[str, Any], key: str, value: Any) -> bool:
    return key in before and strict_json.canonical(before[key]) == strict_json.canonical(value)


def _policy(routine: Routine) -> dict[str, Any] | None:
    policy, usual = routine.own_policy, type(routine)().own_policy
    return None if policy is None or policy == usual else policy_json(policy)


def policy_json(policy: object) -> dict[str, Any]:
    if not isinstance(policy, Policy) or policies.KINDS.get(policy.type) is not type(policy):
        made = f"{type(policy).__name__} is a policy of this process"
        raise NotStorable(f"{made}: accepted are {listed(policies.KINDS)}.", path="policy")
    return policy.to_json()


def _handler(routine: Routine) -> dict[str, Any] | None:
    handler, usual = routine.own_handler, type(routine)().own_handler
    if handler is None or handler == usual:
        return None
    return handler_json(handler)


def handler_json(handler: object) -> dict[str, Any]:
    if type(handler) is not ErrorHandler:
        made = f"{type(handler).__name__} is a handler of this process"
        raise NotStorable(f"{made}: an ErrorHandler is accepted.", path="error_handler")
    return handler.to_json()


def _slots(routine: Routine) -> dict[str, Any]:
    """Only sizes and outcomes can differ from what the class says: slots and events are its structure."""
    ports, usual = ports_of(routine), _usual_ports(routine)
    given, known = [*map(_name, ports.slots), *map(_name, ports.events)], [*map(_name, usual.slots + usual.events)]
    if given != known:
        cls = type(routine).__name__
        told = f"This object has the slots and events {listed(given)}, its class {cls} has {listed(known)}"
        raise NotStorable(f"{told}: add them in {cls}.__init__ or declare them in the class.", path="slots")
    by_class = {slot.name: slot for slot in usual.slots}
    said = {slot.name: _changed(slot, by_class[slot.name]) for slot in ports.slots}
    return {slot: changed for slot, changed in said.items() if changed}


def _changed(slot: SlotSpec, usual: SlotSpec) -> dict[str, Any]:
    return {name: value for name in _OF_SLOTS if (value := getattr(slot, name)) != getattr(usual, name)}


def _usual_ports(routine: Routine) -> Ports:
    cls = type(routine)
    return ports_of(cls().set_config(**routine.own_config))


def _resized(ports: Ports, sizes: Mapping[str, Mapping[str, Any]]) -> Ports:
    return Ports(tuple(replace(slot, **sizes.get(slot.name, {})) for slot in ports.slots), ports.events)


def _name(port: Any) -> str:
    return str(port.name)
