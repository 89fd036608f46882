"""The static value of a word of shell text: quoting resolved, nothing expanded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`"\\\n])')
_LITERAL_IN_STRING = frozenset({'"', "string_content"})


def _drop_newline(match: re.Match[str]) -> str:
    return "" if match[1] == "\n" else match[1]


def text_of(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "surrogateescape")


def static_value(node: Node) -> str | None:
    """The value that the shell gives to the word; None where only a run tells it. Globs stay as written."""
    match node.type:
        case "word":
            return _ESCAPED.sub(_drop_newline, text_of(node))
        case "number" | "file_descriptor" | "test_operator" | "heredoc_start":
            return None if node.named_child_count else text_of(node)
        case "raw_string":
            return text_of(node)[1:-1]
        case "string":
            if any(child.type not in _LITERAL_IN_STRING for child in node.children):
                return None
            return _ESCAPED_IN_QUOTES.sub(_drop_newline, text_of(node)[1:-1])
        case "concatenation":
            return _joined(node)
        case "command_name":
            return static_value(node.children[0]) if node.child_count == 1 else None
        case "{" | "}" | "[" | "]" | "==" | "=" | "," | ":":
            return text_of(node)
        case _:
            return None


def _joined(node: Node) -> str | None:
    parts = [static_value(child) for child in node.children]
    return None if None in parts else "".join(part for part in parts if part is not None)
