"""The one table of package managers and build tools: what a command installs, builds, caches, cleans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stagewright.shell.script import Command
from stagewright.shell.unwrap import unwrapped

Kind = Literal["install", "build", "cache", "clean", "prune", "test", "start", "fetch"]


@dataclass(frozen=True, slots=True)
class Action:
    """What a command does.

    `packages` are the static names given on the command line; empty for an install from a manifest.
    `complete` is False where some argument is known only at run time. `production` says that development
    dependencies are left out. `options` are the words that start with a dash. `command` is the command
    after its wrappers were seen through.
    """

    kind: Kind
    tool: str
    command: Command
    packages: tuple[str, ...] = ()
    production: bool = False
    complete: bool = True
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tool:
    """One program: `verbs` maps its first word(s) to what they do; "" is the program without a verb."""

    name: str
    verbs: Mapping[str, Kind]
    aliases: tuple[str, ...] = ()
    with_value: frozenset[str] = frozenset()
    production: re.Pattern[str] | None = None
    """Matched against the options joined by a space, when they leave development dependencies out."""
    scripts: bool = False
    """Runs scripts of a manifest by name: `npm run build`."""
    any_verb: Kind | None = None
    goals: bool = False
    """Takes several verbs in a row, of which the last but `clean` counts: `mvn clean package`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Assignments that have the same effect as `production`."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NODE_FLAGS = _words("--prefix -C --dir --cwd --registry --filter -F --workspace -w --loglevel --cache -c")
_PIP_FLAGS = _words(
    "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --prefix"
    " --root --timeout --cache-dir --progress-bar --trusted-host --only-binary --no-binary --python -p"
    " --upgrade-strategy --proxy --retries --cert --group --extra --no-group --only-group --directory --project"
)
_OMIT_DEV = re.compile(
    r"(?:^|\s)(?:--omit[= ]dev|--only[= ]prod(?:uction)?|--prod(?:uction)?(?:=true)?|-P"
    r"|--no-dev|--without[= ]dev|--only[= ]main|--no-default-groups)(?=\s|$)"
)
_GROUPS = re.compile(
    r"(?:^|\s)(?:--no-dev|--without[= ]\S*dev\S*|--only[= ]\S+|--no-default-groups|--prod|--production)(?=\s|$)"
)
_PIPENV_DEFAULT = re.compile(r"^(?!.*(?:^|\s)(?:--dev|-d)(?:\s|$))")
_APT_FLAGS = _words("-t --target-release -o --option -c --config-file")

