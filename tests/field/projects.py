"""The projects of the study, as `projects.toml` lists them, and their sources."""

from __future__ import annotations

import posixpath
import re
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stagewright.dockerfile import Dockerfile, Instruction, parse
from tests.lab import unpacking

_LIST = Path(__file__).with_name("projects.toml")
# An account that distroless images have and the joined stages' base has not, by its number.
_NONROOT = "USER 65532:65532"
# Alpine's way to what the joined stages' base has.
_CERTIFICATES = re.compile(r"apk add (--no-cache )?ca-certificates")
_FROM = re.compile(r"(?mi)^(FROM\s+(?:--platform=\S+\s+)?)(\S+)")


@dataclass(frozen=True, slots=True)
class FieldProject:
    """One Dockerfile of a public repository at one commit.

    `context` and `dockerfile` are paths in the repository. `flatten`: which stages of a multi-stage file are
    joined into one, or none. `environment` and `probes` as the options of the command. `sample`: made to be
    shown, by a vendor or for a tutorial.
    """

    repository: str
    commit: str
    context: str
    dockerfile: str
    flatten: tuple[int, ...]
    environment: tuple[str, ...]
    probes: tuple[str, ...]
    sample: bool

    @property
    def name(self) -> str:
        """Repository, context and file, as far as they are not the usual ones."""
        parts = [self.repository, "" if self.context == "." else self.context]
        if self.dockerfile != "Dockerfile":
            parts.append(self.dockerfile)
        return "/".join(part for part in parts if part)

    @property
    def result(self) -> str:
        """The name of the file with its result."""
        return f"{self.name.replace('/', '+')}.json"


def read_projects() -> tuple[tuple[FieldProject, ...], Mapping[str, str]]:
    """The projects in the file's order, and what stands in for each base that cannot be had."""
    table = tomllib.loads(_LIST.read_text(encoding="utf-8"))
    found = [
        FieldProject(
            repository=repository["name"],
            commit=repository["commit"],
            context=one.get("context", "."),
            dockerfile=one.get("dockerfile", "Dockerfile"),
            flatten=tuple(one.get("flatten", ())),
            environment=tuple(one.get("environment", ())),
            probes=tuple(one.get("probes", ())),
            sample=repository.get("sample", False),
        )
        for repository in table["repository"]
        for one in repository["project"]
    ]
    return tuple(found), table["bases"]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A project's context on this machine.

    `base` is what its Dockerfile builds on, `stood_in` those of its bases for which another stands, `own` the
    maintainer's own text where its stages were joined and its image has the same libc: all on bases that can
    be had.
    """

    context: Path
    base: str
    stood_in: tuple[str, ...]
    own: str = ""


def unpack(project: FieldProject, siblings: Mapping[str, str], sources: Path, into: Path) -> Unpacked:
    """The project's context in `into`.

    `sources` holds a git directory for each repository, `OWNER+NAME`; what is not there is cloned.
    """
    git_dir = sources / project.repository.replace("/", "+")
    if not git_dir.exists():
        url = f"https://github.com/{project.repository}"
        subprocess.run(["git", "clone", "--quiet", "--bare", url, str(git_dir)], check=True)
    archive = into / "source.tar"
    tree = project.commit if project.context == "." else f"{project.commit}:{project.context}"
    subprocess.run(
        ["git", f"--git-dir={git_dir}", "archive", "--format=tar", f"--output={archive}", tree], check=True
    )
    context = into / "context"
    with unpacking.opened(archive, "tar") as tar:
        tar.extractall(context)
    archive.unlink()
    path = context / project.dockerfile
    text = path.read_text(encoding="utf-8")
    joined = flattened(text, project.flatten)
    path.write_text(on_siblings(joined, siblings), encoding="utf-8")
    bases, own = ([match[2] for match in _FROM.finditer(one)] for one in (joined, text))
    is_own = project.flatten and ("alpine" in bases[-1]) == ("alpine" in own[-1])
    return Unpacked(
        context,
        siblings.get(bases[-1], bases[-1]),
        tuple(base for base in dict.fromkeys(bases) if base in siblings),
        on_siblings(text, siblings) if is_own else "",
    )


def flattened(text: str, stages: Sequence[int]) -> str:
    """The named stages as one, on the base of the first; what one copies from another is copied in place.

    Certificates that a later stage installs by apk alone are left out: the first base has them.
    """
    if not stages:
        return text
    df = parse(text)
    joined = [df.stages[number] for number in stages]
    names = {one.name for one in joined if one.name} | {str(number) for number in stages}
    lines = [_source(df, joined[0].instruction)]
    for stage in joined:
        for one in stage.instructions:
            if one.keyword == "COPY" and one.flag("from") in names:
                lines += _copied(one)
            elif one.keyword == "USER" and one.rest.startswith("nonroot"):
                lines.append(_NONROOT)
            elif not (one.keyword == "RUN" and _CERTIFICATES.fullmatch(one.rest.strip())):
                lines.append(_source(df, one))
    return "\n".join(lines) + "\n"


def _source(df: Dockerfile, one: Instruction) -> str:
    return df.text[slice(*one.span)]


def _copied(one: Instruction) -> list[str]:
    *sources, target = (word.value for word in one.words)
    if [path.rstrip("/") for path in sources] == [target.rstrip("/")]:
        return []
    paths = " ".join(f"{path}." if path.endswith("/") else path for path in sources)
    folder = target if target.endswith("/") else f"$(dirname {target})"
    copied = f"mkdir -p {folder} && cp -a {paths} {target}"
    if len(sources) == 1 and not paths.endswith("/."):
        place = f"{target}/{posixpath.basename(paths)}" if target.endswith(("/", ".")) else target
        copied = f"[ {paths} -ef {place} ] || {{ {copied}; }}"
    return [f"RUN {copied}"]


def on_siblings(text: str, siblings: Mapping[str, str]) -> str:
    """The text with each FROM of a base that cannot be had on its stand-in."""
    return _FROM.sub(lambda match: match[1] + siblings.get(match[2], match[2]), text)
