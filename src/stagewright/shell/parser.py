"""Shell text → Script, by tree-sitter-bash. The only module that knows it."""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from stagewright.dockerfile import Span
from stagewright.shell.script import Command, Redirection, Script
from stagewright.shell.words import static_value, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node, Parser

_CONDITIONAL_BODIES = frozenset(
    {"if_statement", "elif_clause", "else_clause", "case_item", "function_definition"}
    | {"while_statement", "for_statement", "c_style_for_statement"}
)
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_DEEPER = _CONDITIONAL_BODIES | _SUBSTITUTIONS | {"subshell", "compound_statement", "case_statement"}
_OPERATORS = {"|&": "|", "|": "|", "&&": "&&", "||": "||"}
_REDIRECTS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect"})
_KEYWORD_COMMANDS = frozenset({"declaration_command", "unset_command"})
# Lone surrogates that stand for no byte of a file; U+FFFD takes their place, so that offsets stay.
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def parse_shell(text: str) -> Script:
    """Read POSIX or bash text. Spans are half-open code-point offsets into `text`.

    Text that does not parse gives an opaque Script without commands, never an exception.
    """
    text = _NO_BYTE.sub("\ufffd", text)
    data = text.encode("utf-8", "surrogateescape")
    root = _parser().parse(data).root_node
    if root.has_error:
        return Script.unread("the shell text does not parse")
    return Script(tuple(_commands(root, _offsets(text, data))))


def _offsets(text: str, data: bytes) -> Callable[[int], int]:
    """A map from byte offsets to code-point offsets."""
    if len(text) == len(data):
        return lambda offset: offset
    sizes = accumulate((len(char.encode("utf-8", "surrogateescape")) for char in text), initial=0)
    table = {byte: index for index, byte in enumerate(sizes)}
    return table.__getitem__


class _Visit(NamedTuple):
    """A node still to be read, and what surrounds it.

    `guarded` marks the left side of `||`: there the right side of `&&` may be skipped without a failure.
    """

    node: Any  # a Node; its library is imported only when there is something to parse
    operator: str | None = None
    depth: int = 0
    conditional: bool = False
    guarded: bool = False
    redirects: tuple[Any, ...] = ()

    def child(self, node: Node, **changes: Any) -> _Visit:
        """A visit of `node` in the same surroundings, but for the changes; redirections stay behind."""
        return self._replace(node=node, redirects=(), **changes)


def _commands(root: Node, offset: Callable[[int], int]) -> list[Command]:
    """Walk with a stack of our own: `a && b && …` nests as deeply as it is long."""
    found: list[Command] = []
    stack = [_Visit(root)]
    while stack:
        visit = stack.pop()
        kind = visit.node.type
        if kind in {"command", "test_command", "variable_assignment"} or kind in _KEYWORD_COMMANDS:
            command, inner = _simple(visit, offset)
            found.append(command)
        elif kind in {"list", "pipeline"}:
            inner = _joined(visit)
        elif kind == "redirected_statement":
            inner = _redirected(visit)
        elif kind == "variable_assignments":
            inner = [visit.child(child) for child in visit.node.named_children]
        else:
            inner = _nested(visit)
        stack.extend(reversed(inner))
    found.sort(key=lambda command: (command.span.start, -command.span.end))
    return found


def _joined(visit: _Visit) -> list[_Visit]:
    inner: list[_Visit] = []
    operators = [_OPERATORS[child.type] for child in visit.node.children if child.type in _OPERATORS]
    operator = visit.operator
    either = "||" in operators
    for child in visit.node.children:
        if child.type in _OPERATORS:
            operator = _OPERATORS[child.type]
        elif child.is_named:
            skippable = operator == "||" or (operator == "&&" and visit.guarded)
            right = operator is not visit.operator or bool(inner)
            inner.append(
                visit.child(
                    child,
                    operator=operator,
                    conditional=visit.conditional or (right and skippable),
                    guarded=visit.guarded or (either and not inner),
                )
            )
    if inner and visit.redirects:
        inner[-1] = inner[-1]._replace(redirects=visit.redirects)  # `a && b > x`: the last one's
    return inner


