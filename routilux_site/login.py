"""The two doors where passwords are tried, held against guessing: by address, and more generously by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponseBase

from jobs import throttling
from routilux_site.lib.address import client_address
from routilux_site.views import too_many

View = Callable[..., HttpResponseBase]
#: Guesses at one name may come from many addresses; its owner should not be locked out by one of them.
FOR_A_NAME = 5


def held(view: View) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.method == "POST":
                _count(request)
        except throttling.TooManyRequests as refused:
            return too_many(request, refused.seconds)
        return view(request, *args, **kwargs)

    return wrapper


def _count(request: HttpRequest) -> None:
    throttling.draw("login", client_address(request))
    name = request.POST.get("username", "")[:150].casefold()
    throttling.draw("login", f"name {name}", factor=FOR_A_NAME)


login = held(LoginView.as_view(template_name="routilux/login.html", redirect_authenticated_user=True))
