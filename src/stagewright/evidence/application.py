"""The application: its own code, what its start leads to, and what it may name and call."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from stagewright.evidence import code, listing, naming, readers, serving, settings, start
from stagewright.evidence.commands import expanded, read_scripts
from stagewright.evidence.own_tests import NO_TESTS, Tests, find_tests
from stagewright.evidence.records import RECORD, recorded
from stagewright.evidence.tree import ImageTree
from stagewright.model.project import Project

_COMPILED = re.compile(r".*\.(?:tsx?|mts|cts|jsx|vue|svelte|astro)\Z")
# Where a system and its tools keep what is nobody's own code.
_FOREIGN = re.compile(
    r".*/(?:node_modules|site-packages|dist-packages)/.*|/(?:proc|sys|dev|tmp|bin|sbin|lib\w*|boot|run)/.*"
    r"|/usr/(?!src/|local/).*|/usr/local/(?:lib|go|share|include|cargo|rustup)/.*|/var/(?:lib|cache|log|tmp)/.*|/root/\..*"
    r"|(?:/root)?/go/pkg/.*"
)
_SETTINGS_PLACES = re.compile(
    r"/etc/(?:cron|supervisor|systemd|monit|s6|service|nginx|apache2|httpd|uwsgi).*|/var/spool/cron/.*"
)
_UI = (".vue", ".svelte", ".astro")
_STYLES = re.compile(r".*\.(?:css|pcss|postcss|scss|sass|less|styl)")
_JS_FIRST_LINE = re.compile(r".*\b(?:node|bun|deno|tsx|ts-node)\b")
# Settings of builds that are code; a start that builds reads them.
_TOOL_SETTINGS = re.compile(
    r"(?:.*/)?(?:(?:vite|vitest|webpack|rollup|jest|babel|eslint|postcss|tailwind|tsup|esbuild|playwright|cypress|karma|prettier"
    r"|stylelint|commitlint|lint-staged|svelte|astro|metro|drizzle)[\w.-]*\.[cm]?[jt]s|\.\w+rc\.[cm]?js|[Gg]ulpfile\.\w+"
    r"|Gruntfile\.\w+|setup\.py|noxfile\.py)"
)
# Of those, what only its own tool reads.
_CHECKING = re.compile(
    r"(?:.*/)?\.?(vitest|jest|eslint|playwright|cypress|karma|prettier|stylelint|commitlint|lint-staged)(?![a-z])"
)
# How Node.js completes the name of the file that it starts.
_ENDINGS = ("", ".js", "/index.js")
_LINKED = re.compile(r".*/node_modules/((?:@[^/]+/)?[^@./][^/]*)")
_SETTINGS_READ = 2_000
# Scripts that are named by scripts that are named by others; nobody's go further.
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Application:
    """`folder` is the WORKDIR; `entries` files that the start names; `reached` code that they lead to.

    `commands` are all that is started, package scripts included; `calls`: programs that scripts,
    settings or code may start besides. `texts` are the application's own code by path, no dependencies,
    `live` what of it may run: what the start leads to where that is known, else all but tests. `names`: what
    something that runs may name; `names_read` without bare words of settings. `tests`: its own; `local`:
    packages of Node whose code is its own. `bundled`: the start bundles the source; `styles`: its style
    sheets then. `lists_all`: one may list, serve or read any file of it. `told`: all that code and settings
    say and that the start is told; `given`: what of it no code says.
    """

    folder: str
    commands: tuple[tuple[str, ...], ...]
    entries: frozenset[str]
    reached: frozenset[str]
    texts: Mapping[str, str]
    scripts: Mapping[str, str]
    lists_all: bool = False
    live: Mapping[str, str] = field(default_factory=dict)
    calls: frozenset[str] = frozenset()
    names: naming.Names = naming.NOTHING
    names_read: naming.Names = naming.NOTHING
    modules: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)
    bundled: bool = False
    styles: Mapping[str, str] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    tests: Tests = NO_TESTS
    local: frozenset[str] = frozenset()

    @property
    def programs(self) -> frozenset[str]:
        return _programs(self.commands)

    def name(self, path: str) -> str:
        """The path from the WORKDIR; as it is where it lies elsewhere."""
        return path.removeprefix(self.folder.rstrip("/") + "/")


def understand(tree: ImageTree, made: Iterable[str], project: Project) -> Application:
    made = list(made)
    folder = tree.resolve(tree.config.workdir or "/") or "/"
    package = tree.read(f"{folder.rstrip('/')}/package.json")
    scripts = read_scripts(package)
    commands = expanded(start.commands(tree, project), scripts)
    entries = _entries(commands, folder, tree, frozenset(made))
    # Of the modules that Go vendors only Go's own files are ever read, by the compiler.
    lists = (path for path in made if path.endswith("/vendor/modules.txt"))
    vendored = tuple(posixpath.dirname(path) + "/" for path in lists)
    own = {
        path
        for path in made
        if _is_own_code(path, folder, tree) and (path.endswith(".go") or not path.startswith(vendored))
    }
    installed, foreign = _distributions(tree, made)
    own = (own - (foreign - entries)) | {path for path in installed if code.SCRIPT.match(path)}
    texts = _read(tree, sorted(own), code.MAX_BYTES)
    scripted = {path for path in entries if _is_javascript(path, tree) and path in texts}
    reached = code.reachable(scripted, texts, folder) if scripted else frozenset()
    programs = _programs(commands)
    configured = [
        path
        for path in made
        if (_is_below(path, folder) or _SETTINGS_PLACES.fullmatch(path))
        and path not in texts
        and not path.startswith(vendored)
        and not _FOREIGN.fullmatch(path)
        and "/." not in path.removesuffix("/" + posixpath.basename(path))
        and settings.is_settings(path, programs)
    ]
    bundled = any(map(readers.bundles, commands)) or (
        "bun" in programs and any(map(code.imports_a_page, texts.values()))
    )
    sheets = [
        path
        for path in made
        if bundled and _STYLES.fullmatch(path) and _is_below(path, folder) and "/node_modules/" not in path
    ]
    application = Application(
        folder,
        commands,
        entries,
        reached,
        texts,
        scripts,
        local=_local(tree, made),
        settings=_read(tree, configured[:_SETTINGS_READ], settings.MAX_BYTES),
        bundled=bundled,
        styles=_read(tree, sheets, settings.MAX_BYTES),
    )
    below = {application.name(path): text for path, text in texts.items() if _is_below(path, folder)}
    application = replace(application, tests=find_tests(below))
    application = replace(application, live=_live(application, tree))
    environment = [value for key, value in tree.config.env if key not in ("PATH", "FLASK_APP")]
    environment += [value for user in project.consumers for _, value in user.environment]
    application = replace(application, calls=_calls(application, tree, frozenset(environment)))
    # What a wrapper hands on is a program, and no file of its name.
    given = {word for words in commands for word in words[1:]} - application.programs
    given |= {part for value in environment for part in re.split(r"[\s:,;]+", value)}
    spoken = _spoken(application, tree) | given
    told = frozenset[str]().union(*map(naming.tokens, application.settings.values()))
    paths_told = {word for word in told if "/" in word.strip("/")}
    return replace(
        application,
        told=frozenset(spoken | told),
        given=frozenset(given | told),
        names=naming.names_in(spoken | told, folder),
        names_read=naming.names_in(spoken | paths_told, folder),
        modules=frozenset[str]().union(
            *(naming.modules(text) for path, text in application.live.items() if path.endswith(".py"))
        ),
        lists_all=any(serving.may_read_all(words, application, tree) for words in commands)
        or any(
            listing.serves_own_folder(text, folder) if path.endswith(".go") else listing.lists(text)
            for path, text in application.live.items()
            if not path.endswith((".c", ".h", ".cc", ".cpp")) and not path.startswith(vendored)
        ),
    )


def _programs(commands: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(words[0].rpartition("/")[2] for words in commands)


def _entries(
    commands: Iterable[tuple[str, ...]], folder: str, tree: ImageTree, own: frozenset[str]
) -> frozenset[str]:
    """The files that commands name by a path, and the programs of the user's own that PATH leads to."""
    named = {
        tree.resolve(posixpath.join(folder, word + end))
        for words in commands
        for number, word in enumerate(words)
        if start.looks_like_path(word) or (number == 1 and words[0] in start.NODE)
        for end in (_ENDINGS if words[0].rpartition("/")[2] in start.NODE else ("",))
    }
    called = {start.program_path(words[0], tree) for words in commands} & own
    return frozenset(
        path for path in named | called if path and path in tree.entries and tree.entries[path].type == "file"
    )


