"""A socket in front of the engine: it sees what passes, and can go away as an engine that dies does."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_RUN = re.compile(rb"stagewright/tmp:([0-9a-f]{12})-")


class Relay:
    """Passes on every connection to `engine`. `seen` is set once `awaited` has gone by, either way."""

    def __init__(self, path: Path, engine: Path, awaited: bytes) -> None:
        self.path, self._engine, self._awaited = path, engine, awaited
        self.seen = threading.Event()
        self.run_id = ""
        self._open: list[socket.socket] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def host(self) -> str:
        return f"unix://{self.path}"

    def cut(self) -> None:
        """Every connection ends, and nothing listens any more."""
        self.path.unlink(missing_ok=True)
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(str(self._engine))
                self._open += (client, engine)
                for source, sink in ((client, engine), (engine, client)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        before = b""
        with suppress(OSError):
            while data := source.recv(1 << 16):
                before = before[-100:] + data
                if found := _RUN.search(before):
                    self.run_id = found[1].decode()
                if self._awaited in before:
                    self.seen.set()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def relay(folder: Path, engine: Path, awaited: bytes) -> Iterator[Relay]:
    """A relay whose socket lies in `folder`; it is cut at the end at the latest."""
    one = Relay(folder / "relay.sock", engine, awaited)
    try:
        yield one
    finally:
        one.cut()
