"""The one table of package managers and build tools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["install", "build", "cache", "clean", "prune", "test", "start", "fetch"]


class Tool(NamedTuple):
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
    environment: Mapping[str, str] = MappingProxyType({})
    """Assignments that have the same effect as `production`."""


def _verbs(*parts: Mapping[str, Kind]) -> dict[str, Kind]:
    return {verb: kind for part in parts for verb, kind in part.items()}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NODE_FLAGS = _words("--prefix -C --dir --cwd --registry --filter -F --workspace -w --loglevel --cache -c")
_PIP_FLAGS = _words(
    "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links -t --target --prefix"
    " --root --timeout --cache-dir --progress-bar --trusted-host --only-binary --no-binary --python -p"
    " --upgrade-strategy --proxy --retries --cert --group --extra --no-group --only-group --directory"
    " --project"
)
_OMIT_DEV = re.compile(
    r"(?:^|\s)(?:--omit[= ]dev|--only[= ]prod(?:uction)?|--prod(?:uction)?(?:=true)?|-P"
    r"|--no-dev|--without[= ]dev|--only[= ]main|--no-default-groups)(?=\s|$)"
)
_GROUPS = re.compile(r"(?:^|\s)(?:--no-dev|--without[= ]\S*dev\S*|--only[= ]\S+|--no-default-groups)(?=\s|$)")
_PIPENV_DEFAULT = re.compile(r"^(?!.*(?:^|\s)(?:--dev|-d)(?:\s|$))")
_APT_FLAGS = _words("-t --target-release -o --option -c --config-file")

_COMPILERS = (
    *("cmake", "configure", "javac", "rustc", "tsc", "tsup", "esbuild", "swc", "rollup", "babel"),
    *("webpack", "parcel", "gulp", "grunt", "bower", "turbo"),
)
_FRONT_ENDS = ("ng", "vue-cli-service", "react-scripts")
_TEST_RUNNERS = ("pytest", "tox", "nox", "jest", "vitest", "mocha", "rspec", "phpunit")
_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve")

TOOLS: tuple[Tool, ...] = (
    Tool(
        "apt",
        _verbs(
            {"install": "install", "build-dep": "install", "update": "cache", "upgrade": "install"},
            {"dist-upgrade": "install", "clean": "clean", "autoclean": "clean"},
            {"remove": "prune", "purge": "prune", "autoremove": "prune"},
        ),
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
        _verbs(
            {"install": "install", "groupinstall": "install", "update": "install", "upgrade": "install"},
            {"makecache": "cache", "clean": "clean", "remove": "prune", "erase": "prune"},
            {"autoremove": "prune"},
        ),
        ("yum", "microdnf", "tdnf"),
        _words("--enablerepo --disablerepo --setopt -c --releasever --installroot"),
    ),
    Tool(
        "zypper", {"install": "install", "in": "install", "refresh": "cache", "clean": "clean", "rm": "prune"}
    ),
    Tool("pacman", {"-S": "install", "-Sy": "install", "-Syu": "install", "-R": "prune", "-Scc": "clean"}),
    Tool(
        "npm",
        _verbs(
            {"install": "install", "i": "install", "ci": "install", "add": "install", "prune": "prune"},
            {"rebuild": "build", "cache clean": "clean", "test": "test", "t": "test", "start": "start"},
            {"uninstall": "prune", "remove": "prune", "audit": "test", "clean-install": "install"},
        ),
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
        _verbs(
            {"": "install", "install": "install", "add": "install", "cache clean": "clean", "test": "test"},
            {"global add": "install", "workspaces focus": "install", "start": "start", "remove": "prune"},
            {"autoclean": "clean", "build": "build"},
        ),
        ("yarnpkg",),
        _NODE_FLAGS | _words("--cache-folder --modules-folder --network-timeout --mutex"),
        _OMIT_DEV,
        scripts=True,
        environment={"NODE_ENV": "production"},
    ),
    Tool(
        "pnpm",
        _verbs(
            {"install": "install", "i": "install", "add": "install", "fetch": "cache", "prune": "prune"},
            {"deploy": "install", "store prune": "clean", "test": "test", "t": "test", "start": "start"},
            {"build": "build", "rebuild": "build", "remove": "prune"},
        ),
        (),
        _NODE_FLAGS,
        _OMIT_DEV,
        scripts=True,
        environment={"NODE_ENV": "production"},
    ),
    Tool(
        "bun",
        _verbs(
            {"install": "install", "i": "install", "add": "install", "build": "build", "test": "test"},
            {"prune": "prune", "pm cache": "clean", "start": "start", "remove": "prune"},
        ),
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
        _verbs(
            {"install": "install", "wheel": "build", "download": "fetch", "cache purge": "clean"},
            {"uninstall": "prune", "sync": "install"},
        ),
        ("pip2", "pip3"),
        _PIP_FLAGS,
    ),
    Tool(
        "uv",
        _verbs(
            {"sync": "install", "pip install": "install", "pip sync": "install", "add": "install"},
            {"tool install": "install", "build": "build", "cache clean": "clean", "cache prune": "clean"},
        ),
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
        _verbs(
            {
                "mod download": "install",
                "get": "install",
                "install": "build",
                "build": "build",
                "test": "test",
            },
            {"generate": "build", "run": "start", "clean": "clean", "mod tidy": "install", "vet": "test"},
        ),
        with_value=_words("-o -ldflags -tags -mod -gcflags -p"),
    ),
    Tool("cargo", {"build": "build", "install": "build", "fetch": "install", "test": "test", "run": "start"}),
    Tool("rustup", {"": "install"}, any_verb="install"),
    Tool(
        "maven",
        _verbs(
            {"package": "build", "install": "build", "verify": "build", "compile": "build", "test": "test"},
            {"dependency:go-offline": "install", "dependency:resolve": "install", "clean": "clean"},
        ),
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
    Tool("gcc", {}, ("g++", "cc", "c++", "clang", "clang++"), any_verb="build"),
    *(Tool(name, {}, any_verb="build") for name in _COMPILERS),
    Tool("vite", {"build": "build", "preview": "start", "": "start", "dev": "start"}),
    Tool("next", {"build": "build", "start": "start", "dev": "start"}),
    Tool("nuxt", {"build": "build", "generate": "build", "start": "start", "dev": "start"}),
    Tool("nest", {"build": "build", "start": "start"}),
    Tool("astro", {"build": "build", "preview": "start"}),
    *(
        Tool(name, {"build": "build", "serve": "start", "start": "start", "test": "test"})
        for name in _FRONT_ENDS
    ),
    Tool("prisma", {"generate": "build"}),
    *(Tool(name, {}, any_verb="test") for name in _TEST_RUNNERS),
    *(Tool(name, {}, any_verb="start") for name in _SERVERS),
    Tool("git", {"clone": "fetch", "pull": "fetch", "fetch": "fetch", "submodule": "fetch"}),
    Tool("curl", {}, any_verb="fetch"),
    Tool("wget", {}, any_verb="fetch"),
)
