from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.history.savedviews import MOST, BadView, save_view
from jobs.models import SavedView
from tests.pages.reading import html, text


def keep(client: Client, q: str = "status:failed", name: str = "Broken", **more: str) -> Any:
    return client.post("/jobs/views/", {"q": q, "name": name, **more}, follow=True)


def test_it_keeps_a_filter_under_a_name(as_bob: Client) -> None:
    page = keep(as_bob).content.decode()

    assert "The view ‘Broken’ is saved." in page
    assert 'href="?q=status%3Afailed" aria-current="true">Broken' in page
    assert "Delete the view ‘Broken’" in page


def test_it_replaces_what_the_name_meant(as_bob: Client) -> None:
    keep(as_bob)
    keep(as_bob, q="is:mine")

    assert SavedView.objects.get().query == "is:mine"


def test_it_shows_views_to_their_owner_alone_unless_they_are_shared(as_bob: Client, as_alice: Client) -> None:
    keep(as_bob, name="Secret one")
    keep(as_bob, name="For all", shared="on")
    page = text(html(as_alice, "/jobs/", q="status:failed"))

    assert "For all shared" in page
    assert "Secret one" not in page
    assert "Delete the view" not in page


def test_it_lets_nobody_delete_the_views_of_others(as_bob: Client, as_alice: Client) -> None:
    keep(as_bob, shared="on")
    address = f"/jobs/views/{SavedView.objects.get().pk}/delete/"

    assert as_alice.post(address).status_code == 404
    assert as_bob.post(address).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("q", "name", "told"),
    [
        ("status:lost", "a", "‘lost’ is no status"),
        ("", "a", "The filter is empty"),
        ("is:mine", "  ", "A view needs a name"),
        ("is:mine", "x" * 61, "A view needs a name"),
    ],
)
def test_it_says_why_it_cannot_be_saved(as_bob: Client, q: str, name: str, told: str) -> None:
    assert told in keep(as_bob, q=q, name=name).content.decode()
    assert not SavedView.objects.exists()


def test_it_lets_only_staff_share(as_charlie: Client) -> None:
    assert "Only staff may share a view" in keep(as_charlie, shared="on").content.decode()


def test_it_keeps_a_bounded_number(bob: User) -> None:
    SavedView.objects.bulk_create(SavedView(user=bob, name=str(n), query="is:mine") for n in range(MOST))

    with pytest.raises(BadView, match=f"You have {MOST} views"):
        save_view(user=bob, name="one more", query="is:mine")
    assert save_view(user=bob, name="0", query="is:open").query == "is:open"
