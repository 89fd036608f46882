"""One line of comma-separated values, as flags such as `--mount` are written."""

from __future__ import annotations

from stagewright.dockerfile.errors import LanguageError


def fields(line: str) -> list[str]:
    """The fields of a line; `""` inside quotes is a quote. Raises `LanguageError`."""
    line = line.removesuffix("\n").removesuffix("\r") if line.endswith("\n") else line
    if not line:
        raise LanguageError("EOF")
    result: list[str] = []
    at = 0
    while True:
        if not line.startswith('"', at):
            comma = line.find(",", at)
            field = line[at:] if comma < 0 else line[at:comma]
            if '"' in field:
                raise _error(at + field.index('"'), 'bare " in non-quoted-field')
            result.append(field)
            if comma < 0:
                return result
            at = comma + 1
            continue
        parts: list[str] = []
        at += 1
        while True:
            quote = line.find('"', at)
            if quote < 0:
                raise _error(at, 'extraneous or missing " in quoted-field')
            parts.append(line[at:quote])
            at = quote + 1
            if not line.startswith('"', at):
                break
            parts.append('"')
            at += 1
        result.append("".join(parts))
        if at == len(line):
            return result
        if line[at] != ",":
            raise _error(at - 1, 'extraneous or missing " in quoted-field')
        at += 1


def _error(position: int, reason: str) -> LanguageError:
    return LanguageError(f"parse error on line 1, column {position + 1}: {reason}")
