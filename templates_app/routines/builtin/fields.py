"""Config field types that the built-in routines share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from templates_app.routines import paths, rules

Path = Annotated[
    str,
    Field(max_length=paths.MAX_LENGTH, description="A path such as customer.name or items[0].price."),
    AfterValidator(paths.check),
]

PortName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$", description="A letter, then letters, digits and underscores."),
]


def _parse_rule(given: Any) -> rules.Rule:
    return given if isinstance(given, rules.Rule) else rules.parse(given)


RuleField = Annotated[
    rules.Rule,
    PlainValidator(_parse_rule),
    PlainSerializer(lambda rule: rule.to_json(), return_type=dict[str, Any]),
    WithJsonSchema(
        {
            "type": "object",
            "title": "Rule",
            "description": 'A rule such as {"path": "age", "op": "ge", "value": 18}; join rules with all, any and not.',
        }
    ),
]
