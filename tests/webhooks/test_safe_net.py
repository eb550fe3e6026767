"""Where a webhook may go, and where not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any

import pytest

from routilux_site.lib.safe_net import Policy, UnsafeURL, is_public, parse, post

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_it_knows_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_it_knows_what_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://user@example.org/",
        "https://user:secret@example.org/",
        "https://example.org:22/",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://exämple.org/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_it_refuses_a_bad_address(url: str) -> None:
    with pytest.raises(UnsafeURL):
        parse(url, Policy())


def answers(*addresses: str) -> Any:
    """A name server that answers with these."""

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("found", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["169.254.169.254"]])
def test_it_refuses_a_name_that_leads_inside(monkeypatch: pytest.MonkeyPatch, found: list[str]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answers(*found))

    with pytest.raises(UnsafeURL, match="no public address"):
        post("http://hook.example.org/", b"{}", {}, Policy())


def test_it_asks_the_name_server_once_and_goes_where_it_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, gone = iter([["93.184.216.34"], ["127.0.0.1"]]), []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: answers(*next(asked))(*a, **k))

    def connect(place: tuple[str, int], timeout: float) -> socket.socket:
        gone.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        post("http://hook.example.org/", b"{}", {}, Policy())
    assert gone == [("93.184.216.34", 80)]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def local(listener: socket.socket, **more: Any) -> tuple[str, Policy]:
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    return f"http://{host}/hook?x=1", Policy(allowed=[host], **more)


def serve(listener: socket.socket, answer: bytes, heard: list[bytes], *, hold: threading.Event | None = None) -> None:
    def run() -> None:
        peer, _ = listener.accept()
        with peer:
            heard.append(peer.recv(65536))
            peer.sendall(answer)
            if hold is not None:
                hold.wait()

    threading.Thread(target=run, daemon=True).start()


def test_it_posts_where_it_is_allowed_to(listener: socket.socket) -> None:
    heard: list[bytes] = []
    serve(listener, b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok", heard)
    url, policy = local(listener)

    answer = post(url, b"{}", {"X-A": "b"}, policy)

    assert (answer.status, answer.body) == (201, b"ok")
    assert heard[0].startswith(b"POST /hook?x=1 HTTP/1.1\r\n")
    assert heard[0].count(b"Host: 127.0.0.1:") == 1


def test_it_follows_no_redirect(listener: socket.socket) -> None:
    heard: list[bytes] = []
    serve(listener, b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", heard)
    url, policy = local(listener)

    assert post(url, b"{}", {}, policy).status == 302


def test_it_hangs_up_on_who_dawdles(listener: socket.socket) -> None:
    hold = threading.Event()
    serve(listener, b"HTTP/1.1 200 OK\r\nX-Slow: ", [], hold=hold)
    url, policy = local(listener, timeout=0.3)

    with pytest.raises((OSError, HTTPException)):
        post(url, b"{}", {}, policy)
    hold.set()


def test_it_reads_no_more_than_a_little(listener: socket.socket) -> None:
    serve(listener, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, [])
    url, policy = local(listener, max_bytes=10)

    assert post(url, b"{}", {}, policy).body == b"x" * 10
