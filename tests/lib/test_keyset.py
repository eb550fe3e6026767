from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from routilux_site.lib.keyset import KeysetPagination, PageError, keyset_page


@pytest.fixture
def groups(db: None) -> QuerySet[Group]:
    Group.objects.bulk_create(Group(name=f"g{number:02}") for number in range(7))
    return Group.objects.all()


def walk(groups: QuerySet[Group], field: str, size: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = keyset_page(groups, field=field, cursor=cursor, size=size)
        pages.append([group.name for group in page.items])
        if page.next is None:
            return pages
        cursor = page.next


@pytest.mark.parametrize("size", [1, 3, 6, 7, 8])
@pytest.mark.parametrize("field", ["-id", "id", "name", "-name"])
def test_it_shows_each_row_once(groups: QuerySet[Group], field: str, size: int) -> None:
    names = [name for page in walk(groups, field, size) for name in page]
    assert names == [group.name for group in groups.order_by(field)]


@pytest.mark.parametrize("field", ["-id", "name"])
def test_it_leads_back_the_same_way(groups: QuerySet[Group], field: str) -> None:
    first = keyset_page(groups, field=field, cursor=None, size=3)
    second = keyset_page(groups, field=field, cursor=first.next, size=3)
    back = keyset_page(groups, field=field, cursor=second.previous, size=3)
    assert first.previous is None
    assert back == first


def test_it_has_no_way_on_from_an_empty_list(db: None) -> None:
    page = keyset_page(Group.objects.none(), cursor=None)
    assert (page.items, page.next, page.previous) == ([], None, None)


def test_it_asks_the_database_once(groups: QuerySet[Group], django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        keyset_page(groups, cursor=None, size=3)


@pytest.mark.parametrize("cursor", ["x", "after.", "after.x", "sideways.3", "before.1\0", "after.1.5", "after.-"])
def test_it_refuses_a_cursor_of_somebody_else(groups: QuerySet[Group], cursor: str) -> None:
    with pytest.raises(PageError, match="is not a cursor"):
        keyset_page(groups, cursor=cursor)


def test_it_takes_a_number_beyond_the_column_for_an_end(groups: QuerySet[Group]) -> None:
    assert keyset_page(groups, cursor=f"after.{10**40}", size=3).items


def paginate(groups: QuerySet[Group], query: str) -> tuple[KeysetPagination, list[Group]]:
    paginator = KeysetPagination()
    return paginator, paginator.paginate_queryset(groups, Request(APIRequestFactory().get(f"/api/v1/g?{query}")))


def test_it_links_to_the_next_page_and_keeps_the_filters(groups: QuerySet[Group]) -> None:
    paginator, items = paginate(groups, "limit=2&status=a&status=b")
    data = paginator.get_paginated_response([group.pk for group in items]).data
    assert len(data["results"]) == 2
    assert data["previous"] is None
    assert parse_qs(urlsplit(data["next"]).query) == {
        "limit": ["2"],
        "status": ["a", "b"],
        "cursor": [f"after.{items[-1].pk}"],
    }


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "", "1e2", "٣"])
def test_it_refuses_a_page_size_out_of_bounds(groups: QuerySet[Group], limit: str) -> None:
    with pytest.raises(PageError, match="from 1 to 200"):
        paginate(groups, f"limit={limit}")