TOOLS: tuple[Tool, ...] = (
    Tool(
        "apt",
        {"install": "install", "build-dep": "install", "update": "cache", "upgrade": "install"}
        | {"dist-upgrade": "install", "clean": "clean", "autoclean": "clean"}
        | {"remove": "prune", "purge": "prune", "autoremove": "prune"},
        ("apt-get", "aptitude"),
        _APT_FLAGS,
    ),
    Tool("dpkg", {"-i": "install", "--install": "install", "-r": "prune", "-P": "prune", "--purge": "prune"}),
    Tool(
        "apk",
        {"add": "install", "update": "cache", "upgrade": "install", "del": "prune", "fetch": "fetch"},
        with_value=_words("-t --virtual -X --repository --root -p"),
    ),
    Tool(
        "dnf",
        {"install": "install", "groupinstall": "install", "update": "install", "upgrade": "install"}
        | {
            "makecache": "cache",
            "clean": "clean",
            "remove": "prune",
            "erase": "prune",
            "autoremove": "prune",
        },
        ("yum", "microdnf", "tdnf"),
        _words("--enablerepo --disablerepo --setopt -c --releasever --installroot"),
    ),
    Tool(
        "zypper", {"install": "install", "in": "install", "refresh": "cache", "clean": "clean", "rm": "prune"}
    ),
    Tool("pacman", {"-S": "install", "-Sy": "install", "-Syu": "install", "-R": "prune", "-Scc": "clean"}),
    Tool(
        "npm",
        {"install": "install", "i": "install", "ci": "install", "add": "install", "prune": "prune"}
        | {"rebuild": "build", "cache clean": "clean", "test": "test", "t": "test", "start": "start"}
        | {"uninstall": "prune", "remove": "prune", "audit": "test", "clean-install": "install"},
        ("cnpm",),
        _NODE_FLAGS,
        _OMIT_DEV,
        scripts=True,
        environment={
            "NODE_ENV": "production",
            "NPM_CONFIG_PRODUCTION": "true",
            "npm_config_production": "true",
        },
    ),
    Tool(
        "yarn",
        {"": "install", "install": "install", "add": "install", "cache clean": "clean", "test": "test"}
        | {"global add": "install", "workspaces focus": "install", "start": "start", "remove": "prune"}
        | {"autoclean": "clean", "build": "build"},
        ("yarnpkg",),
        _NODE_FLAGS | _words("--cache-folder --modules-folder --network-timeout --mutex"),
        _OMIT_DEV,
        scripts=True,
        environment={"NODE_ENV": "production"},
    ),
    Tool(
        "pnpm",
        {"install": "install", "i": "install", "add": "install", "fetch": "cache", "prune": "prune"}
        | {"deploy": "install", "store prune": "clean", "test": "test", "t": "test", "start": "start"}
        | {"build": "build", "rebuild": "build", "remove": "prune"},
        (),
        _NODE_FLAGS,
        _OMIT_DEV,
        scripts=True,
        environment={"NODE_ENV": "production"},
    ),
    Tool(
        "bun",
        {"install": "install", "i": "install", "add": "install", "build": "build", "test": "test"}
        | {"prune": "prune", "pm cache": "clean", "start": "start", "remove": "prune"},
        (),
        _NODE_FLAGS,
        _OMIT_DEV,
        scripts=True,
    ),
    Tool(
        "deno", {"install": "install", "cache": "install", "compile": "build", "test": "test", "run": "start"}
    ),
    Tool(
        "pip",
        {"install": "install", "wheel": "build", "download": "fetch", "cache purge": "clean"}
        | {"uninstall": "prune", "sync": "install"},
        ("pip2", "pip3"),
        _PIP_FLAGS,
    ),
    Tool(
        "uv",
        {"sync": "install", "pip install": "install", "pip sync": "install", "add": "install"}
        | {"tool install": "install", "build": "build", "cache clean": "clean", "cache prune": "clean"},
        (),
        _PIP_FLAGS,
        _GROUPS,
        environment={"UV_NO_DEV": "1"},
    ),
    Tool(
        "poetry",
        {"install": "install", "sync": "install", "add": "install", "build": "build", "cache clear": "clean"},
        with_value=_words("--only --without --with -E --extras -C --directory"),
        production=_GROUPS,
    ),
    Tool("pdm", {"install": "install", "sync": "install", "build": "build"}, production=_OMIT_DEV),
    Tool("pipenv", {"install": "install", "sync": "install"}, production=_PIPENV_DEFAULT),
    Tool(
        "conda", {"install": "install", "env": "install", "create": "install", "clean": "clean"}, ("mamba",)
    ),
    Tool("easy_install", {}, any_verb="install"),
    Tool(
        "go",
        {"mod download": "install", "get": "install", "install": "build", "build": "build", "test": "test"}
        | {"generate": "build", "run": "start", "clean": "clean", "mod tidy": "install", "vet": "test"},
        with_value=_words("-o -ldflags -tags -mod -gcflags -p"),
    ),
    Tool("cargo", {"build": "build", "install": "build", "fetch": "install", "test": "test", "run": "start"}),
    Tool("rustup", {"": "install"}, any_verb="install"),
    Tool(
        "maven",
        {"package": "build", "install": "build", "verify": "build", "compile": "build", "test": "test"}
        | {"dependency:go-offline": "install", "dependency:resolve": "install", "clean": "clean"},
        ("mvn", "mvnw"),
        _words("-f --file -pl --projects -s --settings"),
        goals=True,
    ),
    Tool(
        "gradle",
        {"test": "test", "dependencies": "install", "clean": "clean", "bootRun": "start"},
        ("gradlew",),
        any_verb="build",
        goals=True,
    ),
    Tool("sbt", {"test": "test", "update": "install", "clean": "clean", "run": "start"}, any_verb="build"),
    Tool("dotnet", {"restore": "install", "build": "build", "publish": "build", "test": "test"}),
    Tool(
        "bundler",
        {"": "install", "install": "install", "clean": "clean"},
        ("bundle",),
        production=re.compile(r"--without[= ]\S*development|--deployment"),
        environment={"BUNDLE_WITHOUT": "development:test"},
    ),
    Tool(
        "gem",
        {"install": "install", "build": "build", "update": "install"},
        with_value=_words("-v --version"),
    ),
    Tool(
        "composer",
        {"install": "install", "update": "install", "require": "install", "clear-cache": "clean"},
        ("composer.phar",),
        production=_OMIT_DEV,
    ),
    Tool("mix", {"deps.get": "install", "deps.compile": "build", "compile": "build", "release": "build"}),
    Tool("stack", {"build": "build", "install": "build", "setup": "install"}),
    Tool("cabal", {"build": "build", "install": "build", "update": "cache"}),
    Tool("swift", {"build": "build", "test": "test"}),
    Tool("zig", {"build": "build"}, any_verb="build"),
    Tool(
        "make",
        {"test": "test", "check": "test", "clean": "clean", "distclean": "clean"},
        ("gmake", "ninja"),
        _words("-j -C -f"),
        any_verb="build",
        goals=True,
    ),
    Tool("cmake", {}, any_verb="build"),
    Tool("configure", {}, any_verb="build"),
    Tool("gcc", {}, ("g++", "cc", "c++", "clang", "clang++"), any_verb="build"),
    Tool("javac", {}, any_verb="build"),
    Tool("rustc", {}, any_verb="build"),
    Tool("tsc", {}, ("tsup", "esbuild", "swc", "rollup", "babel", "webpack", "parcel"), any_verb="build"),
    Tool("vite", {"build": "build", "preview": "start", "": "start", "dev": "start"}),
    Tool("next", {"build": "build", "start": "start", "dev": "start"}),
    Tool("nuxt", {"build": "build", "generate": "build", "start": "start", "dev": "start"}),
    Tool("nest", {"build": "build", "start": "start"}),
    Tool("astro", {"build": "build", "preview": "start"}),
    Tool("ng", {"build": "build", "serve": "start", "test": "test"}, ("vue-cli-service", "react-scripts")),
    Tool("gulp", {}, ("grunt", "bower", "turbo"), any_verb="build"),
    Tool("prisma", {"generate": "build"}),
    Tool("pytest", {}, ("tox", "nox", "jest", "vitest", "mocha", "rspec", "phpunit"), any_verb="test"),
    Tool("gunicorn", {}, ("uvicorn", "hypercorn", "daphne", "waitress-serve"), any_verb="start"),
    Tool("git", {"clone": "fetch", "pull": "fetch", "fetch": "fetch", "submodule": "fetch"}),
    Tool("curl", {}, any_verb="fetch"),
    Tool("wget", {}, any_verb="fetch"),
)
_BY_NAME = {name: tool for tool in TOOLS for name in (tool.name, *tool.aliases)}
_SCRIPT_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"(?:pre|post)?(?:build|compile|bundle|generate|prod|dist)\b"), "build"),
    (re.compile(r"(?:test|lint|check|typecheck|coverage|e2e|audit)\b"), "test"),
    (re.compile(r"(?:start|serve|dev|preview|watch)\b"), "start"),
)
_VERSIONED = re.compile(r"(pip|python|gcc|g\+\+|clang|clang\+\+)-?\d[\d.]*$")
_CACHE_PATHS = re.compile(
    r"/var/lib/apt/lists|/var/cache/(?:apt|apk|yum|dnf)|/etc/apk/cache|\.cache(?:/|$)|\.npm(?:/|$)|/go/pkg/mod"
    r"|/root/\.(?:cache|npm|m2|gradle|cargo)|/tmp/\*"
)


