"""Servers that speak HTTP/2 from the first byte, as those of gRPC do."""

from __future__ import annotations

import socket

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEADER_BYTES = 9
_SETTINGS = 4
_OWN_SETTINGS = bytes((0, 0, 0, _SETTINGS, 0, 0, 0, 0, 0))


def settings(address: str, port: int, seconds: float) -> bytes | None:
    """The settings with which a server opens the connection (RFC 9113, 3.4); None where it speaks no HTTP/2.

    Raises OSError where nothing answers at all.
    """
    with socket.create_connection((address, port), timeout=seconds) as connection:
        connection.sendall(_PREFACE + _OWN_SETTINGS)
        with connection.makefile("rb") as stream:
            header = stream.read(_HEADER_BYTES)
            if len(header) < _HEADER_BYTES or header[3] != _SETTINGS or any(header[4:]):
                return None
            return stream.read(int.from_bytes(header[:3]))
