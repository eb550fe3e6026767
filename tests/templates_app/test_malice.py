"""Whatever is sent to a verb, it is done or refused with a path; nothing else is raised, and nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routilux_site.lib.errors import RoutiluxError
from templates_app import services
from templates_app.models import FlowPrototype, Node, Prototype, Revision, RoutinePrototype

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["first.fetched", "second.requests", "fetcher", "t_logic", "\0", "\ud800", "a.b.c", 10**400])
)
keys = st.text(max_size=3) | st.sampled_from(
    [
        "nodes",
        "connections",
        "settings",
        "routine",
        "config",
        "policy",
        "type",
        "logic",
        "error_handler",
        "strategy",
        "slots",
        "capacity",
        "timeout",
        "entry",
        "requests",
        "first",
        "second",
        "retries",
        "rates",
        "mode",
        "max_workers",
        "input_schema",
        "keep_open",
        "max_attempts",
        "concurrency",
        "rate_limit",
        "limit",
        "key",
        "min_batch_size",
    ]
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
near_miss = st.fixed_dictionaries(
    {},
    optional={
        "nodes": st.dictionaries(
            st.sampled_from(["first", "second"]),
            st.fixed_dictionaries({"routine": st.just("fetcher")}, optional={"config": anything, "policy": anything}),
        )
        | anything,
        "connections": st.lists(st.just(["first.fetched", "second.requests"]) | anything, max_size=3),
        "settings": st.dictionaries(keys, anything, max_size=3),
    },
)
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def state() -> tuple[Any, ...]:
    models = (Prototype, Node, Revision)
    return tuple(tuple(model.objects.order_by("pk").values_list("pk", flat=True)) for model in models)


def forget(name: str) -> None:
    made = Prototype.objects.filter(name=name)
    made.update(head=None)
    Revision.objects.filter(flow__in=made).delete()
    assert made.delete()[0]


@MANY
@given(near_miss | anything)
def test_it_survives_any_document(fetcher: RoutinePrototype, document: Any) -> None:
    before = state()
    try:
        services.create_flow("fuzzed", document=document)
    except RoutiluxError as refusal:
        assert refusal.message
        assert state() == before
    else:
        forget("fuzzed")


@MANY
@given(anything)
def test_it_survives_any_overrides(flow: FlowPrototype, overrides: Any) -> None:
    for of in (flow, RoutinePrototype.objects.get(name="fetcher")):
        before = state()
        try:
            services.create_variant(of, name="fuzzed", overrides=overrides)
        except RoutiluxError:
            assert state() == before
        else:
            forget("fuzzed")


@pytest.mark.parametrize("text", ["\0", "\ud800", "a" * 300_000])
def test_it_refuses_words_that_postgres_cannot_hold(fetcher: RoutinePrototype, text: str) -> None:
    for about in (services.About(description=text), services.About(category=text), services.About(tags=(text,))):
        with pytest.raises(RoutiluxError):
            services.create_variant(fetcher, name="v", about=about)
