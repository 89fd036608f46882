"""What a stand-in is made from: a Dockerfile of the lab's own, and what must lie beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def nothing(_: Path) -> None:
    """The build needs no files beside those that lie in the Dockerfile's folder."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One image. Recipes that share a folder share its files; the first line of `tags` names the image."""

    name: str
    tags: tuple[str, ...]
    dockerfile: str
    """Relative to this folder; what lies beside it is in the build context."""
    arguments: tuple[tuple[str, str], ...] = ()
    prepare: Callable[[Path], None] = field(default=nothing)
    """Puts into the build context what has to be fetched or made."""
    versions: tuple[str, ...] = ()
    """What `prepare` fetches, so that another version is another image."""
    needs: tuple[str, ...] = ()
    """The recipes whose images its FROM and COPY --from name, made before it."""

    @property
    def folder(self) -> Path:
        return (FOLDER / self.dockerfile).parent
