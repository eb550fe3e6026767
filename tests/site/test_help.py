from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from routilux_site.teaching import LESSONS
from tests.pages.reading import active, html, text

OURS = [model for model in admin.site._registry if model._meta.app_label in ("templates_app", "jobs")]


def test_it_tells_the_keys_and_the_words(as_charlie: Client, db: None) -> None:
    page = html(as_charlie, "/help/")

    assert "Ctrl K" in text(page)
    assert "it stores only what it overrides" in text(page)
    assert active(page) == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_it_has_a_lesson_for_each_list(model: type) -> None:
    assert model._meta.label_lower in LESSONS  # type: ignore[attr-defined]


@pytest.mark.parametrize("told", LESSONS.values(), ids=list(LESSONS))
def test_its_lessons_lead_to_places_that_exist(as_charlie: Client, db: None, told: object) -> None:
    assert f'id="{told.topic}"' in html(as_charlie, "/help/")  # type: ignore[attr-defined]


@pytest.mark.parametrize("label", ["jobs_upload", "jobs_job", "templates_app_flowprototype", "jobs_apitoken"])
def test_it_teaches_where_a_list_is_empty(as_bob: Client, label: str) -> None:
    page = html(as_bob, reverse(f"admin:{label}_changelist"))

    assert "Nothing here yet" in page
    assert "First:" in page


def test_it_does_not_teach_where_a_search_found_nothing(as_bob: Client, bob: User) -> None:
    assert "Nothing here yet" not in html(as_bob, reverse("admin:templates_app_flowprototype_changelist"), q="zz")
