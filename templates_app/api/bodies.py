"""What is taken in: bodies and query strings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from routilux_site.lib.api.fields import AnyJSON, JSONObject, StrictSerializer, Text
from routilux_site.lib.api.queries import PageQuery
from routilux_site.lib.text import shorten
from templates_app.api.retired import refuse_retired
from templates_app.models import Prototype
from templates_app.naming import MAX_CATEGORY, MAX_RELEASE, MAX_TAGS, About

DOCUMENT = (
    "What the template itself sets. A flow: `settings`, `nodes` by their names, each with its `routine`, and "
    "`connections`; a flow variant: `settings` and overrides in `nodes`. A routine: `config`, `policy`, `logic`, "
    "`error_handler`, `slots`, `timeout`. What is absent is inherited; null is a value."
)
LONGEST_PATH, MOST_PATHS = 1000, 200
ABOUT = ("description", "category", "tags", "release")


class TemplateBody(StrictSerializer):
    def to_internal_value(self, data: Any) -> Any:
        refuse_retired(data)
        return super().to_internal_value(data)


class MessageBody(TemplateBody):
    message = Text(required=False, default="", allow_blank=True, max_length=500, help_text="Kept in the history.")


class WordsBody(TemplateBody):
    description = Text(required=False, allow_blank=True, max_length=20_000)
    category = Text(required=False, allow_blank=True, max_length=MAX_CATEGORY)
    tags = serializers.ListField(child=Text(max_length=100), required=False, max_length=MAX_TAGS)
    release = Text(
        required=False, allow_blank=True, max_length=MAX_RELEASE, help_text="The author's own word for a version."
    )

    def about(self) -> About:
        """What people read about something new."""
        return About(**self._words())

    def about_instead(self, before: Prototype) -> About | None:
        """As `before`, but for what is said here; None when nothing is."""
        name = {"name": self.validated_data["name"]} if "name" in self.validated_data else {}
        said = {**self._words(), **name}
        return replace(About.of(before), **said) if said else None

    def _words(self) -> dict[str, Any]:
        said = {key: self.validated_data[key] for key in ABOUT if key in self.validated_data}
        return {**said, "tags": tuple(said["tags"])} if "tags" in said else said


class NamedBody(WordsBody):
    name = Text(max_length=100, help_text="Letters, digits, - and _; unique among all templates, case aside.")


class NewFlow(NamedBody):
    document = JSONObject(help_text=DOCUMENT)


class NewRoutine(NamedBody):
    base = Text(max_length=100, help_text="A class of the catalog, or another routine template.")
    document = JSONObject(required=False, default=dict, help_text=DOCUMENT)


class CopyBody(NamedBody):
    overrides = JSONObject(required=False, default=dict, help_text=DOCUMENT)


class PutBody(WordsBody, MessageBody):
    document = JSONObject(help_text=DOCUMENT)


def _path(**said: Any) -> Text:
    return Text(max_length=LONGEST_PATH, **said)


class PatchBody(WordsBody, MessageBody):
    name = Text(required=False, max_length=100, help_text="A new name.")
    set = JSONObject(
        required=False, help_text='Values by the path of their field: `{"config.timeout": 60}`; null is a value.'
    )
    reset = serializers.ListField(
        child=_path(), required=False, max_length=MOST_PATHS, help_text="Paths of fields to inherit again."
    )


class PathsBody(MessageBody):
    paths = serializers.ListField(
        child=_path(), min_length=1, max_length=MOST_PATHS, help_text="Of fields that the variant sets itself."
    )


class PathBody(MessageBody):
    path = _path(help_text="`config.timeout`, or `nodes.clean`: all overrides of a node.")


@extend_schema_field({"type": "object", "additionalProperties": True})
class Rule(AnyJSON):
    pass


class RuleBody(MessageBody):
    path = _path(help_text="`config.timeout`, `max_workers`, `nodes.clean.config.timeout`.")
    rule = Rule(
        allow_null=True,
        help_text='`{"locked": true}`, `{"min": 1, "max": 500}`, `{"one_of": [...]}`; null frees the field.',
    )


@extend_schema_field({"type": "object", "additionalProperties": {"enum": ["theirs", "ours"]}})
class Sides(JSONObject):
    pass


class RebaseBody(MessageBody):
    take = Sides(required=False, default=dict, help_text="Whose value counts, by path; each conflict must be told.")

    def chosen(self) -> dict[str, Any]:
        said = self.validated_data["take"]
        if not isinstance(said, dict):
            raise serializers.ValidationError({"take": f"{shorten(said)} is not accepted: an object is."})
        return said


class CompareBody(StrictSerializer):
    a = Text(max_length=120, help_text="`orders`, `orders@3` or `revision:17`.")
    text = Text(help_text="A template as YAML or JSON, or the JSON of a revision; it is not stored.")


class WriteQuery(StrictSerializer):
    preview = serializers.BooleanField(
        required=False, default=False, help_text="Nothing is written: the answer tells what would come of it."
    )


class TemplateQuery(PageQuery):
    archived = serializers.BooleanField(required=False, default=False, help_text="Those out of use instead.")
    category = serializers.CharField(required=False, max_length=MAX_CATEGORY)
    tag = serializers.CharField(required=False, max_length=100)
    base = serializers.CharField(required=False, max_length=100, help_text="Only what builds on this, directly.")


class CompareQuery(StrictSerializer):
    a = serializers.CharField(max_length=120, help_text="`orders`, `orders@3` or `revision:17`.")
    b = serializers.CharField(max_length=120, help_text="The same, after.")


class ExportQuery(StrictSerializer):
    name = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, help_text="Repeat it; without, all in use."
    )
    format = serializers.ChoiceField(["yaml", "json"], required=False, default="yaml")
    foundations = serializers.BooleanField(
        required=False, default=False, help_text="Also what these build on, so that they can be applied elsewhere."
    )


class ImportQuery(StrictSerializer):
    name = serializers.CharField(required=False, default="", max_length=100, help_text="Of a document that says none.")
