"""The Dockerfile language: text to tree, meaning, edits back to text."""

from stagewright.dockerfile.edit import Edit, apply_edits, unified_diff
from stagewright.dockerfile.errors import DockerfileSyntaxError, DockerfileTooLong, LanguageError
from stagewright.dockerfile.expand import expand_word, expand_words, unset_variables
from stagewright.dockerfile.graph import Reference, dependencies, reachable, target_stage
from stagewright.dockerfile.mounts import Mount, mounts, parse_mount
from stagewright.dockerfile.parse import parse
from stagewright.dockerfile.scope import (
    Environments,
    expanded_base,
    global_environment,
    lineage,
    stage_environment,
)
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
from stagewright.dockerfile.validate import validate

__all__ = [
    "Comment",
    "Directive",
    "Dockerfile",
    "DockerfileSyntaxError",
    "DockerfileTooLong",
    "Edit",
    "Environments",
    "Flag",
    "Heredoc",
    "Instruction",
    "LanguageError",
    "Mount",
    "Reference",
    "Span",
    "Stage",
    "Word",
    "apply_edits",
    "dependencies",
    "expand_word",
    "expand_words",
    "expanded_base",
    "global_environment",
    "lineage",
    "mounts",
    "parse",
    "parse_mount",
    "reachable",
    "read_dockerfile",
    "stage_environment",
    "target_stage",
    "unified_diff",
    "unset_variables",
    "validate",
]
