"""Changes of what production's own instructions say: a package, a copy, the configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from stagewright.dockerfile import Edit, Instruction, Span, apply_edits
from tests.mutants.design import ProvedDesign
from tests.mutants.mutant import Mutant

_OTHER_BASE = {
    "python:3.11-slim": "python:3.13-slim",
    "python:3.13-slim": "python:3.11-slim",
    "node:22-slim": "node:20-slim",
    "debian:bookworm-slim": "debian:trixie-slim",
}
_DOCUMENTATION = re.compile(r"/usr/share/(?:doc|man|info|locale|lintian)/")
_INSTALL = re.compile(r"(apt-get install -y --no-install-recommends)((?: [\w.+-]+)+)")


def changed_instructions(design: ProvedDesign) -> Iterator[Mutant]:
    """In a fixed order."""
    yield from _base(design)
    yield from _packages(design)
    yield from _copies(design)
    yield from _environment(design)
    yield from _configuration(design)


def _base(design: ProvedDesign) -> Iterator[Mutant]:
    """Another release: its programs are others, whichever is told first."""
    base = design.production.base
    if other := _OTHER_BASE.get(base):
        start = design.dockerfile.text.index(base, design.production.instruction.span.start)
        text = apply_edits(design.dockerfile.text, [Edit(Span(start, start + len(base)), other)])
        yield Mutant(f"FROM {other}", text, tuple(design.base.elf))


def _packages(design: ProvedDesign) -> Iterator[Mutant]:
    """Without one package, unless the base or another one of the list brings it all the same."""
    for run in _all(design, "RUN"):
        source = design.dockerfile.text[run.span.start : run.span.end]
        found = _INSTALL.search(source)
        if not found:
            continue
        listed = found[2].split()
        for name in listed:
            others = [other for other in listed if other != name]
            if name in design.packages_of_base.installed or any(
                name in design.packages.closure(other) for other in others
            ):
                continue
            changed = source.replace(found[0], " ".join((found[1], *others)))
            owned = sorted(path for path, owner in design.packages.owner.items() if owner == name)
            new = [path for path in owned if path in design.image.entries and path not in design.base.entries]
            # Documentation and translations are none of what a program does.
            if any(
                design.image.entries[path].type != "dir" and not _DOCUMENTATION.match(path) for path in new
            ):
                yield _with(design, f"package {name} dropped", run, changed if others else "", name, *new)


def _copies(design: ProvedDesign) -> Iterator[Mutant]:
    """Without one copied path; without a whole COPY."""
    for copy in _all(design, "COPY"):
        *sources, target = (word.value for word in copy.words)
        places = {
            source: posixpath.join(target, posixpath.basename(source)) if target.endswith("/") else target
            for source in sources
        }
        counting = {source: place for source, place in places.items() if _counts(design, place)}
        flags = [f"--{flag.name}={flag.value}" for flag in copy.flags]
        for source, place in counting.items() if len(sources) > 1 else ():
            kept = [other for other in sources if other != source]
            text = " ".join(("COPY", *flags, *kept, target))
            yield _with(design, f"COPY without {source}", copy, text, place)
        if counting:
            yield _with(design, f"COPY of {' '.join(sources)} dropped", copy, "", *counting.values())


def _counts(design: ProvedDesign, place: str) -> bool:
    """Whether there is anything at a place that neither the base has nor Python makes by itself."""
    entries = design.image.entries
    files = [entries[place]] if entries[place].type != "dir" else list(design.image.under(place))
    return any(
        entry.type != "dir" and entry.path not in design.base.entries and not entry.path.endswith(".pyc")
        for entry in files
    )


def _environment(design: ProvedDesign) -> Iterator[Mutant]:
    inherited = dict(design.base.config.env)
    own = dict(design.image.config.env)
    for env in _all(design, "ENV"):
        for name, _ in env.pairs:
            if len(env.pairs) == 1 and inherited.get(name) != own[name]:
                yield _with(design, f"ENV {name} dropped", env, "", f"env {name}")
    for name in sorted(own):
        if name != "PATH":
            yield _at_end(design, f"ENV {name} changed", f'ENV {name}="{own[name]}x"', f"env {name}")
    # It is there, so a program that lies in it is found first.
    yield _at_end(design, "ENV PATH begins with /tmp", "ENV PATH=/tmp:$PATH", "env PATH")
    yield _at_end(design, "ENV MUTANT added", "ENV MUTANT=1", "env MUTANT")


def _configuration(design: ProvedDesign) -> Iterator[Mutant]:
    config, base = design.image.config, design.base.config
    inherited = {
        "WORKDIR": config.workdir == base.workdir,
        "EXPOSE": config.exposed == base.exposed,
        "ENTRYPOINT": config.entrypoint == base.entrypoint,
        "CMD": config.cmd == base.cmd,
        "USER": config.user == base.user,
        "STOPSIGNAL": config.stopsignal == base.stopsignal,
    }
    for keyword, same in inherited.items():
        written = _all(design, keyword)
        if len(written) == 1 and not same:
            yield _with(design, f"{keyword} dropped", written[0], "", _subject(keyword))
    for line in (
        *('CMD ["mutant"]', 'ENTRYPOINT ["mutant"]', "USER 1000", "USER 1000:1000", "WORKDIR /tmp"),
        *("EXPOSE 4711", "STOPSIGNAL SIGINT", 'VOLUME ["/mutant"]', "HEALTHCHECK CMD true"),
        *('SHELL ["/bin/sh", "-ec"]', "ONBUILD RUN true"),
    ):
        yield _at_end(design, line, line, _subject(line.split()[0]))
    yield _at_end(design, "LABEL mutant=1", "LABEL mutant=1", "label mutant")


def _subject(keyword: str) -> str:
    return {"EXPOSE": "exposed", "VOLUME": "volumes"}.get(keyword, keyword.lower())


def _all(design: ProvedDesign, keyword: str) -> list[Instruction]:
    return [item for item in design.production.instructions if item.keyword == keyword]


def _with(design: ProvedDesign, change: str, at: Instruction, text: str, *names: str) -> Mutant:
    """With another text in place of one instruction."""
    return Mutant(change, apply_edits(design.dockerfile.text, [Edit(at.span, text)]), names)


def _at_end(design: ProvedDesign, change: str, line: str, *names: str) -> Mutant:
    end = len(design.dockerfile.text)
    return Mutant(change, apply_edits(design.dockerfile.text, [Edit(Span(end, end), line + "\n")]), names)
