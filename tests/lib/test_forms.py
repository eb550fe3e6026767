from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from routilux_site.lib.forms import StrictJSONField


class ConfigForm(forms.Form):
    config = StrictJSONField(kind=dict, empty_value={}, required=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,}', "Line 1, column 9"),
        ('{"a": {"b": NaN}}', "a.b: NaN is not JSON"),
        ("[1]", "This is of type list: an object, {...}, is accepted."),
        (r'{"a": "\u0000"}', "a: A NUL character"),
        ("[" * 3000, ""),
    ],
)
def test_it_says_where_the_text_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        StrictJSONField(kind=dict).clean(text)
    assert message in caught.value.messages[0]


@pytest.mark.parametrize(("text", "value"), [('{"a": 1}', {"a": 1}), ("", {}), ("  ", {})])
def test_it_cleans_to_the_value(text: str, value: Any) -> None:
    form = ConfigForm({"config": text})
    assert form.is_valid()
    assert form.cleaned_data["config"] == value


def test_it_shows_the_value_readably_and_in_its_own_order() -> None:
    html = str(ConfigForm(initial={"config": {"b": 1, "ä": [2]}})["config"])
    assert "{\n  &quot;b&quot;: 1,\n  &quot;ä&quot;: [\n    2\n  ]\n}" in html


def test_it_keeps_what_was_typed_when_it_is_wrong() -> None:
    form = ConfigForm({"config": '{"half": '})
    assert not form.is_valid()
    assert "{&quot;half&quot;: " in str(form["config"])


@pytest.mark.parametrize(("data", "changed"), [('{"a":1}', False), ('{"a": 2}', True), ("{broken", True)])
def test_it_compares_values_and_not_texts(data: str, changed: bool) -> None:
    assert StrictJSONField().has_changed({"a": 1}, data) is changed


def test_it_insists_when_required() -> None:
    with pytest.raises(ValidationError, match="required"):
        StrictJSONField().clean("")