def recognise(command: Command) -> tuple[Action, ...]:
    """What the command does, wrappers seen through; empty for a program that the table does not hold."""
    return tuple(action for inner in unwrapped(command) for action in _recognise(inner))


def _recognise(command: Command) -> tuple[Action, ...]:
    name = command.name
    if versioned := _VERSIONED.match(name):
        name = versioned[1]
    if name == "rm":
        cleans = any(_CACHE_PATHS.search(word) for word in command.words)
        paths = tuple(word for word in command.words if not word.startswith("-"))
        return (Action("clean", "rm", command, paths),) if cleans else ()
    if name == "python":
        return _python(command)
    tool = _BY_NAME.get(name)
    return _by_table(tool, command) if tool else ()


def _python(command: Command) -> tuple[Action, ...]:
    words = command.words
    if words[:1] == ("setup.py",) and len(words) > 1:
        kind: Kind = "install" if words[1] in {"install", "develop"} else "build"
        return (Action(kind, "setuptools", command),)
    if words[:2] == ("-m", "build"):
        return (Action("build", "python-build", command),)
    return ()


def _by_table(tool: Tool, command: Command) -> tuple[Action, ...]:
    options, plain, complete = _split(tool, command)
    verb, kind = _verb(tool, options, plain)
    if kind is None:
        return ()
    packages = tuple(plain[len(verb.split()) :]) if kind in {"install", "prune", "fetch"} else ()
    production = _is_production(tool, command, options)
    return (Action(kind, tool.name, command, packages, production, complete, options),)


