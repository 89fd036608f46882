"""What the user's instructions install by name. It stays, unless it is known to be there for the build."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stagewright.evidence.packages import Packages
from stagewright.images import TOOL_CHAIN
from stagewright.shell import parse_shell, recognise, unwrapped

# Tool chains, documentation, and what only fetches or installs.
BUILDING = re.compile(
    rf"{TOOL_CHAIN.pattern}|.*-doc|\..+|gettext|python3?-(?:pip|venv|setuptools|wheel|distutils)|pipx|npm"
    r"|yarn(?:pkg)?|apt-(?:utils|transport-https)|software-properties-common"
    r"|lsb-release|gnupg\d?|dirmngr|dialog|debconf(?:-.*)?"
)
_WRAPPED = re.compile(
    r"^(?:RUN\s+)?(?:(?:\|\d+\s.*?\s)?/\S*sh\s+(?:-\S+\s+|pipefail\s+|errexit\s+|nounset\s+)*-\w*c\s+)?", re.S
)
# What people work with, and what fetches: the names of their programs are words of their own in code.
_TOOLS = re.compile(
    r"(?:vim|emacs)(?:-.*)?|nano|less|htop|tree|procps|psmisc|lsof|strace|ltrace|gdb(?:-.*)?|net-tools|iproute2"
    r"|iputils-(?:ping|tracepath)|inetutils-.*|telnet|netcat(?:-.*)?|dnsutils|bind9-.*|tcpdump|man-db|curl|wget"
    r"|git(?:-lfs)?|mercurial|subversion|unzip"
)
_ALONE = re.compile(r"^--no-install-recommends$|Install-Recommends=(?:0|false|no)\b")
_ASKS = re.compile(r"--?(?:version|help|list[\w-]*)|-[vVhL]|version|help")
_PROGRAM = re.compile(r"(?:/usr(?:/local)?)?/s?bin/([^/]+)")


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the RUNs of the user's layers install by name, and every program that they run.

    `asked`: name → whether what the package recommends was installed along with it.
    """

    asked: Mapping[str, bool]
    run: frozenset[str]


def read_instructions(created_by: Iterable[str]) -> Instructions:
    """From the texts of the layers' own history."""
    asked: dict[str, bool] = {}
    run: set[str] = set()
    for text in created_by:
        script = _WRAPPED.sub("", text.strip().removesuffix("# buildkit"))
        for command in parse_shell(script).commands:
            run.update(inner.name for inner in unwrapped(command) if not _only_asks(inner.words))
            for action in recognise(command):
                if action.kind == "install" and action.tool in ("apt", "apk", "dnf"):
                    more = action.tool == "apt" and not any(map(_ALONE.search, command.words))
                    asked |= {re.split(r"[=/:<>~]", name)[0]: more for name in action.packages}
    return Instructions(dict(sorted(asked.items())), frozenset(run))


def _only_asks(words: tuple[str, ...]) -> bool:
    """Whether a program is only asked whether it is there: that builds nothing."""
    return bool(words) and all(map(_ASKS.fullmatch, words))


def staying(
    instructions: Instructions, owner: Mapping[str, str], words: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Packages that were asked for and are for no build by their name.

    Tools of people, and those of which a RUN runs a program, stay where one of `words` names a program of
    theirs: the literals of code that may call it.
    """
    programs: defaultdict[str, set[str]] = defaultdict(set)
    for path, package in owner.items():
        if package in instructions.asked and (match := _PROGRAM.fullmatch(path)):
            programs[package].add(match[1])
    return tuple(
        name
        for name in instructions.asked
        if not BUILDING.fullmatch(name)
        and (programs[name] & words or not (_TOOLS.fullmatch(name) or programs[name] & instructions.run))
    )


def recommended(name: str, packages: Packages, before: Packages) -> dict[str, str]:
    """What a package recommends, or one that came with it and was not there `before`; by whom."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    queue = [name]
    while queue:
        new = packages.closure(queue.pop(), but=seen)
        seen |= new
        for member in sorted(new - before.installed.keys()):
            for other in packages.installed[member].recommends:
                if other in packages.installed and other not in found and other != name:
                    found[other] = member
                    queue.append(other)
    return found
