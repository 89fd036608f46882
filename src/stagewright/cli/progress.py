"""What a build is doing, on stderr of a terminal: one line that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stagewright.engine import BuildEvent

_WIDTH = 90


@contextmanager
def shown(wanted: bool) -> Iterator[Callable[[BuildEvent], None] | None]:
    """A watcher for builds; None where nothing is to be shown."""
    if not wanted:
        yield None
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status("building") as status:

        def watch(event: BuildEvent) -> None:
            if event.kind in ("started", "failed") and event.step:
                status.update(escape(" ".join(event.step.split())[:_WIDTH]))

        yield watch
