"""The Dockerfile language: text to tree, meaning, edits back to text."""

from stagewright.dockerfile.edit import Edit, apply_edits, unified_diff
from stagewright.dockerfile.errors import DockerfileSyntaxError, LanguageError
from stagewright.dockerfile.parse import parse
from stagewright.dockerfile.text import read_dockerfile
from stagewright.dockerfile.tree import (
    Comment,
    Directive,
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    Span,
    Stage,
    Word,
)

__all__ = [
    "Comment",
    "Directive",
    "Dockerfile",
    "DockerfileSyntaxError",
    "Edit",
    "Flag",
    "Heredoc",
    "Instruction",
    "LanguageError",
    "Span",
    "Stage",
    "Word",
    "apply_edits",
    "parse",
    "read_dockerfile",
    "unified_diff",
]
