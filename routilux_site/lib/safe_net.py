"""Requests to addresses that people wrote down, without lending them this host's place in the network.

A name is resolved once; each of its addresses must be public (or be allowed by name); the connection goes to the very
address that was looked at, so that a second answer of the name server changes nothing. No redirects, no proxies.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import ClassVar
from urllib.parse import urlsplit

from routilux_site.lib.errors import RoutiluxError

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2000
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
Address = IPv4Address | IPv6Address


class UnsafeURL(RoutiluxError):
    code: ClassVar[str] = "unsafe-url"
    title: ClassVar[str] = "This address is not accepted"


@dataclass(frozen=True, slots=True)
class Policy:
    """`allowed` are hosts (`erp.intranet`, `127.0.0.1:8080`) and networks (`10.1.0.0/16`) that need not be public."""

    allowed: Collection[str] = ()
    timeout: float = 10.0  #: seconds for all of it
    max_bytes: int = 64 * 1024  #: of an answer


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = field(repr=False)


def parse(url: str, policy: Policy) -> Target:
    """What a URL leads to; raises UnsafeURL for what can be refused without asking a name server."""
    target = _split(url)
    if not _is_allowed(target, policy):
        if target.port not in PORTS.values():
            raise UnsafeURL(f"Port {target.port} is not accepted: 80 and 443 are.", path="url")
        with suppress(ValueError):
            _refuse_private([ip_address(target.host)], policy)
    return target


def post(url: str, body: bytes, headers: Mapping[str, str], policy: Policy) -> Answer:
    """Raises UnsafeURL, or OSError and http.client.HTTPException when it does not come about."""
    target = parse(url, policy)
    addresses = resolve(target)
    if not _is_allowed(target, policy):
        _refuse_private(addresses, policy)
    return _send(target, addresses[0], body, {"Host": target.authority, **headers}, policy)


def resolve(target: Target) -> list[Address]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return [ip_address(str(each[4][0]).partition("%")[0]) for each in found]


def is_public(address: Address) -> bool:
    """Also of what IPv6 wraps around an IPv4 address."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    hidden = address.is_multicast or address.is_reserved or getattr(address, "is_site_local", False)
    return address.is_global and not hidden


def _inside(address: Address) -> Address | None:
    if not isinstance(address, IPv6Address):
        return None
    if any(address in network for network in _NAT64) or (int(address) >> 32 == 0 and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _split(url: str) -> Target:
    if len(url) > LONGEST_URL or not url.isascii() or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise UnsafeURL(f"A URL of at most {LONGEST_URL} visible ASCII characters is accepted.", path="url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UnsafeURL(f"This is no URL: {error}.", path="url") from error
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        raise UnsafeURL("A URL like https://example.org/hook is accepted, without a user in it.", path="url")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(parts.scheme, host, PORTS[parts.scheme] if port is None else port, path)


def _is_allowed(target: Target, policy: Policy) -> bool:
    return not {target.host, f"{target.host}:{target.port}"}.isdisjoint(policy.allowed)


def _refuse_private(addresses: list[Address], policy: Policy) -> None:
    networks = [ip_network(each) for each in policy.allowed if "/" in each]
    for address in addresses:
        if not is_public(address) and not any(address in network for network in networks):
            raise UnsafeURL(f"{address} is no public address: such are refused unless they are allowed.", path="url")


def _send(target: Target, address: Address, body: bytes, headers: Mapping[str, str], policy: Policy) -> Answer:
    connection = http.client.HTTPConnection(target.host, target.port, timeout=policy.timeout)
    connection.sock = sock = _connect(target, address, policy)
    # The timeout of a socket is one for each byte; this one is for all of them.
    over = threading.Event()
    alarm = threading.Timer(policy.timeout, _hang_up, [sock, over])
    alarm.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        answer = Answer(response.status, response.read(policy.max_bytes))
        if over.is_set():
            raise TimeoutError(f"No whole answer in {policy.timeout:g} s")
        return answer
    finally:
        alarm.cancel()
        connection.close()


def _connect(target: Target, address: Address, policy: Policy) -> socket.socket:
    sock = socket.create_connection((str(address), target.port), timeout=policy.timeout)
    if target.scheme == "http":
        return sock
    try:
        return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


def _hang_up(sock: socket.socket, over: threading.Event) -> None:
    over.set()  # what was cut off would pass for a short answer
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