def _is_below(path: str, folder: str) -> bool:
    return folder != "/" and path.startswith(folder + "/")


def _is_own_code(path: str, folder: str, tree: ImageTree) -> bool:
    entry = tree.entries[path]
    if entry.type != "file" or re.search(r"/(?:node_modules|site-packages|dist-packages)/", path):
        return False
    if not _is_below(path, folder) and _FOREIGN.fullmatch(path):
        return False
    first = tree.shebangs.get(path, "")
    return bool(code.SCRIPT.match(path) or start.SHELL_FIRST_LINE.match(first) or _JS_FIRST_LINE.match(first))


def _distributions(tree: ImageTree, made: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What installed Python distributions list as theirs: a dependency puts code into `bin`, too.

    First those that were installed from a folder or a repository: the application itself may be one.
    """
    paths = set(made)
    found: tuple[set[str], set[str]] = (set(), set())
    for path, data in tree.read_many(path for path in paths if RECORD.fullmatch(path)).items():
        local = posixpath.join(posixpath.dirname(path), "direct_url.json") in paths
        found[0 if local else 1].update(recorded(path, data, paths))
    return frozenset(found[0]), frozenset(found[1])


def _read(tree: ImageTree, paths: Iterable[str], most: int) -> dict[str, str]:
    small = [path for path in paths if tree.entries[path].type == "file" and tree.entries[path].size <= most]
    contents = tree.read_many(small)
    return {path: data.decode("utf-8", "replace") for path, data in sorted(contents.items())}


def _is_javascript(path: str, tree: ImageTree) -> bool:
    return bool(code.JAVASCRIPT.match(path) or _JS_FIRST_LINE.match(tree.shebangs.get(path, "")))


def is_resolved(application: Application) -> bool:
    """Whether the start leads to code that loads nothing by computed names, aliases or pages."""
    texts = [application.texts[path] for path in application.reached]
    return bool(texts) and not any(
        code.loads_by_computed_names(text)
        or code.imports_a_page(text)
        or not application.local.isdisjoint(map(code.package_of, code.imports(text)))
        for text in texts
    )


def _local(tree: ImageTree, made: Iterable[str]) -> frozenset[str]:
    """Packages that are linked from elsewhere: those of a workspace, and `file:` dependencies."""
    links = (_LINKED.fullmatch(path) for path in made if tree.entries[path].type == "link")
    return frozenset(match[1] for match in links if match)


def _live(application: Application, tree: ImageTree) -> dict[str, str]:
    """The code that may run. What is loaded by a name that is not written down may be anything but source.

    Where all that is loaded is written down, what a dependency loads or another process runs is named, too.
    """
    texts, reached = application.texts, application.reached
    scripts = {path for path in texts if _is_javascript(path, tree) or path.endswith(_UI)}
    named = _named_on(application, scripts)
    known = is_resolved(application) and not application.programs & readers.CONVENTIONAL
    compiled = is_compiled(application)
    builds = application.bundled or application.programs & (readers.LOADERS | {"webpack", "gulp", "grunt"})

    def may_run(path: str) -> bool:
        name = application.name(path)
        script = path in scripts
        if (
            application.tests.have(name)
            or (script and known and path not in named)
            or start.is_shell(path, tree)
        ):
            return False
        if _TOOL_SETTINGS.fullmatch(name):
            tool = _CHECKING.match(name)
            if not (tool[1] in application.programs if tool else builds):
                return False
        return not (script and compiled and is_source(name, application, path))

    live = {path for path in texts if path in reached or may_run(path)}
    words = {posixpath.basename(word) for words in application.commands for word in words}
    for path in sorted(live):
        words |= {posixpath.basename(word) for one in naming.quoted(texts[path]) for word in one.split()}
    for text in application.settings.values():
        words |= {posixpath.basename(one) for one in naming.tokens(text)}
    shells = {path for path in texts if start.is_shell(path, tree)}
    while found := {path for path in shells - live if posixpath.basename(path) in words}:
        live |= found
        words |= {posixpath.basename(one) for path in found for one in naming.tokens(texts[path])}
    return {path: texts[path] for path in sorted(live)}


def _named_on(application: Application, scripts: Set[str]) -> frozenset[str]:
    """Scripts that what is reached may name as a file, and what those may name in turn."""
    found: set[str] = set()
    latest, rest = application.reached, scripts - application.reached
    for _ in range(_ROUNDS):
        said = frozenset[str]().union(*(naming.quoted(application.texts[path]) for path in latest))
        names = naming.names_in(said, application.folder)
        latest = frozenset(path for path in rest if names.may_mean(application.name(path)))
        found |= latest
        rest -= latest
        if not latest:
            break
    return frozenset(found)


def _calls(application: Application, tree: ImageTree, environment: frozenset[str]) -> frozenset[str]:
    """The names of programs that shell scripts, settings and code may start.

    Where code starts any, it may have a name from settings or from a variable's value (`environment`).
    """
    lines: list[tuple[str, ...]] = []
    names: set[str] = set()
    for path, text in application.live.items():
        if start.is_shell(path, tree):
            lines += start.commands_in(text)
        else:
            names |= code.programs(text)
            if code.starts_processes(text):
                names |= code.words(text)
                lines += [one for line in code.command_lines(text) for one in start.commands_in(line)]
    for path, text in application.settings.items():
        lines += [one for line in settings.commands(path, text) for one in start.commands_in(line)]
    if any(map(code.starts_processes, application.live.values())):
        names |= {value for text in application.settings.values() for value in settings.words(text)}
        names = {name for name in names if "/" not in name}
        names |= environment
    called = {words[0].rpartition("/")[2] for words in expanded(lines, application.scripts, most=2_000)}
    return frozenset(names | called)


def _spoken(application: Application, tree: ImageTree) -> set[str]:
    """All that the code that may run says: quoted, and in shell scripts each word."""
    found: set[str] = set()
    for path, text in application.live.items():
        found |= naming.quoted(text)
        if start.is_shell(path, tree):
            found |= naming.tokens(text)
    return found


def is_compiled(application: Application) -> bool:
    """Whether the start runs JavaScript that a build wrote, with nothing that could load its source."""
    prefix = application.folder.rstrip("/") + "/"
    outputs = {path[len(prefix) :].split("/")[0] for path in application.entries if path.startswith(prefix)}
    return (
        bool(application.reached)
        and "build" in application.scripts
        and not application.programs & readers.LOADERS
        and all(
            path.endswith((".js", ".mjs", ".cjs"))
            for path in application.entries
            if path in application.texts
        )
        and bool(outputs & {"dist", "build", "out", "lib", ".next", ".output"})
    )


def is_source(name: str, application: Application, path: str) -> bool:
    """Whether a build compiles it, by its name below the WORKDIR, and the start does not lead to it."""
    if name.endswith(".d.ts") or name.split("/")[0] in {"dist", "build", "out", ".next", ".output"}:
        return False
    return bool(_COMPILED.match(name)) or (name.startswith("src/") and path not in application.reached)
