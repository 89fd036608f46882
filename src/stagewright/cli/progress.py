"""What is going on, on stderr of a terminal: one line that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from stagewright.engine import BuildEvent

_WIDTH = 90


@dataclass(frozen=True, slots=True)
class Progress:
    """`watch` takes a build's events (None: nobody looks), `say` names what comes next."""

    watch: Callable[[BuildEvent], None] | None
    say: Callable[[str], None]


@contextmanager
def shown(wanted: bool) -> Iterator[Progress]:
    """Silent where nothing is to be shown."""
    if not wanted:
        yield Progress(None, lambda _: None)
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status("building") as status:

        def watch(event: BuildEvent) -> None:
            if event.kind in ("started", "failed") and event.step:
                status.update(escape(" ".join(event.step.split())[:_WIDTH]))

        def say(what: str) -> None:
            console.print(f"[dim]{escape(what)}[/dim]")

        yield Progress(watch, say)
