from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jobs.models import Upload
from jobs.uploads import store_upload
from tests.pages.reading import html, text

UPLOADS = "/admin/jobs/upload/"


def send(client: Client, name: str = "", content: bytes = b"id;n\n1;2\n", file: str = "orders.csv") -> Any:
    return client.post(f"{UPLOADS}add/", {"store_as": name, "file": SimpleUploadedFile(file, content)})


def test_it_keeps_a_file_under_its_name(as_bob: Client, bob: User) -> None:
    assert send(as_bob).status_code == 302

    upload = Upload.objects.get()
    assert (upload.name, bytes(upload.content), upload.size) == ("orders.csv", b"id;n\n1;2\n", 9)
    assert upload.created_by == bob


def test_it_keeps_a_file_under_another_name(as_bob: Client) -> None:
    send(as_bob, name="today.csv")

    assert Upload.objects.get().name == "today.csv"


def test_it_takes_the_place_of_what_had_that_name(as_bob: Client) -> None:
    for content in (b"old", b"new"):
        send(as_bob, content=content)

    assert bytes(Upload.objects.get().content) == b"new"


@pytest.mark.parametrize("name", ["../etc", "a b", ".hidden"])
def test_it_says_which_names_it_accepts(as_bob: Client, name: str) -> None:
    response = send(as_bob, name=name)

    assert "is not accepted" in text(response.content.decode())
    assert not Upload.objects.exists()


def test_it_refuses_files_that_are_too_big(as_bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.admin.data.MAX_BYTES", 3)

    assert "The file has 9 bytes; at most 3 are accepted." in text(send(as_bob).content.decode())


def test_it_lets_nobody_replace_what_others_stored(as_alice: Client, alice: User, bob: User) -> None:
    alice.user_permissions.add(*Permission.objects.filter(codename__in=("add_upload", "view_upload")))
    store_upload(name="orders.csv", content=b"his", actor=bob)

    assert "was stored by somebody else" in text(send(as_alice).content.decode())
    assert bytes(Upload.objects.get().content) == b"his"


def test_it_lists_uploads_without_reading_them(as_bob: Client, bob: User, django_assert_max_num_queries: Any) -> None:
    store_upload(name="orders.csv", content=b"x" * 100, actor=bob)

    with django_assert_max_num_queries(6) as asked:
        html(as_bob, UPLOADS)
    assert not [query for query in asked.captured_queries if '"content"' in query["sql"]]
