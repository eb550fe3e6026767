"""A network between a host and Postgres that can be made to fail: it cuts around a COMMIT, stalls, and resets.

It understands as much of the protocol as it takes to find the message that commits.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Fault = Literal["after_commit", "before_commit", "reset", "stall"]
#: What the text of a statement that commits work holds: the engine's own, and the end of anybody's transaction.
COMMITS = (b"WITH s AS MATERIALIZED", b"COMMIT")


@dataclass(eq=False)
class Line:
    """One connection of a client, and the statements that it has prepared."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    committing: set[bytes] = field(default_factory=set)
    deaf: bool = False  #: what the server answers is thrown away, and then the line is cut

    def cut(self) -> None:
        for writer in (self.client, self.server):
            with contextlib.suppress(Exception):
                writer.transport.abort()


class Proxy:
    """Listens on a port of this machine and forwards to the socket of a Postgres, in a thread of its own."""

    def __init__(self, socket: Path) -> None:
        self._socket = str(socket)
        self._lines: set[Line] = set()
        self._armed: list[Fault] = []
        self._ready = threading.Event()
        self.done: Counter[str] = Counter()
        self.port = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._ready.wait()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/routilux?sslmode=disable&gssencmode=disable"

    def arm(self, fault: Fault) -> None:
        """The next commit that comes by is cut off: before it reaches the server, or before its answer comes back."""
        self._loop.call_soon_threadsafe(self._armed.append, fault)

    def reset(self) -> None:
        """Cut every connection."""
        self._loop.call_soon_threadsafe(self._reset)

    def stall(self, *, on: bool) -> None:
        """Nothing comes through and nobody is told, as when a cable is pulled."""
        self._loop.call_soon_threadsafe(self._open.clear if on else self._open.set)
        self.done["stall"] += on

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._closing, self._open = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._open.set()
        async with await asyncio.start_server(self._accept, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._closing.wait()
            self._reset()
            await asyncio.sleep(0)

    def _reset(self) -> None:
        self.done["reset"] += len(self._lines)
        for line in list(self._lines):
            line.cut()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()
            return
        line = Line(writer, server)
        self._lines.add(line)
        try:
            await asyncio.gather(self._forward(reader, line), self._answer(answers, line))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._lines.discard(line)
            line.cut()

    async def _forward(self, reader: asyncio.StreamReader, line: Line) -> None:
        line.server.write(await _startup(reader))
        while True:
            kind, body = await _message(reader)
            await self._open.wait()
            if self._armed and _commits(kind, body, line):
                await self._spoil(self._armed.pop(), line)
            line.server.write(kind + struct.pack("!I", len(body) + 4) + body)
            await line.server.drain()
            _learn(kind, body, line)

    async def _spoil(self, fault: Fault, line: Line) -> None:
        self.done[fault] += 1
        if fault == "before_commit":
            raise OSError("cut")
        line.deaf = True

    async def _answer(self, answers: asyncio.StreamReader, line: Line) -> None:
        while data := await answers.read(1 << 16):
            await self._open.wait()
            if line.deaf:
                # The server has answered, so it has committed; the client will never know.
                raise OSError("cut")
            line.client.write(data)
            await line.client.drain()
        raise OSError("the server is gone")


async def _startup(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return head + await reader.readexactly(struct.unpack("!I", head)[0] - 4)


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    kind, length = struct.unpack("!cI", await reader.readexactly(5))
    return kind, await reader.readexactly(length - 4)


def _commits(kind: bytes, body: bytes, line: Line) -> bool:
    if kind == b"Q":
        return body.startswith(COMMITS[1])
    return kind == b"B" and body.split(b"\0", 2)[1] in line.committing


def _learn(kind: bytes, body: bytes, line: Line) -> None:
    """Remember which prepared statement commits."""
    if kind == b"P":
        name, text, _ = body.split(b"\0", 2)
        words = text.strip()
        (line.committing.add if words.startswith(COMMITS) else line.committing.discard)(name)


@contextlib.contextmanager
def a_proxy(socket: Path) -> Iterator[Proxy]:
    proxy = Proxy(socket)
    try:
        yield proxy
    finally:
        proxy.close()
