from __future__ import annotations

from django.contrib import admin
from django.test import Client


def test_it_keeps_the_pickles_of_django_q_out_of_the_admin() -> None:
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]


def test_it_shows_the_index_to_an_operator(as_bob: Client) -> None:
    assert as_bob.get("/admin/").status_code == 200
