"""One way to describe a method of an endpoint, also where the same view stands at several addresses.

`{kind}` in a description is the `kind` that the view was mounted with, and what depends on it stands in a dict by kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer

from routilux_site.lib.api.docs import problems

M = TypeVar("M", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    summary: str
    tag: str
    about: str = ""
    takes: Any = None
    parameters: Sequence[Any] = ()
    answers: Mapping[Any, Any] = field(default_factory=dict)
    refuses: Sequence[int] = ()
    examples: Any = ()


def operation(**said: Any) -> Callable[[M], M]:
    """Says what a method of a view does; the fields are those of Operation."""
    found = Operation(**said)

    def say(method: M) -> M:
        method.operation = found  # type: ignore[attr-defined]
        return method

    return say


@dataclass(frozen=True)
class OneOf:
    """An answer of one status that has more than one shape."""

    name: str
    shapes: Sequence[Any]


class DescribedSchema(AutoSchema):
    @property
    def said(self) -> Operation:
        """What the method says of itself, else what the view was mounted with."""
        view: Any = self.view
        found: Operation = getattr(getattr(view, self.method.lower()), "operation", None) or view.operation
        return found

    def get_operation_id(self) -> str:
        return self._worded(self.said.id)

    def get_summary(self) -> str:
        return self._worded(self.said.summary)

    def get_description(self) -> str:  # type: ignore[override] # as drf-spectacular has it
        return self._worded(self.said.about)

    def get_tags(self) -> list[str]:
        return [self._worded(self.said.tag)]

    def get_override_parameters(self) -> Any:
        return list(self.said.parameters)

    def get_request_serializer(self) -> Any:
        return self._of_kind(self.said.takes)

    def get_response_serializers(self) -> Any:
        answers = {status: self._shape(shape) for status, shape in self.said.answers.items()}
        return {**answers, **problems(*self.said.refuses)}

    def get_examples(self) -> list[OpenApiExample]:
        return list(self._of_kind(self.said.examples))

    def _shape(self, shape: Any) -> Any:
        if isinstance(shape, OneOf):
            shapes = [self._of_kind(one) for one in shape.shapes]
            name = self._worded(shape.name)
            return PolymorphicProxySerializer(name, serializers=shapes, resource_type_field_name=None)
        return self._of_kind(shape)

    def _of_kind(self, said: Any) -> Any:
        kind = getattr(self.view, "kind", "")
        return said[kind] if isinstance(said, dict) and kind in said else said

    def _worded(self, text: str) -> str:
        return text.replace("{kind}", getattr(self.view, "kind", ""))
