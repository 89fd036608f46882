"""The single-stage Dockerfile that people write: what a project without one is proved against."""

from __future__ import annotations

import json
from collections.abc import Iterable


def single_stage(
    image: str, workdir: str, commands: Iterable[str], start: Iterable[str], port: int | None = None
) -> str:
    """All of the context, then one RUN a command; ends with a newline."""
    lines = [f"FROM {image}", f"WORKDIR {workdir}", "COPY . ."]
    lines += [f"RUN {command}" for command in commands if command]
    if port is not None:
        lines.append(f"EXPOSE {port}")
    return "\n".join([*lines, f"CMD {json.dumps(list(start))}"]) + "\n"
