"""What there is, what is known about it, and how it is taken out of use."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import DjangoAssertNumQueries

from templates_app.factory import Flow, ObjectFactory, ObjectMetadata
from templates_app.models import Prototype
from templates_app.refusals import InUse, ReadOnly
from tests.factory.routines import DataProcessor, DataValidator, Unknown

WORDS = ObjectMetadata(
    description="Fast", category="data", tags=["net"], example_config={"timeout": 60}, version="2.1.0"
)


def test_it_keeps_what_is_told_about_a_prototype(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor, metadata=WORDS)
    found = factory.get_metadata("fast")
    assert found == ObjectMetadata(
        name="fast",
        description="Fast",
        category="data",
        tags=("net",),
        example_config={"timeout": 60},
        version="2.1.0",
        docstring="Processes data.",
    )


def test_it_prefers_the_description_of_the_call(factory: ObjectFactory, base_flow: Flow) -> None:
    factory.register("pipeline", base_flow, "Mine", WORDS)
    found = factory.get_metadata("pipeline")
    assert found is not None and (found.description, found.docstring) == ("Mine", None)
    assert factory.get_metadata("nobody") is None


def test_it_lists_by_category_and_kind(
    factory: ObjectFactory, base_flow: Flow, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    factory.register("pipeline", base_flow, metadata=WORDS)
    with django_assert_num_queries(1):
        assert [one["name"] for one in factory.list_available("data", "flow")] == ["pipeline"]
    assert [one["name"] for one in factory.list_available(category="data")] == ["data_processor", "pipeline"]
    assert {one["object_type"] for one in factory.list_available(object_type="routine")} == {"routine"}


def test_it_tells_classes_from_objects(factory: ObjectFactory, processor: DataProcessor) -> None:
    factory.register("fast", processor, metadata=WORDS)
    found = {one["name"]: one for one in factory.list_available("data")}
    assert found["data_processor"]["type"] == "class"
    assert found["fast"] == {
        "name": "fast",
        "type": "instance",
        "object_type": "routine",
        "description": "Fast",
        "category": "data",
        "tags": ["net"],
        "example_config": {"timeout": 60},
        "version": "2.1.0",
    }


def test_it_knows_where_an_object_came_from(factory: ObjectFactory, processor: DataProcessor, base_flow: Flow) -> None:
    assert [factory.get_factory_name(one) for one in (processor, DataProcessor, base_flow)] == [
        "data_processor",
        "data_processor",
        None,
    ]
    factory.register("fast", processor)
    factory.register("pipeline", base_flow)
    made = [processor, factory.create("fast"), base_flow, factory.create("pipeline")]
    assert [factory.get_factory_name(one) for one in made] == ["fast", "fast", "pipeline", "pipeline"]
    assert [factory.get_factory_name(one) for one in (Unknown, Unknown(), 3, None)] == [None] * 4


def test_it_archives_what_is_unregistered(factory: ObjectFactory, processor: DataProcessor, bob: User) -> None:
    factory.register("fast", processor)
    factory.unregister("fast", actor=bob)
    assert Prototype.objects.get(name="fast").is_archived
    assert "fast" not in [one["name"] for one in factory.list_available()]


def test_it_names_those_who_depend_on_it(factory: ObjectFactory, processor: DataProcessor, base_flow: Flow) -> None:
    factory.register("fast", processor)
    factory.register("slow", factory.create("fast", config={"timeout": 60}))
    factory.register("pipeline", base_flow)
    with pytest.raises(InUse, match="in use by pipeline, slow"):
        factory.unregister("fast")


def test_it_unregisters_neither_classes_nor_strangers(factory: ObjectFactory) -> None:
    factory.register("data_validator", DataValidator)
    with pytest.raises(ReadOnly, match="a class of the catalog"):
        factory.unregister("data_validator")
    with pytest.raises(ValueError, match="Prototype 'nobody' not found"):
        factory.unregister("nobody")
