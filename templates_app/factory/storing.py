"""From an object to a stored prototype: class key, config, policy, logic name, handler. Never code, never a pickle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from routilux_site.lib import strict_json
from templates_app import services
from templates_app.factory import drafts
from templates_app.factory.errors import AlreadyRegistered, NotStorable
from templates_app.factory.flow import Flow
from templates_app.factory.origin import FlowOrigin, Origin, mark, origin_of
from templates_app.factory.roots import root_of
from templates_app.factory.state import baseline, difference, state_of
from templates_app.models import Prototype, RoutinePrototype
from templates_app.naming import About
from templates_app.routines import Routine
from templates_app.selectors import flow_by_name, resolved_routine
from templates_app.wiring import document_of

IfExists = Literal["refuse", "keep", "replace"]
Registrable = Routine | type[Routine] | Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be stored: `base` is the parent, if any, and `content` the own layer or the document."""

    base: Prototype | None
    content: dict[str, Any]

    def create(self, name: str, about: About) -> Prototype:
        if self.base is None:
            return services.create_flow(name, document=self.content, about=about)
        return services.create_variant(self.base, name=name, overrides=self.content, about=about)

    def replace(self, stored: Prototype, about: About) -> None:
        if stored.is_flow:
            services.update_flow(stored, document=self.content, version=stored.version, about=about)
        else:
            services.update_routine(stored, own=self.content, version=stored.version, about=about)

    def fits(self, stored: Prototype) -> bool:
        """Whether `stored` has the same parent, so that it could hold this content."""
        is_flow = self.base is None or self.base.is_flow
        same_parent = stored.parent_id == (self.base.pk if self.base else None)
        return same_parent and stored.is_flow == is_flow and not stored.is_code

    def is_stored_as(self, stored: Prototype) -> bool:
        return self.fits(stored) and strict_json.canonical(_content(stored)) == strict_json.canonical(self.content)


def store(name: str, prototype: Registrable, about: About, if_exists: IfExists) -> Prototype:
    plan, remember = _plan(prototype)
    if plan.base is not None and plan.base.is_code and plan.base.name == name and not plan.content:
        return _known_to_the_catalog(plan.base, about)
    stored = Prototype.objects.filter(name__iexact=name).first() if _is_text(name) else None
    if stored is None:
        stored = plan.create(name, about)
    elif stored.is_archived:
        raise AlreadyRegistered(f"Prototype '{stored.name}' is already registered, and archived: bring it back first.")
    elif if_exists == "replace" and plan.fits(stored):
        plan.replace(stored, about)
    elif if_exists != "keep" and not plan.is_stored_as(stored):
        raise AlreadyRegistered(_already(stored, plan), path="name")
    remember(stored)
    return stored


def _is_text(name: object) -> bool:
    return isinstance(name, str) and "\0" not in name


def _known_to_the_catalog(root: Prototype, about: About) -> Prototype:
    """A class under its own name is registered by the catalog, which also keeps its words."""
    if about.description not in ("", root.description):
        line = f'catalog.register("{root.name}", ..., description="...")'
        raise AlreadyRegistered(
            f"Prototype '{root.name}' is already registered, as a class of the catalog. Describe it there: {line}",
            path="description",
        )
    return root


def _already(stored: Prototype, plan: Plan) -> str:
    ways = 'take another name, or say if_exists="keep" (leave what is stored)'
    ways += ' or if_exists="replace" (make a new version of it).' if plan.fits(stored) else "."
    return f"Prototype '{stored.name}' is already registered as something else: {ways}"


def _plan(prototype: object) -> tuple[Plan, Callable[[Prototype], None]]:
    if isinstance(prototype, Flow):
        return _flow_plan(prototype), lambda stored: _remember_flow(prototype, stored)
    if isinstance(prototype, Routine):
        return _routine_plan(prototype), lambda stored: _remember_routine(prototype, stored)
    if isinstance(prototype, type) and issubclass(prototype, Routine):
        return Plan(base=root_of(prototype), content={}), lambda stored: None
    told = "None" if prototype is None else f"A {type(prototype).__name__}"
    accepted = "a Routine class, an object of one, or a Flow is accepted"
    raise NotStorable(f"{told} is no prototype: {accepted}.", path="prototype")


def _flow_plan(flow: Flow) -> Plan:
    document, origin = flow.document(), flow.origin
    if origin is not None and origin.made and drafts.same_graph(origin.stored, document):
        own = drafts.overrides(origin.stored, document)
        return Plan(base=flow_by_name(origin.name), content=own)
    return Plan(base=None, content=document)


def _routine_plan(routine: Routine) -> Plan:
    origin = origin_of(routine)
    if origin is not None and origin.made:
        base = RoutinePrototype.objects.get(name=origin.name)
        return Plan(base=base, content=drafts.own_layer(routine))
    cls = type(routine)
    return Plan(base=root_of(cls), content=difference(baseline(cls), state_of(routine)))


def _content(stored: Prototype) -> dict[str, Any]:
    if not stored.is_flow:
        return dict(stored.own)
    document = document_of(stored)
    return {key: value for key, value in document.items() if value} if stored.is_variant else document


def _remember_routine(routine: Routine, stored: Prototype) -> None:
    origin = origin_of(routine)
    if origin and origin.made:
        return
    node = resolved_routine(stored)
    values, state = node.effective.values, state_of(routine)
    mark(routine, Origin(name=stored.name, class_key=node.class_key, values=values, own={}, state=state, made=False))


def _remember_flow(flow: Flow, stored: Prototype) -> None:
    if flow.origin is None or not flow.origin.made:
        flow.origin = FlowOrigin(name=stored.name, stored=flow.document(), made=False)