def _redirected(visit: _Visit) -> list[_Visit]:
    """The statement with its redirections, then what stands after a here-document's start (`<<E | sh`)."""
    body = visit.node.child_by_field_name("body")
    redirects = tuple(child for child in visit.node.children if child.type in _REDIRECTS)
    inner: list[_Visit] = []
    if body is not None:
        inner.append(visit._replace(node=body, redirects=redirects))
    for redirect in redirects:
        inner.extend(_substitutions(visit, redirect))
        if redirect.type == "heredoc_redirect":
            operator: str | None = None
            for child in redirect.children:
                if child.type in _OPERATORS:
                    operator = _OPERATORS[child.type]
                elif child.type == "pipeline":
                    inner.extend(_joined(visit.child(child, operator="|")))
                elif operator and child.is_named and child.type not in {"heredoc_body", "heredoc_end"}:
                    conditional = visit.conditional or operator == "||"
                    inner.append(visit.child(child, operator=operator, conditional=conditional))
                    operator = None
    return inner


def _nested(visit: _Visit) -> list[_Visit]:
    """Statements of a body: the first keeps the operator before the whole, the others follow `;`."""
    node = visit.node
    depth = visit.depth + (node.type in _DEEPER)
    inner: list[_Visit] = []
    for index, child in enumerate(node.children):
        if not child.is_named or child.type in {"comment", "heredoc_body"}:
            continue
        always = node.type == "if_statement" and node.field_name_for_child(index) == "condition"
        conditional = visit.conditional or (node.type in _CONDITIONAL_BODIES and not always)
        operator = ";" if inner or node.type in _SUBSTITUTIONS else visit.operator
        if node.type in _SUBSTITUTIONS and not inner:
            operator = None
        inner.append(visit.child(child, operator=operator, depth=depth, conditional=conditional))
    return inner


def _simple(visit: _Visit, offset: Callable[[int], int]) -> tuple[Command, list[_Visit]]:
    node = visit.node
    words: list[Node] = []
    assigned: list[tuple[str, str | None]] = []
    redirects = [*visit.redirects]
    if node.type == "variable_assignment":
        assigned.append(_assignment(node))
    elif node.type != "test_command":
        for index, child in enumerate(node.children):
            if child.type in _REDIRECTS:
                redirects.append(child)
            elif child.type == "variable_assignment" and node.type == "command":
                assigned.append(_assignment(child))
            elif child.is_named or node.field_name_for_child(index) in {"name", "argument"} or index == 0:
                words.append(child)
    for redirect in tuple(redirects):
        words.extend(redirect.children_by_field_name("argument"))
        redirects.extend(redirect.children_by_field_name("redirect"))
    span = Span(offset(node.start_byte), offset(node.end_byte))
    raw = tuple(text_of(word) for word in words)
    values = tuple(_value(word, node.type in _KEYWORD_COMMANDS) for word in words)
    if node.type == "test_command":
        raw, values = (text_of(node),), (text_of(node.children[0]),)
    command = Command(
        program=values[0] if values else None,
        args=values[1:],
        raw=raw,
        span=span,
        assignments=tuple(assigned),
        redirections=tuple(_redirection(redirect) for redirect in redirects),
        operator=visit.operator,
        depth=visit.depth,
        conditional=visit.conditional,
    )
    return command, _substitutions(visit, node)


def _value(word: Node, keyword: bool) -> str | None:
    if word.type == "variable_assignment":
        name, value = _assignment(word)
        return None if value is None else f"{name}={value}"
    if keyword and not word.named_child_count:
        return text_of(word)
    return static_value(word)


def _assignment(node: Node) -> tuple[str, str | None]:
    name = node.child_by_field_name("name")
    value = node.child_by_field_name("value")
    return text_of(name) if name else "", static_value(value) if value else ""


def _redirection(node: Node) -> Redirection:
    children: Sequence[Node] = node.children
    descriptor = next((text_of(child) for child in children if child.type == "file_descriptor"), None)
    operator = next((child.type for child in children if not child.is_named), "<<")
    targets = [child for child in children if child.is_named and child.type != "file_descriptor"]
    return Redirection(operator, static_value(targets[0]) if targets else None, descriptor)


def _substitutions(visit: _Visit, node: Node) -> list[_Visit]:
    """The outermost command substitutions inside a command or a redirection."""
    found: list[_Visit] = []
    stack = list(reversed(node.children))
    while stack:
        child = stack.pop()
        if child.type in _SUBSTITUTIONS:
            found.append(visit.child(child, operator=None, guarded=False))
        elif child.type != "pipeline" or node.type != "heredoc_redirect":
            stack.extend(reversed(child.children))
    return found