def _split(tool: Tool, command: Command) -> tuple[tuple[str, ...], list[str], bool]:
    """Options (with the values that follow them), plain words, and whether all of it is static."""
    options: list[str] = []
    plain: list[str] = []
    complete = True
    words = iter(command.args)
    for word in words:
        if word is None:
            complete = False
        elif word.startswith("-") and len(word) > 1:
            options.append(word)
            if word in tool.with_value:
                options.append(next(words, None) or "")
        else:
            plain.append(word)
    return tuple(options), plain, complete


def _verb(tool: Tool, options: tuple[str, ...], plain: list[str]) -> tuple[str, Kind | None]:
    if tool.scripts and plain[:1] in (["run"], ["run-script"]) and len(plain) > 1:
        return "run", _script_kind(plain[1])
    if tool.goals and plain:
        kinds = [tool.verbs.get(word, tool.any_verb) for word in plain]
        return "", next((kind for kind in reversed(kinds) if kind not in {None, "clean"}), kinds[-1])
    for length in (2, 1):
        verb = " ".join(plain[:length])
        if len(plain) >= length and verb in tool.verbs:
            return verb, tool.verbs[verb]
    for option in options:
        if option in tool.verbs:
            return "", tool.verbs[option]
    if not plain and "" in tool.verbs:
        return "", tool.verbs[""]
    if tool.scripts and plain and plain[0] != "run":
        return "", _script_kind(plain[0]) if tool.name != "npm" else None
    return "", tool.any_verb


def _script_kind(script: str) -> Kind | None:
    base = script.rpartition("/")[2]
    return next((kind for pattern, kind in _SCRIPT_KINDS if pattern.match(base)), None)


def _is_production(tool: Tool, command: Command, options: tuple[str, ...]) -> bool:
    if tool.production and tool.production.search(" ".join(options)):
        return True
    return any(tool.environment.get(name) == value for name, value in command.assignments)
