"""Pages of measurements, as Prometheus reads them: what a runtime counts of itself is no behaviour."""

from __future__ import annotations

import re

# https://prometheus.io/docs/instrumenting/exposition_formats/; not all name its content type.
_PAGE = re.compile(r"# (?:HELP|TYPE) [A-Za-z_:][\w:]* ")
# The names that the clients' own collectors give: `process_orders_total` is a program's.
_OF_A_RUNTIME = re.compile(
    r"^((?:python_gc_|go_(?:gc_|goroutines|memstats_|sched_|threads)|nodejs_(?:active_|eventloop_|external_|gc_|heap_)"
    r"|jvm_(?:gc_|memory_|threads_)|process_(?:cpu_|max_fds|open_fds|resident_memory_|start_time_|virtual_memory_))"
    r"\w*(?:\{[^\n]*\})?) [^\n]+$",
    re.M,
)


def is_page(body: str) -> bool:
    """Whether it is one."""
    return _PAGE.match(body) is not None


def without_own(body: str) -> str:
    """The page without the values of what Go, Java, Node and Python count of themselves; the labels stay."""
    return _OF_A_RUNTIME.sub(r"\1 <measured>", body)
