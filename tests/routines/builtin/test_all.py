from __future__ import annotations

import pytest

from routilux_site.lib import strict_json
from templates_app import catalog
from templates_app.routines import config_errors, config_schema
from templates_app.routines.builtin import BY_CATEGORY

CLASSES = {name: cls for members in BY_CATEGORY.values() for name, cls in members.items()}


@pytest.mark.parametrize("name", CLASSES)
def test_it_works_with_its_defaults(name: str) -> None:
    model = CLASSES[name].Config
    assert model is not None
    defaults = model().model_dump(mode="json")
    assert config_errors(CLASSES[name], {}) == config_errors(CLASSES[name], defaults) == []
    assert catalog.build(name, strict_json.dumps(defaults)).config == catalog.build(name).config


@pytest.mark.parametrize("name", CLASSES)
def test_it_explains_every_setting(name: str) -> None:
    schema = config_schema(CLASSES[name])
    models = [schema, *schema.get("$defs", {}).values()]
    settings = [(key, setting) for model in models for key, setting in model.get("properties", {}).items()]
    assert [key for key, setting in settings if not setting.get("description")] == []
    strict_json.check(schema)


@pytest.mark.parametrize("name", CLASSES)
def test_it_tells_operators_what_it_is_for(name: str) -> None:
    assert catalog.get(name).description
    assert catalog.get(name).category
    assert all(event.name.isidentifier() for event in CLASSES[name].ports({}).events)
