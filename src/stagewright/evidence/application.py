"""The application's own files: which of them its start leads to, and which are for people and builds."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stagewright.evidence import code, start
from stagewright.evidence.tree import ImageTree
from stagewright.model.fact import Reason
from stagewright.model.project import Project
from stagewright.shell import parse_shell, with_wrappers

_LOADERS = frozenset(
    {
        "ts-node",
        "ts-node-dev",
        "ts-node-esm",
        "tsx",
        "nodemon",
        "vite",
        "babel-node",
        "next",
        "swc-node",
        "deno",
    }
)
_SERVERS = frozenset({"serve", "http-server", "ls", "find", "tar", "rsync", "live-server", "browser-sync"})
_LISTING = re.compile(
    r"(?:http\.server|SimpleHTTP|express\.static|serveStatic|serve_static|StaticFiles|send_from_directory"
    r"|sendFile|readdir\w*|listdir|scandir|os\.walk|r?glob\w*|iterdir|FileServer|ParseGlob|WalkDir|fs\.Sub"
    r"|os\.DirFS|autoindex|Bun\.file|open\w*|readFile\w*|read_text|createReadStream|import\.meta\.glob)"
    r"\s*\(?(?P<rest>[^\n]{0,100})"
)
_WHOLE = re.compile(
    r"http\.server|SimpleHTTP|FileServer|express\.static|serveStatic|StaticFiles|readdir|listdir|scandir|os\.walk|glob|iterdir|WalkDir|DirFS|send_from_directory"
)
_GO_SERVED = re.compile(
    r"(?:http\.Dir|os\.DirFS|WalkDir|filepath\.Walk|os\.ReadDir|ioutil\.ReadDir)\(\s*([^,)]*)"
)
_NAMED = re.compile(r"""['"`][^'"`]*[A-Za-z][^'"`]*['"`]""")
_TESTS = re.compile(
    r"(?:.*/)?(?:tests?|__tests__|spec|e2e|cypress)/.*|.*\.(?:test|spec)\.[cm]?[jt]sx?|.*_test\.go|(?:.*/)?test_[^/]*\.py"
    r"|(?:.*/)?[^/]*_test\.py|(?:.*/)?conftest\.py"
)
_META = re.compile(
    r"(?:[^/]*\.)?Dockerfile(?:\.[^/]*)?|\.dockerignore|(?:docker-)?compose[^/]*\.ya?ml|\.git(?:ignore|attributes|modules)"
    r"|\.editorconfig|\.github/.*|\.gitlab-ci\.yml|\.circleci/.*|\.vscode/.*|\.idea/.*|\.husky/.*"
    r"|(?:README|CHANGELOG|CONTRIBUTING|HISTORY|AUTHORS)[^/]*|tsconfig[^/]*\.json|\.?eslint[^/]*|\.prettier[^/]*"
    r"|(?:jest|vitest|playwright|cypress|commitlint|lint-staged|prettier)\.config\.[^/]*|\.pre-commit-config\.yaml"
    r"|tox\.ini|\.?pytest\.ini|mypy\.ini|\.?ruff\.toml|\.flake8|\.pylintrc|\.coveragerc|Makefile|Jenkinsfile"
    r"|\.nvmrc|\.node-version|\.python-version|\.golangci\.ya?ml|\.travis\.yml|Procfile|.*\.md"
    r"|package-lock\.json|npm-shrinkwrap\.json|bun\.lockb?|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock"
    r"|Pipfile\.lock|go\.sum"
)
_HISTORY = re.compile(
    r"""['"`](?:[^'"`\n]*[/ ])?\.?git['"` /]|\b(?:import|from) (?:git|dulwich|pygit2|setuptools_scm)\b"""
    r"""|simple-git|isomorphic-git|nodegit|go-git"""
)
_COMPILED = re.compile(r".*\.(?:tsx?|mts|cts|jsx|vue|svelte|astro)\Z")


@dataclass(frozen=True, slots=True)
class Application:
    """`folder` is the WORKDIR; `entries` files that the start names; `reached` code that they lead to.

    `commands` are all that is started, package scripts included. `texts` are the application's own code by
    path (dependencies left out). `lists_all`: something may list, serve or read any file of it.
    """

    folder: str
    commands: tuple[tuple[str, ...], ...]
    entries: frozenset[str]
    reached: frozenset[str]
    texts: Mapping[str, str]
    scripts: Mapping[str, str]
    lists_all: bool

    @property
    def programs(self) -> frozenset[str]:
        return frozenset(words[0].rpartition("/")[2] for words in self.commands)

    @property
    def live(self) -> Mapping[str, str]:
        """The code that may run: what the start leads to where that is known, else all but the tests."""
        if self.reached:
            return {path: self.texts[path] for path in sorted(self.reached)}
        below = len(self.folder.rstrip("/")) + 1
        return {path: text for path, text in self.texts.items() if not _TESTS.fullmatch(path[below:])}

    @property
    def named(self) -> frozenset[str]:
        return frozenset(literal for text in self.live.values() for literal in code.literals(text))

    def names(self, path: str) -> bool:
        """Whether a literal of the code that may run names a file below the folder."""
        return _is_named(path[len(self.folder.rstrip("/")) + 1 :], self.named)


def understand(tree: ImageTree, made: Iterable[str], project: Project) -> Application:
    folder = tree.resolve(tree.config.workdir or "/") or "/"
    prefix = folder.rstrip("/") + "/"
    own = (
        [
            path
            for path in made
            if path.startswith(prefix)
            and "/node_modules/" not in path
            and "/site-packages/" not in path
            and code.SCRIPT.match(path)
            and tree.entries[path].type == "file"
            and tree.entries[path].size <= code.MAX_BYTES
        ]
        if folder != "/"
        else []
    )
    package = tree.read(f"{prefix}package.json")
    texts = {path: data.decode("utf-8", "replace") for path, data in sorted(tree.read_many(own).items())}
    scripts = read_scripts(package)
    commands = expanded(start.commands(tree, project), scripts)
    entries = _entries(commands, folder, tree, frozenset(made))
    scripted = {path for path in entries if code.JAVASCRIPT.match(path) and path in texts}
    reached = code.reachable(scripted, texts) if scripted else frozenset()
    application = Application(folder, commands, entries, reached, texts, scripts, False)
    lists_all = (
        bool(application.programs & _SERVERS)
        or any("http.server" in words for words in commands)
        or any(
            _serves_own_folder(text, folder) if path.endswith(".go") else _lists(text)
            for path, text in application.live.items()
        )
    )
    return Application(folder, commands, entries, reached, texts, scripts, lists_all)


def _entries(
    commands: Iterable[tuple[str, ...]], folder: str, tree: ImageTree, own: frozenset[str]
) -> frozenset[str]:
    """The files that commands name by a path, and the programs of the user's own that PATH leads to."""
    named = {
        tree.resolve(posixpath.join(folder, word))
        for words in commands
        for word in words
        if start.looks_like_path(word)
    }
    called = {start.program_path(words[0], tree) for words in commands} & own
    return frozenset(
        path for path in named | called if path and path in tree.entries and tree.entries[path].type == "file"
    )


def reasons(application: Application, tree: ImageTree, made: Iterable[str]) -> dict[str, Reason]:
    """Reasons for files below the WORKDIR that neither a run nor anything that may run reads."""
    prefix = application.folder.rstrip("/") + "/"
    found: dict[str, Reason] = {}
    if application.folder == "/":
        return found
    named = application.named
    reads_history = any(_HISTORY.search(text) for text in application.live.values())
    compiled = _is_compiled(application)
    for path in made:
        if not path.startswith(prefix) or "/node_modules/" in path or "/site-packages/" in path:
            continue
        name = path[len(prefix) :]
        entry = tree.entries[path]
        if name == ".git" or name.startswith(".git/"):
            if not reads_history:
                found[path] = Reason(
                    "version control", "the history of the source, and nothing that runs names it"
                )
            continue
        if application.lists_all or path in application.reached or path in application.entries:
            continue
        if entry.type == "dir" or _is_named(name, named):
            continue
        if _TESTS.fullmatch(name):
            found[path] = Reason("tests", "tests, and nothing that runs names them")
        elif _META.fullmatch(name):
            found[path] = Reason("build file", "for people and builds, and nothing that runs names it")
        elif compiled and _is_source(name, application, path):
            found[path] = Reason(
                "source", "its compiled output is what starts, and nothing that runs names it"
            )
    return found


def _is_compiled(application: Application) -> bool:
    """Whether the start runs JavaScript that a build wrote, with nothing that could load its source."""
    prefix = application.folder.rstrip("/") + "/"
    outputs = {path[len(prefix) :].split("/")[0] for path in application.entries if path.startswith(prefix)}
    return (
        bool(application.reached)
        and "build" in application.scripts
        and not application.programs & _LOADERS
        and all(
            path.endswith((".js", ".mjs", ".cjs"))
            for path in application.entries
            if path in application.texts
        )
        and bool(outputs & {"dist", "build", "out", "lib", ".next", ".output"})
    )


def _is_source(name: str, application: Application, path: str) -> bool:
    if name.endswith(".d.ts") or name.split("/")[0] in {"dist", "build", "out", ".next", ".output"}:
        return False
    return bool(_COMPILED.match(name)) or (name.startswith("src/") and path not in application.reached)


def _is_named(name: str, named: frozenset[str]) -> bool:
    base = name.rpartition("/")[2]
    parts = name.split("/")
    heads = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    for literal in named:
        clean = posixpath.normpath(literal).lstrip("/") if literal else ""
        clean = re.sub(r"^(?:\.\./)+", "", clean)
        if clean in heads or clean == base or (len(clean) > 3 and clean.endswith("/" + base)):
            return True
    return False


def _serves_own_folder(text: str, folder: str) -> bool:
    """Whether a Go program names the folder of its sources where it serves or walks one."""
    served = (match[1].strip().strip('"`') for match in _GO_SERVED.finditer(text))
    return any(argument in ("", ".", "./", "/", folder) for argument in served)


def _lists(text: str) -> bool:
    for match in _LISTING.finditer(text):
        if _WHOLE.search(match[0][: len(match[0]) - len(match["rest"])]) and not _NAMED.search(match["rest"]):
            return True
    return False


def read_scripts(package: bytes | None) -> dict[str, str]:
    """The scripts of a `package.json` by name."""
    try:
        value = json.loads(package or b"{}")
    except (ValueError, RecursionError):
        return {}
    scripts = value.get("scripts") if isinstance(value, dict) else None
    return {k: v for k, v in scripts.items() if isinstance(v, str)} if isinstance(scripts, dict) else {}


def expanded(commands: Iterable[tuple[str, ...]], scripts: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """The commands with those that wrappers and the scripts of a `package.json` start."""
    queue = list(commands)
    found: list[tuple[str, ...]] = []
    while queue and len(found) < 50:
        words = queue.pop(0)
        if words in found:
            continue
        found.append(words)
        # An entry point's script ends with what it is given.
        inner = words[1:] if words[0].endswith(".sh") else words
        script = parse_shell(shlex.join(inner))
        queue += [
            (one.program, *one.words)
            for command in script.commands
            for one in with_wrappers(command)
            if one.program
        ]
        for text in start.scripts_of(words, scripts):
            script = parse_shell(text)
            queue += [(one.program, *one.words) for one in script.commands if one.program]
    return tuple(found)
