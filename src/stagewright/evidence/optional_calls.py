"""Programs that a well-known package calls for its own developers, never for an application.

Each entry was read in the package's source. What is not here counts as needed.
"""

from __future__ import annotations

# The end of a file's path, and the program that its code names.
_OPTIONAL = (
    # The commit of a source checkout, in a report of versions.
    ("/pydantic/_internal/_git.py", "git"),
    # Whether the shell of whoever asks for completions is recent enough.
    ("/click/shell_completion.py", "bash"),
    ("/typer/_completion_classes.py", "bash"),
    ("/typer/_completion_shared.py", "bash"),
)


def is_optional(path: str, program: str) -> bool:
    return any(program == name and path.endswith(end) for end, name in _OPTIONAL)
