"""What stands for the parameters of a route: the rows of the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from jobs.models import Activation, Item, Job
from templates_app.models import FlowPrototype
from tests.routes.conf import Route
from tests.routes.world import STATES, job

JOB_PARAMETERS = {"job", "job_id"}
OUR_APPS = ("jobs", "templates_app", "auth")
#: Pages of a template are looked at for one with variants and for a variant.
KINDS = {
    "admin/jobs/job/<": ("failed",),
    "admin/templates_app/flowprototype/<": ("orders", "orders-express"),
    "admin/templates_app/routineprototype/<": ("shipping-standard", "shipping-express"),
}
#: Pages that show other things when they are asked for something.
QUERIES: dict[str, dict[str, Callable[[], str]]] = {
    "jobs:list": {"filtered": lambda: "q=status:failed+flow:orders", "misread": lambda: "q=nope:1+status:bogus"},
    "jobs:bulk": {"found": lambda: "q=status:failed"},
    "jobs:compare": {"two": lambda: f"a={job('completed').pk}&b={job('failed').pk}", "wrong": lambda: "a=1&b=2"},
    "search": {"found": lambda: "q=orders"},
    "templates:compare": {"two": lambda: "a=orders&b=orders-express"},
    "api:jobs": {"found": lambda: "q=status:failed+flow:orders"},
    "api:jobs-compare": {"two": lambda: f"a={job('completed').pk}&b={job('failed').pk}"},
    "api:templates-compare": {"two": lambda: "a=orders&b=orders-express"},
}
#: What can be done to a job has a page of its own; `retry` is the usual one.
VERBS = (
    "failed supply_output",
    "failed skip_step",
    "running cancel",
    "running pause",
    "running post_item",
    "running set_breakpoint",
    "paused resume",
)
Filler = Callable[[Route, str], Any]


def variants(route: Route) -> tuple[str, ...]:
    """In which forms there is something at this route: known without a database."""
    if JOB_PARAMETERS & set(route.parameters):
        return (*STATES, *VERBS) if route.name == "jobs:do" else STATES
    kinds = next((kinds for start, kinds in KINDS.items() if route.path.startswith(start)), ("",))
    return (*kinds, *QUERIES.get(route.name, ()))


def address(route: Route, variant: str = "") -> str:
    path = route.fill({name: _value(route, name, variant) for name in route.parameters})
    query = QUERIES.get(route.name, {}).get(variant)
    return f"{path}?{query()}" if query else path


def model_of(route: Route) -> type[Model] | None:
    """Which model a route of the admin is about."""
    for model in admin.site._registry:
        label = f"{model._meta.app_label}/{model._meta.model_name}/"
        if route.path.startswith(f"admin/{label}"):
            return model
    return None


def _value(route: Route, name: str, variant: str) -> Any:
    if name in FILLERS:
        return FILLERS[name](route, variant)
    model = _called(name.removesuffix("_id")) or _before(route, name)
    assert model, f"Tell tests/routes/filling.py what stands for <{name}> in {route.path}."
    return getattr(_first(route, model), name, None) or _first(route, model).pk


def _called(noun: str) -> type[Model] | None:
    """The model of ours whose name ends with a noun: `view` is a SavedView."""
    ours = (model for model in apps.get_models() if model._meta.app_label in OUR_APPS)
    return next((model for model in ours if str(model._meta.model_name).endswith(noun.replace("_", ""))), None)


def _before(route: Route, name: str) -> type[Model] | None:
    """The model that the part of the path before a parameter names: `tokens/<str:prefix>`."""
    parts = route.path.split("/")
    place = next(number for number, part in enumerate(parts) if f"{name}>" in part)
    return _called(parts[place - 1].removesuffix("s")) if place else None


def _first(route: Route, model: type[Model]) -> Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None, f"Give tests/routes/world.py a {model.__name__}, for {route.path}."
    return row


def _object(route: Route, variant: str) -> Any:
    model = model_of(route) or _before(route, route.parameters[-1]) or FlowPrototype
    if variant and model is Job:
        return job(variant).pk
    if variant:
        return model._default_manager.get(name=variant).pk
    return _first(route, model).pk


def _name(route: Route, variant: str) -> str:
    for prefix, name in NAMES.items():
        if prefix in route.path:
            return name
    model = _before(route, "name")
    return str(getattr(_first(route, model), "name", "orders")) if model else "orders"


def _step(route: Route, variant: str) -> int:
    """The newest: the one that failed, where one did."""
    return Activation.objects.filter(job=job(variant)).latest("id").pk


#: What `<name>` means below an address; elsewhere it is a flow.
NAMES = {"/routines/": "shipping-express", "/classes/": "orders_shipping", "/uploads/": "orders.csv"}
FILLERS: dict[str, Filler] = {
    "job": lambda route, variant: job(variant.split()[0]).pk,
    "job_id": lambda route, variant: job(variant.split()[0]).pk,
    "step": _step,
    "step_id": _step,
    "item": lambda route, variant: Item.objects.filter(job=job(variant)).earliest("id").pk,
    "item_id": lambda route, variant: Item.objects.filter(job=job(variant)).earliest("id").pk,
    "part": lambda route, variant: "log" if "steps" in route.path else "input",
    "name": _name,
    "verb": lambda route, variant: variant.partition(" ")[2] or "retry",
    "number": lambda route, variant: 1,
    "pk": _object,
    "id": _object,
    "object_id": _object,
    "node_id": lambda route, variant: "read",
    "content_type_id": lambda route, variant: ContentType.objects.get_for_model(FlowPrototype).pk,
    "app_label": lambda route, variant: "jobs",
    "url": lambda route, variant: "nowhere",
}
