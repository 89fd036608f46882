"""What may go and what has to stay, on small images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from stagewright.evidence.changes import ForeignBase
from stagewright.evidence.judge import learn
from stagewright.model.evidence import Evidence
from stagewright.model.image import Elf, Healthcheck, ImageConfig
from stagewright.model.project import Consumer, Project
from tests.unit.images_of import Layer, Link, Tree, tree_of

X86 = "EM_X86_64"
LIBC = Elf(soname="libc.so.6", machine=X86)
STATUS = """\
Package: libc6
Status: install ok installed
Version: 2.36

Package: dash
Status: install ok installed
Version: 0.5
Pre-Depends: libc6

Package: git
Status: install ok installed
Version: 2.39
Depends: libc6, libpcre2

Package: libpcre2
Status: install ok installed
Version: 10.42
Depends: libc6

Package: gcc
Status: install ok installed
Version: 12.2
Depends: libc6
"""
BASE: Layer = (
    "base",
    {
        "/usr/bin/dash": Elf(needed=("libc.so.6",), machine=X86),
        "/bin/sh": Link("/usr/bin/dash"),
        "/usr/bin/git": Elf(needed=("libc.so.6", "libpcre2-8.so.0"), machine=X86),
        "/usr/bin/gcc": Elf(needed=("libc.so.6",), machine=X86),
        "/usr/lib/libc.so.6": LIBC,
        "/usr/lib/libpcre2-8.so.0": Elf(needed=("libc.so.6",), machine=X86),
        "/usr/local/bin/node": Elf(needed=("libc.so.6",), machine=X86),
        "/var/lib/dpkg/status": STATUS,
        "/var/lib/dpkg/info/libc6.list": "/usr/lib/libc.so.6\n",
        "/var/lib/dpkg/info/dash.list": "/usr/bin/dash\n",
        "/var/lib/dpkg/info/git.list": "/usr/bin/git\n",
        "/var/lib/dpkg/info/libpcre2.list": "/usr/lib/libpcre2-8.so.0\n",
        "/var/lib/dpkg/info/gcc.list": "/usr/bin/gcc\n",
    },
)
CONFIG = ImageConfig(
    env=(("PATH", "/usr/local/bin:/usr/bin:/bin"),), cmd=("node", "dist/index.js"), workdir="/app"
)
LOCK = json.dumps(
    {
        "packages": {
            "node_modules/hono": {},
            "node_modules/typescript": {"dev": True},
            "node_modules/semver": {"dev": True},
        }
    }
)
PACKAGE = json.dumps({"scripts": {"build": "tsc"}})


def installed(*names: str) -> str:
    return "".join(f"\nPackage: {name}\nStatus: install ok installed\nVersion: 1\n" for name in names)


def judged(
    *layers: Layer,
    config: ImageConfig = CONFIG,
    consumers: tuple[Consumer, ...] = (),
    observed: tuple[str, ...] = (),
    missed: Mapping[str, str] | None = None,
) -> Evidence:
    project = Project(Path("/project"), {}, consumers=consumers)
    return learn(tree_of(BASE, *layers, config=config), tree_of(BASE), project, observed, missed or {})


def packages(evidence: Evidence) -> set[str]:
    return {need.name for need in evidence.packages}


def test_what_the_start_leads_to_stays_and_its_source_goes() -> None:
    evidence = judged(
        (
            "COPY . .",
            {
                "/app/dist/index.js": "require('./other')",
                "/app/dist/other.js": "",
                "/app/src/index.ts": "",
                "/app/package.json": PACKAGE,
                "/app/tests/a.test.ts": "",
                "/app/Dockerfile": "",
                "/app/docker-bake.hcl": "",
                "/app/stagewright.toml": "",
            },
        )
    )
    assert {
        path: reason.kind for path, reason in evidence.reasons.items() if evidence.made[path] and "." in path
    } == {
        "/app/src/index.ts": "source",
        "/app/tests/a.test.ts": "tests",
        "/app/docker-bake.hcl": "build file",
        "/app/stagewright.toml": "build file",
    }
    assert evidence.reasons["/app/Dockerfile"].kind == "build file"
    assert "/usr/local/bin/node" in evidence.needed_files


@pytest.mark.parametrize(
    "code",
    [
        "fs.readFileSync('src/index.ts')",
        "express.static(folder)",
        "fs.readdirSync(somewhere)",
    ],
)
def test_source_that_may_be_read_stays(code: str) -> None:
    evidence = judged(
        ("COPY . .", {"/app/dist/index.js": code, "/app/src/index.ts": "", "/app/package.json": PACKAGE})
    )
    assert "/app/src/index.ts" not in evidence.reasons


def test_a_loader_in_the_start_keeps_the_source() -> None:
    config = ImageConfig(CONFIG.env, cmd=("tsx", "src/index.ts"), workdir="/app")
    evidence = judged(("COPY . .", {"/app/src/index.ts": "", "/app/package.json": PACKAGE}), config=config)
    assert "/app/src/index.ts" not in evidence.reasons


def test_development_dependencies_go_unless_something_resolves_them() -> None:
    evidence = judged(
        (
            "RUN npm install",
            {
                "/app/package-lock.json": LOCK,
                "/app/node_modules/hono/index.js": "",
                "/app/node_modules/typescript/lib.js": "",
                "/app/node_modules/semver/index.js": "",
                "/app/node_modules/.bin/tsc": Link("../typescript/lib.js"),
            },
        ),
        ("COPY . .", {"/app/dist/index.js": "require('semver')"}),
    )
    assert evidence.reasons["/app/node_modules/typescript/lib.js"].kind == "development dependency"
    assert "/app/node_modules/.bin/tsc" in evidence.reasons
    assert "/app/node_modules/semver/index.js" not in evidence.reasons
    assert "/app/node_modules/hono/index.js" not in evidence.reasons
    assert [name for name, _ in evidence.waivers] == ["semver"]


def test_a_program_called_by_name_brings_its_package_whole() -> None:
    evidence = judged(("COPY . .", {"/app/dist/index.js": "child_process.execFile('git', ['log'])"}))
    assert "git" in packages(evidence)
    assert "gcc" not in packages(evidence)
    assert "libpcre2" not in packages(evidence), "git's own package brings it"
    assert evidence.reason_for("/usr/bin/git") is None
    assert evidence.reason_for("/usr/lib/libpcre2-8.so.0") is None
    gone = evidence.reason_for("/usr/bin/gcc")
    assert gone is not None
    assert gone.kind == "package"


def test_wrappers_and_links_are_needed_with_the_program() -> None:
    base: dict[str, str | Link | Elf | None] = {
        "/usr/bin/gosu": Elf(machine=X86),
        "/usr/bin/python3.11": Elf(machine=X86),
        "/usr/bin/python3": Link("python3.11"),
        "/var/lib/dpkg/status": STATUS + installed("gosu", "python3-minimal", "python3.11-minimal"),
        "/var/lib/dpkg/info/gosu.list": "/usr/bin/gosu\n",
        "/var/lib/dpkg/info/python3-minimal.list": "/usr/bin/python3\n",
        "/var/lib/dpkg/info/python3.11-minimal.list": "/usr/bin/python3.11\n",
    }
    script = '#!/bin/sh\nexec gosu app python3 "$@"\n'
    evidence = judged(
        ("RUN apt-get install -y gosu python3-minimal", base), ("COPY . .", {"/app/start.sh": script})
    )
    assert {"gosu", "python3-minimal", "python3.11-minimal"} <= packages(evidence)
    started = judged(
        ("RUN apt-get install -y gosu python3-minimal", base),
        ("COPY . .", {"/app/main.py": ""}),
        config=replace(CONFIG, entrypoint=("gosu", "app"), cmd=("python3", "main.py")),
    )
    assert {"gosu", "python3-minimal"} <= packages(started)


def test_interpreters_that_are_scripts_are_followed_to_the_program() -> None:
    scripts = {"/opt/a": "#!/opt/b\n", "/opt/b": "#!/usr/bin/env /opt/c\n", "/opt/c": "#!/usr/bin/git\n"}
    evidence = judged(("COPY . .", scripts), config=replace(CONFIG, cmd=("/opt/a",)))
    assert "git" in packages(evidence)


@pytest.mark.parametrize(
    "scripts",
    [
        {"/opt/0": "#!/opt/1\n", "/opt/1": "#!/opt/0\n"},
        {f"/opt/{number}": f"#!/opt/{number + 1}\n" for number in range(2000)},
    ],
    ids=["a cycle", "a long chain"],
)
def test_interpreters_without_an_end_are_left(scripts: Mapping[str, str]) -> None:
    evidence = judged(("COPY . .", scripts), config=replace(CONFIG, cmd=("/opt/0",)))
    assert evidence.reason_for("/opt/1") is None


def test_modules_of_the_distribution_stay_with_their_interpreter() -> None:
    module = "/usr/lib/python3/dist-packages/yaml.py"
    there: dict[str, str | Link | Elf | None] = {
        "/usr/bin/python3": Elf(machine=X86),
        module: "",
        "/var/lib/dpkg/status": STATUS + installed("python3-minimal", "python3-yaml"),
        "/var/lib/dpkg/info/python3-minimal.list": "/usr/bin/python3\n",
        "/var/lib/dpkg/info/python3-yaml.list": f"{module}\n",
    }
    install = "RUN apt-get install -y python3-minimal python3-yaml"
    config = replace(CONFIG, cmd=("python3", "main.py"))
    evidence = judged((install, there), ("COPY . .", {"/app/main.py": ""}), config=config)
    assert packages(evidence) >= {"python3-minimal", "python3-yaml"}


@pytest.mark.parametrize(
    "code",
    [
        "const NAME = 'libpcre2-8.so.0'; if (late) dlopen(NAME)",
        "CDLL('/usr/lib/libpcre2-8.so')",
        "find_library('pcre2-8')",
    ],
)
def test_a_library_that_a_literal_names_is_needed(code: str) -> None:
    assert "libpcre2" in packages(judged(("COPY . .", {"/app/dist/index.js": code})))


@pytest.mark.parametrize(
    ("code", "instruction", "stays"),
    [
        ("const ARGS = ['git', 'log']; if (late) start(ARGS)", "RUN apt-get install -y git", True),
        ("const TEXT = 'digit'", "RUN apt-get install -y git", False),
        ("const ARGS = ['git', 'log']; if (late) start(ARGS)", "RUN apt-get install -y curl", False),
    ],
)
def test_a_program_that_was_asked_for_and_is_named_stays(code: str, instruction: str, stays: bool) -> None:
    evidence = judged(
        (instruction, {"/var/lib/dpkg/status": STATUS}), ("COPY . .", {"/app/dist/index.js": code})
    )
    assert ("git" in packages(evidence)) == stays


def test_places_that_the_engine_makes_for_itself_are_nobodys() -> None:
    evidence = judged(("RUN true", {"/proc": None, "/dev/shm": None, "/app/dist/index.js": ""}))
    assert not {"/proc", "/dev", "/dev/shm"} & evidence.made.keys()


@pytest.mark.parametrize(("needed", "stays"), [(("libc.so.6",), True), ((), False)])
def test_a_library_that_a_compiled_program_names_is_needed(needed: tuple[str, ...], stays: bool) -> None:
    program = Elf(needed=needed, machine=X86, opens=("libpcre2-8.so.0",))
    evidence = judged(("COPY app /usr/local/bin/", {"/usr/local/bin/app": program}))
    assert ("libpcre2" in packages(evidence)) is stays


@pytest.mark.parametrize("value", ["libpcre2-8.so.0", "/usr/lib/libpcre2-8.so.0"])
def test_what_a_variable_names_is_needed(value: str) -> None:
    config = replace(CONFIG, env=(*CONFIG.env, ("LD_PRELOAD", value)))
    assert "libpcre2" in packages(judged(("COPY . .", {"/app/dist/index.js": ""}), config=config))


@pytest.mark.parametrize(
    "code", ["const text = 'git'", "// call git by hand", "run it in 'git' yourself", "`$ git`"]
)
def test_a_word_that_is_not_called_needs_nothing(code: str) -> None:
    assert "git" not in packages(judged(("COPY . .", {"/app/dist/index.js": code})))


def test_consumers_and_health_checks_need_their_programs() -> None:
    check = Healthcheck(("CMD-SHELL", "git --version || exit 1"))
    consumer = Consumer("compose", "web", "compose.yaml", healthcheck=check)
    evidence = judged(("COPY . .", {"/app/dist/index.js": ""}), consumers=(consumer,))
    assert {"git", "dash"} <= packages(evidence)


def test_what_was_seen_in_a_run_is_needed() -> None:
    evidence = judged(("COPY . .", {"/app/dist/index.js": ""}), observed=("/usr/bin/git",))
    assert "git" in packages(evidence)


def test_installed_packages_go_unless_something_that_stays_is_linked_with_them() -> None:
    there: dict[str, str | Link | Elf | None] = {
        "/usr/lib/libpq.so.5": Elf(needed=("libc.so.6",), machine=X86),
        "/usr/include/pq.h": "",
        "/var/lib/dpkg/status": f"{STATUS}\nPackage: libpq5\nStatus: install ok installed\nVersion: 15\n"
        "\nPackage: libpq-dev\nStatus: install ok installed\nVersion: 15\nDepends: libpq5\n",
        "/var/lib/dpkg/info/libpq5.list": "/usr/lib/libpq.so.5\n",
        "/var/lib/dpkg/info/libpq-dev.list": "/usr/include/pq.h\n",
    }
    evidence = judged(
        ("RUN apt-get update && apt-get install -y libpq-dev", there),
        ("RUN pip install psycopg2", {"/app/psycopg2.so": Elf(needed=("libpq.so.5",), machine=X86)}),
    )
    assert "libpq5" in packages(evidence)
    assert "libpq-dev" not in packages(evidence)
    assert evidence.reasons["/usr/include/pq.h"].kind == "package"
    assert "/usr/lib/libpq.so.5" not in evidence.reasons
    assert "/usr/lib/libpq.so.5" in evidence.provided
    assert "/app/psycopg2.so" not in evidence.reasons


DRAWING = f"""{STATUS}
Package: drawing
Status: install ok installed
Version: 2
Depends: libc6, settings
Recommends: more-fonts

Package: settings
Status: install ok installed
Version: 1
Depends: fonts-a | fonts-b

Package: fonts-a
Status: install ok installed
Version: 1

Package: more-fonts
Status: install ok installed
Version: 1
"""


@pytest.mark.parametrize(
    ("options", "expected"),
    [("-y", {"drawing", "fonts-a", "more-fonts"}), ("--no-install-recommends", {"drawing", "fonts-a"})],
)
def test_what_was_asked_for_stays_with_what_came_along(options: str, expected: set[str]) -> None:
    """`settings` comes by itself; of `fonts-a | fonts-b` the original's choice is named."""
    names = ("drawing", "settings", "fonts-a", "more-fonts")
    installed: dict[str, str | Link | Elf | None] = {
        "/var/lib/dpkg/status": DRAWING,
        **{f"/usr/share/{name}": name for name in names},
        **{f"/var/lib/dpkg/info/{name}.list": f"/usr/share/{name}\n" for name in names},
    }
    evidence = judged((f"RUN apt-get install {options} drawing", installed))
    assert packages(evidence) & set(names) == expected
    assert "/usr/share/fonts-a" in evidence.provided


def test_what_a_user_changes_after_an_installation_stays() -> None:
    evidence = judged(
        (
            "RUN apt-get install -y nginx",
            {"/etc/nginx/nginx.conf": "a", "/var/lib/dpkg/info/nginx.list": "/etc/nginx/nginx.conf"},
        ),
        ("RUN sed -i s/a/b/ /etc/nginx/nginx.conf", {"/etc/nginx/nginx.conf": "b"}),
    )
    assert "/etc/nginx/nginx.conf" not in evidence.reasons


def test_deleted_paths_of_the_base_are_known() -> None:
    evidence = judged(("RUN rm /usr/bin/gcc", {"-/usr/bin/gcc": None}))
    assert evidence.deleted == {"/usr/bin/gcc"}


def test_a_go_program_leaves_its_sources_but_not_its_templates() -> None:
    config = ImageConfig(CONFIG.env, cmd=("./server",), workdir="/srv")
    files: dict[str, str | Link | Elf | None] = {
        "/srv/server": Elf(machine=X86),
        "/srv/main.go": 'http.FileServer(http.Dir(static)); template.ParseGlob("templates/*")',
        "/srv/templates/a.html": "",
    }
    evidence = judged(("RUN go build", files), config=config)
    assert evidence.reasons["/srv/main.go"].kind == "source"
    assert "/srv/templates/a.html" not in evidence.reasons
    assert "/srv/server" not in evidence.reasons
    served = judged(
        ("RUN go build", files | {"/srv/main.go": 'http.FileServer(http.Dir("."))'}), config=config
    )
    assert "/srv/main.go" not in served.reasons


def test_a_go_program_that_path_leads_to_is_known_and_what_it_names_stays() -> None:
    config = ImageConfig(CONFIG.env, cmd=("server",), workdir="/srv")
    files: dict[str, str | Link | Elf | None] = {
        "/usr/local/bin/server": Elf(machine=X86),
        "/srv/main.go": 'parse("api/words.proto")',
        "/srv/api/words.proto": "",
        "/srv/api/other.proto": "",
    }
    evidence = judged(("RUN go build", files), config=config)
    assert evidence.reasons.keys() & files.keys() == {"/srv/main.go", "/srv/api/other.proto"}


@pytest.mark.parametrize(
    ("words", "env", "more"),
    [
        (("server", "api/words.proto"), (), {}),
        (("server",), (("API", "/srv/api/words.proto"),), {}),
        (("server",), (), {"/srv/config.yaml": "schema: api/words.proto\n"}),
    ],
)
def test_what_a_go_program_is_told_to_read_stays(
    words: tuple[str, ...], env: tuple[tuple[str, str], ...], more: dict[str, str]
) -> None:
    config = ImageConfig(
        (*CONFIG.env, *env), entrypoint=("tini", "--", "/srv/server"), cmd=words, workdir="/srv"
    )
    files: dict[str, str | Link | Elf | None] = {
        "/srv/server": Elf(machine=X86),
        "/srv/main.go": "parse(os.Args[1])",
        "/srv/api/words.proto": "",
        "/srv/api/other.proto": "",
        **more,
    }
    evidence = judged(("RUN go build", files), config=config)
    assert evidence.reasons.keys() & files.keys() == {"/srv/main.go", "/srv/api/other.proto"}


def test_another_program_beside_go_sources_is_compiled_from_none() -> None:
    config = ImageConfig(CONFIG.env, cmd=("/usr/bin/dash", "x"), workdir="/srv")
    files: dict[str, str | Link | Elf | None] = {"/srv/tool.go": "package main", "/srv/vendor/x.py": ""}
    assert judged(("COPY . .", files), config=config).reasons.keys() & files.keys() == set()


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ('run("git", "log")', True),
        ("run('git log')", True),
        ("import git", True),
        ('open(".git/HEAD")', True),
        ('["digit", "git-like"]', False),
    ],
)
def test_the_history_stays_where_the_code_reads_it(text: str, stays: bool) -> None:
    config = ImageConfig(CONFIG.env, cmd=("main.py",), workdir="/srv")
    files: dict[str, str | Link | Elf | None] = {"/srv/main.py": text, "/srv/.git/HEAD": ""}
    evidence = judged(("COPY . .", files), config=config)
    assert ("/srv/.git/HEAD" not in evidence.reasons) == stays


def test_byte_code_of_the_base_may_go_and_the_users_stays() -> None:
    base: Layer = ("python", {"/usr/local/lib/python3.13/gzip.py": ""})
    made: Layer = (
        "RUN pip install x",
        {
            "/usr/local/lib/python3.13/__pycache__/gzip.cpython-313.pyc": "",
            "/app/x.py": "",
            "/app/__pycache__/x.cpython-313.pyc": "",
        },
    )
    evidence = learn(
        tree_of(BASE, base, made, config=CONFIG), tree_of(BASE, base), Project(Path("/project"), {})
    )
    assert evidence.reasons["/usr/local/lib/python3.13/__pycache__/gzip.cpython-313.pyc"].kind == "byte code"
    assert "/app/__pycache__/x.cpython-313.pyc" not in evidence.reasons


def test_another_base_is_refused() -> None:
    with pytest.raises(ForeignBase, match="does not stand on the base"):
        learn(tree_of(BASE), tree_of(("other", {"/x": ""})), Project(Path("/project"), {}))


NGINX: Layer = (
    "RUN apt-get update && apt-get install -y nginx && rm /etc/nginx/default && echo x > /etc/mine",
    {
        "/usr/sbin/nginx": Elf(needed=("libc.so.6",), machine=X86),
        "/etc/mine": "x",
        "/var/lib/dpkg/status": f"{STATUS}\nPackage: nginx\nStatus: install ok installed\nVersion: 1\n",
        "/var/lib/dpkg/info/nginx.list": "/usr/sbin/nginx\n/etc/nginx/default\n/usr/share/doc/nginx\n",
    },
)


def test_what_a_layer_does_besides_installing_is_the_users() -> None:
    config = ImageConfig((("PATH", "/usr/sbin:/usr/bin"),), cmd=("nginx",), workdir="/")
    evidence = judged(NGINX, config=config)
    assert "nginx" in packages(evidence)
    assert "/etc/mine" not in evidence.reasons
    assert evidence.removed == {"/etc/nginx/default"}


@pytest.mark.parametrize(
    "path",
    [
        "/root/.cache/huggingface/model.bin",
        "/root/.cache/ms-playwright/chrome",
        "/var/log/nginx/access.log",
        "/var/cache/shop/pages",
        "/etc/ssl/certs/ca-certificates.crt",
    ],
)
def test_what_only_looks_like_a_cache_stays(path: str) -> None:
    evidence = judged(
        ("COPY ca.crt /usr/local/share/ca-certificates/", {"/usr/local/share/ca-certificates/ca.crt": ""}),
        ("RUN apt-get install -y ca-certificates && ./fetch", {path: "", "/app/dist/index.js": ""}),
    )
    assert path not in evidence.reasons


def test_certificates_that_a_package_recommends_stay() -> None:
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    installed = "Status: install ok installed\nVersion: 1\n"
    graphviz = f"Package: graphviz\n{installed}Recommends: ca-certificates\n"
    layer: Mapping[str, str] = {
        bundle: "certificates",
        "/usr/bin/dot": "graphviz",
        "/usr/share/ca-certificates/one.crt": "certificate",
        "/var/lib/dpkg/status": f"{STATUS}\n{graphviz}\nPackage: ca-certificates\n{installed}",
        "/var/lib/dpkg/info/graphviz.list": "/usr/bin/dot\n",
        "/var/lib/dpkg/info/ca-certificates.list": "/usr/share/ca-certificates/one.crt\n",
    }
    evidence = judged(("RUN /bin/sh -c apt-get install -y graphviz", layer))
    assert "ca-certificates" in packages(evidence)
    assert evidence.reason_for(bundle) is None
    evidence = judged(("RUN /bin/sh -c apt-get install -y --no-install-recommends graphviz", layer))
    assert "ca-certificates" not in packages(evidence)
    assert evidence.reason_for(bundle) is not None


def test_caches_of_tools_go_unless_the_start_runs_the_tool() -> None:
    cached = {"/go/pkg/mod/x.go": "", "/root/.cache/pip/y": "", "/app/dist/index.js": ""}
    assert judged(("RUN build", cached)).reasons.keys() >= {"/go/pkg/mod/x.go", "/root/.cache/pip/y"}
    running = judged(
        ("RUN build", cached), config=ImageConfig(CONFIG.env, cmd=("go", "run", "."), workdir="/app")
    )
    assert "/go/pkg/mod/x.go" not in running.reasons


def test_temporary_files_stay_where_the_code_names_them_or_the_user_copied_them() -> None:
    made = judged(
        ("RUN make", {"/tmp/left": "", "/tmp/named": "", "/app/dist/index.js": "read('/tmp/named')"})
    )
    assert "/tmp/left" in made.reasons
    assert "/tmp/named" not in made.reasons
    assert "/tmp/run.sh" not in judged(("COPY run.sh /tmp/run.sh", {"/tmp/run.sh": ""})).reasons


@pytest.mark.parametrize(
    ("name", "value", "stays"),
    [("HF_HOME", "/tmp", True), ("HOME", "/tmp/", True), ("TMPDIR", "/tmp", False), ("HOME", "/root", False)],
)
def test_what_is_in_a_home_among_temporary_files_stays(name: str, value: str, stays: bool) -> None:
    config = replace(CONFIG, env=(*CONFIG.env, (name, value)))
    evidence = judged(("RUN download", {"/tmp/hub/model": "", "/app/dist/index.js": ""}), config=config)
    assert ("/tmp/hub/model" not in evidence.reasons) is stays


def test_a_program_of_the_base_brings_its_home() -> None:
    npm: Layer = (
        "node",
        {
            "/usr/local/bin/npm": Link("../lib/node_modules/npm/bin/npm.js"),
            "/usr/local/lib/node_modules/npm/bin/npm.js": "",
            "/usr/local/lib/node_modules/npm/lib/other.js": "",
            "/usr/local/lib/node_modules/corepack/x.js": "",
        },
    )
    config = ImageConfig(CONFIG.env, cmd=("npm", "start"), workdir="/app")
    made: Layer = ("COPY . .", {"/app/package.json": "{}"})
    evidence = learn(
        tree_of(BASE, npm, made, config=config), tree_of(BASE, npm), Project(Path("/project"), {})
    )
    assert evidence.reason_for("/usr/local/lib/node_modules/npm/lib/other.js") is None
    assert evidence.reason_for("/usr/local/lib/node_modules/corepack/x.js") is not None


def test_accounts_of_packages_may_go_and_those_of_the_user_stay() -> None:
    install: Layer = ("RUN apt-get update && apt-get install -y git", {"/etc/group": "a"})
    add: Layer = ("RUN groupadd shop", {"/etc/group": "b"})
    start: Layer = ("COPY . .", {"/app/dist/index.js": ""})
    assert "/etc/group" in judged(install, start).reasons
    assert "/etc/group" not in judged(install, add, start).reasons
    assert "/etc/group" not in judged(add, install, start).reasons


@pytest.mark.parametrize(("code", "stays"), [("import mimetypes\n", True), ("import json\n", False)])
def test_the_table_of_mime_types_stays_where_something_reads_it(code: str, stays: bool) -> None:
    base: Layer = ("base", {"/etc/mime.types": "font/woff2 woff2\n", "/usr/local/bin/python": ""})
    config = ImageConfig(env=CONFIG.env, cmd=("python", "main.py"), workdir="/app")
    original = tree_of(base, ("COPY . .", {"/app/main.py": code}), config=config)
    evidence = learn(original, tree_of(base), Project(Path("/project"), {}))
    assert ("/etc/mime.types" in evidence.needed_files) is stays
    assert [need.path for need in evidence.paths if need.path.startswith("/etc/")] == [
        "/etc/mime.types"
    ] * stays
    assert (evidence.reason_for("/etc/mime.types") is None) is stays


@pytest.mark.parametrize(("code", "stays"), [("getservbyname('https')", True), ("getaddrinfo(x, 1)", False)])
def test_the_table_of_services_stays_where_something_asks_for_a_name(code: str, stays: bool) -> None:
    base: Layer = ("base", {"/etc/services": "https 443/tcp\n", "/usr/local/bin/python": ""})
    config = ImageConfig(env=CONFIG.env, cmd=("python", "main.py"), workdir="/app")
    original = tree_of(base, ("COPY . .", {"/app/main.py": code}), config=config)
    evidence = learn(original, tree_of(base), Project(Path("/project"), {}))
    assert ["/etc/services"] * stays == [need.path for need in evidence.paths if "/etc/" in need.path]
    assert (evidence.reason_for("/etc/services") is None) is stays


FONT_PACKAGES = ("fonts-dejavu", "fonts-noto", "fontconfig-config")
FONTS: dict[str, str | Link | Elf | None] = {
    "/etc/fonts/fonts.conf": "",
    "/usr/share/fonts/dejavu/sans.ttf": "",
    "/usr/share/fonts/noto/sans.ttf": "",
    "/var/lib/dpkg/status": STATUS
    + "".join(f"\nPackage: {name}\nStatus: install ok installed\nVersion: 1\n" for name in FONT_PACKAGES),
    "/var/lib/dpkg/info/fonts-dejavu.list": "/usr/share/fonts/dejavu/sans.ttf\n",
    "/var/lib/dpkg/info/fonts-noto.list": "/usr/share/fonts/noto/sans.ttf\n",
    "/var/lib/dpkg/info/fontconfig-config.list": "/etc/fonts/fonts.conf\n",
}


@pytest.mark.parametrize(
    ("by", "code", "needed"),
    [
        ("RUN apt-get install -y x", "require('fs')", set()),
        ("RUN apt-get install -y fonts-noto", "require('fs')", {"fonts-noto", "fontconfig-config"}),
        (
            "RUN apt-get install -y x",
            "register('/usr/share/fonts/noto/sans.ttf')",
            set(FONT_PACKAGES),
        ),
    ],
)
def test_fonts_stay_where_something_reads_them_or_the_user_asked_for_them(
    by: str, code: str, needed: set[str]
) -> None:
    evidence = judged((by, FONTS), ("COPY . .", {"/app/dist/index.js": code}))
    assert packages(evidence).intersection(FONT_PACKAGES) == needed
    kept = "/usr/share/fonts/noto/sans.ttf" not in evidence.reasons
    assert kept is ("fonts-noto" in needed)


@pytest.mark.parametrize(
    "files",
    [
        {"/app/dist/index.js": "//" + "x" * (2 << 20) + "\nchild_process.execFile('git', ['log'])"},
        {
            "/app/dist/index.js": "require(path.join(__dirname, 'routes', name))",
            "/app/dist/routes/history.js": "child_process.execFile('git', ['log'])",
        },
        {"/app/dist/index.js": "", "/app/tool.rs": 'process::Command::new("git")'},
        {"/app/dist/index.js": "", "/app/Tool.java": 'new ProcessBuilder("git", "log").start()'},
    ],
    ids=["one bundle", "loaded by a computed name", "rust", "java"],
)
def test_all_code_that_stays_is_read_for_programs(files: dict[str, str | Link | Elf | None]) -> None:
    assert "git" in packages(judged(("COPY . .", files)))


PRISMA = json.dumps({"packages": {"node_modules/prisma": {"dev": True}, "node_modules/hono": {}}})
INSTALLED: dict[str, str | Link | Elf | None] = {
    "/app/package-lock.json": PRISMA,
    "/app/package.json": json.dumps({"scripts": {"migrate": "prisma migrate deploy"}}),
    "/app/node_modules/prisma/build/index.js": "",
    "/app/node_modules/.bin/prisma": Link("../prisma/build/index.js"),
    "/app/dist/index.js": "",
}


@pytest.mark.parametrize(
    "files",
    [
        {"/app/dist/index.js": "execSync('npx prisma migrate deploy')"},
        {"/app/dist/index.js": "child_process.spawn('npx', ['prisma', 'migrate'])"},
        {"/app/dist/index.js": "pino({transport: {target: 'prisma'}})"},
        {"/app/dist/index.js": "require('./routes/' + name)", "/app/dist/routes/a.js": "import('prisma')"},
        {"/app/dist/index.js": "fs.readFileSync('run.sh')", "/app/run.sh": "[ -z $M ] || npm run migrate"},
        {"/app/dist/index.js": "fs.readFileSync('run.sh')", "/app/run.sh": "[ -z $M ] || npx prisma migrate"},
        {"/app/dist/index.js": "", "/etc/cron.d/a": "0 1 * * * root cd /app && npx prisma migrate deploy\n"},
    ],
)
def test_development_packages_stay_where_something_may_call_or_load_them(
    files: dict[str, str | Link | Elf | None],
) -> None:
    evidence = judged(("COPY . .", INSTALLED | files))
    assert "/app/node_modules/prisma/build/index.js" not in evidence.reasons
    assert "/app/node_modules/prisma/build/index.js" in judged(("COPY . .", INSTALLED)).reasons


@pytest.mark.parametrize(
    ("says", "stays"),
    [
        ("spawn('go')", False),
        ("read('go.yml')", True),
        ("read('.github/' + name)", True),
        ("read('/app/.github/workflows')", True),
    ],
)
def test_the_jobs_of_a_code_host_stay_where_their_file_or_folder_is_named(says: str, stays: bool) -> None:
    gone = judged(("COPY . .", {"/app/dist/index.js": says, "/app/.github/workflows/go.yml": ""})).reasons
    assert ("/app/.github/workflows/go.yml" not in gone) == stays


def test_a_development_package_that_a_run_lacked_stays_with_what_it_depends_on() -> None:
    lock = {f"node_modules/{name}": {"dev": True} for name in ("typescript", "tslib", "eslint")}
    files: dict[str, str | Link | Elf | None] = {
        "/app/package-lock.json": json.dumps({"packages": lock}),
        "/app/node_modules/typescript/package.json": json.dumps({"dependencies": {"tslib": "2"}}),
        "/app/node_modules/typescript/lib/tsc.js": "",
        "/app/node_modules/tslib/index.js": "",
        "/app/node_modules/eslint/index.js": "",
        "/app/server.js": "",
    }
    config = ImageConfig(CONFIG.env, cmd=("node", "server.js"), workdir="/app")
    missed = {"/app/node_modules/typescript/lib/tsc.js": "the run said so"}
    evidence = judged(("COPY . .", files), config=config, missed=missed)
    gone = {path for path in evidence.reasons if "/node_modules/" in path}
    assert sorted(gone) == ["/app/node_modules/eslint", "/app/node_modules/eslint/index.js"]
    assert dict(evidence.waivers) == {"typescript": "the run said so", "tslib": "typescript depends on it"}


@pytest.mark.parametrize(
    ("cmd", "files", "stays"),
    [
        (("vite", "--host"), {"/app/src/main.ts": "import './a.css'"}, True),
        (("vite", "preview"), {"/app/src/main.ts": "import './a.css'"}, False),
        (("next", "dev"), {"/app/src/main.ts": "import './a.css'"}, True),
        (("next", "start"), {"/app/src/main.ts": "import './a.css'"}, False),
        (("bun", "src/main.ts"), {"/app/src/main.ts": "import page from './index.html'"}, True),
        (("bun", "src/main.ts"), {"/app/src/main.ts": "Bun.serve({})"}, False),
        (("bun", "./index.html"), {}, True),
        (("expo", "start"), {}, True),
        (("expo", "lint"), {}, False),
    ],
)
def test_style_sheets_keep_packages_where_the_start_bundles_them(
    cmd: tuple[str, ...], files: dict[str, str | Link | Elf | None], stays: bool
) -> None:
    lock = {"node_modules/tailwind": {"dev": True}, "node_modules/hono": {}}
    made = {
        "/app/package-lock.json": json.dumps({"packages": lock}),
        "/app/node_modules/tailwind/index.css": "",
        "/app/src/a.css": '@import "tailwind";',
        **files,
    }
    config = ImageConfig(CONFIG.env, cmd=cmd, workdir="/app")
    gone = judged(("COPY . .", made), config=config).reasons
    assert ("/app/node_modules/tailwind/index.css" not in gone) == stays


@pytest.mark.parametrize(("cmd", "stays"), [("react-scripts start", True), ("node server.js", False)])
def test_settings_of_builds_keep_packages_where_the_start_bundles(cmd: str, stays: bool) -> None:
    files: dict[str, str | Link | Elf | None] = {
        "/app/tailwind.config.js": "module.exports = { plugins: [require('prisma')] }",
        "/app/server.js": "",
    }
    config = ImageConfig(CONFIG.env, cmd=tuple(cmd.split()), workdir="/app")
    gone = judged(("COPY . .", INSTALLED | files), config=config).reasons
    assert ("/app/node_modules/prisma/build/index.js" not in gone) == stays


@pytest.mark.parametrize(
    ("files", "stays"),
    [
        ({"/app/generate.sh": "#!/bin/sh\nprotoc --go_out=. demo.proto\n"}, False),
        ({"/app/generate.sh": "cd x && go generate ./...\n"}, False),
        ({"/app/generate.sh": "git log\n"}, True),
        ({"/app/generate.sh": "go run .\n", "/app/dist/index.js": "execSync('sh generate.sh')"}, True),
    ],
)
def test_a_script_that_nothing_starts_and_that_works_on_the_source_stays_behind(
    files: dict[str, str | Link | Elf | None], stays: bool
) -> None:
    evidence = judged(("COPY . .", files))
    assert ("/app/generate.sh" not in evidence.reasons) == stays


def test_a_page_that_code_imports_leads_to_more_code() -> None:
    files: dict[str, str | Link | Elf | None] = {
        "/app/src/main.ts": "import page from './index.html'",
        "/app/src/index.html": '<script type="module" src="./page.tsx"></script>',
        "/app/src/page.tsx": "import 'prisma'",
    }
    config = ImageConfig(CONFIG.env, cmd=("bun", "src/main.ts"), workdir="/app")
    gone = judged(("COPY . .", INSTALLED | files), config=config).reasons
    assert "/app/src/page.tsx" not in gone
    assert "/app/node_modules/prisma/build/index.js" not in gone


def test_an_optional_dependency_of_production_stays_where_its_code_resolves_it() -> None:
    lock = {
        "node_modules/knex": {"peerDependencies": {"pg": "*", "mysql": "*"}},
        "node_modules/pg": {"devOptional": True},
        "node_modules/mysql": {"devOptional": True},
        "node_modules/debug": {"peerDependenciesMeta": {"supports-color": {"optional": True}, "jest": {}}},
        "node_modules/supports-color": {"dev": True},
        "node_modules/jest": {"dev": True},
    }
    files: dict[str, str | Link | Elf | None] = {
        "/app/package-lock.json": json.dumps({"packages": lock}),
        "/app/node_modules/knex/lib/pg.js": "return require('pg')",
        "/app/node_modules/pg/index.js": "",
        "/app/node_modules/mysql/index.js": "",
        "/app/node_modules/debug/src/node.js": "try { require('supports-color') } catch {}",
        "/app/node_modules/debug/testing/run.js": "require('jest')",
        "/app/node_modules/supports-color/index.js": "",
        "/app/node_modules/jest/index.js": "",
        "/app/dist/index.js": "require('knex')",
    }
    gone = judged(("RUN npm install", files)).reasons
    assert "/app/node_modules/pg/index.js" not in gone
    assert "/app/node_modules/mysql/index.js" in gone
    assert "/app/node_modules/supports-color/index.js" not in gone
    assert "/app/node_modules/jest/index.js" in gone


def test_a_workspace_of_bun_needs_its_own_dependencies() -> None:
    lock = {
        "workspaces": {"": {"name": "shop"}, "packages/api": {"name": "api", "dependencies": {"hono": "4"}}},
        "packages": {
            "api": ["api@workspace:packages/api"],
            "hono": ["hono@4", "", {}],
            "tsc": ["tsc@1", "", {}],
        },
    }
    files: dict[str, str | Link | Elf | None] = {
        "/app/bun.lock": json.dumps(lock),
        "/app/node_modules/hono/index.js": "",
        "/app/node_modules/tsc/index.js": "",
        "/app/dist/index.js": "",
    }
    gone = judged(("RUN bun install", files)).reasons
    assert "/app/node_modules/hono/index.js" not in gone
    assert "/app/node_modules/tsc/index.js" in gone


def test_temporary_files_stay_where_the_environment_names_them() -> None:
    config = ImageConfig((*CONFIG.env, ("MODEL", "/tmp/model.bin")), cmd=CONFIG.cmd, workdir="/app")
    layer: Layer = ("RUN fetch", {"/tmp/model.bin": "", "/app/dist/index.js": ""})
    assert "/tmp/model.bin" not in judged(layer, config=config).reasons
    assert "/tmp/model.bin" in judged(layer).reasons


@pytest.mark.parametrize(
    "files",
    [
        {"/etc/cron.d/shop": "*/5 * * * * root git pull >/dev/null\n"},
        {"/etc/supervisor/conf.d/a.conf": "[program:a]\ncommand=git daemon\n"},
        {"/app/run.sh": "VCS=${VCS:-git}\n$VCS log"},
        {"/app/run.sh": "ls | xargs -n1 git log"},
        {"/app/run.sh": "su app -c 'git log'"},
        {"/app/run.py": "open('/usr/lib/git-core/data')"},
    ],
    ids=["cron", "supervisor", "variable", "xargs", "su", "its data"],
)
def test_programs_that_settings_and_shell_may_run_stay(files: dict[str, str | Link | Elf | None]) -> None:
    base: Layer = (
        "data",
        {
            "/usr/lib/git-core/data": "",
            "/var/lib/dpkg/info/git.list": "/usr/bin/git\n/usr/lib/git-core/data\n",
        },
    )
    made: Layer = ("COPY . .", files | {"/app/dist/index.js": "fs.readFileSync('run.sh')"})
    original = tree_of(BASE, base, made, config=CONFIG)
    assert "git" in packages(learn(original, tree_of(BASE, base), Project(Path("/project"), {})))


def test_a_file_of_the_system_that_the_environment_names_stays() -> None:
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    base: Layer = ("certificates", {bundle: ""})
    made: Layer = ("COPY . .", {"/app/dist/index.js": ""})
    needed = set()
    for env in (CONFIG.env, (*CONFIG.env, ("NODE_EXTRA_CA_CERTS", bundle))):
        config = ImageConfig(env, cmd=CONFIG.cmd, workdir="/app")
        evidence = learn(
            tree_of(BASE, base, made, config=config), tree_of(BASE, base), Project(Path("/project"), {})
        )
        needed.add((len(env), bundle in evidence.needed_files))
    assert needed == {(1, False), (2, True)}


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("find_library('pcre2' + suffix)", {"libpcre2"}),
        ("for name in ['pcre2-8']: find_library(name)", {"libpcre2"}),
        ("CDLL('libpcre2-8.so')", {"libpcre2", "libpcre2-dev"}),
        ("for name in ['pcre2-8']: print(name)", set()),
    ],
)
def test_libraries_that_code_may_open_stay(code: str, needed: set[str]) -> None:
    base: Layer = (
        "headers",
        {
            "/usr/lib/libpcre2-8.so": Link("libpcre2-8.so.0"),
            "/var/lib/dpkg/status": f"{STATUS}\nPackage: libpcre2-dev\nStatus: install ok installed\n"
            "Version: 1\n",
            "/var/lib/dpkg/info/libpcre2-dev.list": "/usr/lib/libpcre2-8.so\n",
        },
    )
    original = tree_of(BASE, base, ("COPY . .", {"/app/main.py": code}), config=CONFIG)
    evidence = learn(original, tree_of(BASE, base), Project(Path("/project"), {}))
    assert {name for name in packages(evidence) if "pcre" in name} == needed


def test_the_packages_that_yarns_loader_reads_stay() -> None:
    files: dict[str, str | Link | Elf | None] = {
        "/root/.yarn/berry/cache/a.zip": "",
        "/app/dist/index.js": "",
    }
    assert "/root/.yarn/berry/cache/a.zip" in judged(("RUN yarn", files)).reasons
    assert "/root/.yarn/berry/cache/a.zip" not in judged(("RUN yarn", files | {"/app/.pnp.cjs": ""})).reasons


PROCESSES = "import { spawn } from 'node:child_process'\n"


@pytest.mark.parametrize(
    "files",
    [
        {"/app/dist/index.js": PROCESSES, "/app/config.yaml": "vcs:\n  kind: git # or hg\n"},
        {"/app/dist/index.js": PROCESSES, "/app/config.json": '{"tools": ["hg", "git"]}'},
        {"/app/dist/index.js": PROCESSES + "const line = 'git log {folder}'"},
        {"/app/dist/index.js": PROCESSES + "const line = `git -C ${folder} log`"},
    ],
)
def test_where_code_starts_processes_settings_and_lines_may_name_them(files: dict[str, str]) -> None:
    assert "git" in packages(judged(("COPY . .", files)))
    assert "git" not in packages(judged(("COPY . .", {**files, "/app/dist/index.js": "'git'"})))


def test_the_value_of_a_variable_may_name_what_code_starts() -> None:
    config = replace(CONFIG, env=(*CONFIG.env, ("VCS", "git")))
    assert "git" in packages(judged(("COPY . .", {"/app/dist/index.js": PROCESSES}), config=config))


def test_prose_names_no_program() -> None:
    text = PROCESSES + "throw new Error('git is not there'); throw new Error('Git -x')"
    assert "git" not in packages(judged(("COPY . .", {"/app/dist/index.js": text})))


@pytest.mark.parametrize(
    "code", ["from sh import git\n", "import sh\nsh.git('log')", "from plumbum.cmd import git"]
)
def test_programs_that_are_names_of_a_library_stay(code: str) -> None:
    assert "git" in packages(judged(("COPY . .", {"/app/main.py": code})))


@pytest.mark.parametrize("line", ['"${VCS:-git}" log', "VCS=git\n$VCS log", '${VCS-"git"} log'])
def test_a_script_runs_what_a_variable_has_where_it_is_not_set(line: str) -> None:
    assert "git" in packages(judged(("COPY . .", {"/app/run.sh": f"#!/bin/sh\n{line}\n"})))


@pytest.mark.parametrize(("code", "stays"), [("Shell.run('sum.py')", True), ("run('other.py')", False)])
def test_the_interpreter_of_a_script_that_the_code_names_stays(code: str, stays: bool) -> None:
    files: dict[str, str | Link | Elf | None] = {
        "/app/dist/index.js": code,
        "/app/sum.py": "",
        "/usr/bin/python3": "",
    }
    before, after = tree_of(BASE, ("base", {"/usr/bin/python3": ""})), dict(files)
    del after["/usr/bin/python3"]
    tree = tree_of(BASE, ("base", {"/usr/bin/python3": ""}), ("COPY . .", after), config=CONFIG)
    evidence = learn(tree, before, Project(Path("/project"), {}))
    assert ("/usr/bin/python3" in evidence.needed_files) == stays


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("/etc/cron.d/job", "apt-get install -y cron && echo '* * * * * root /job' > /etc/cron.d/job"),
        ("/etc/ssl/certs/own.pem", "apt-get install -y openssl && cp own.pem /etc/ssl/certs/"),
        ("/usr/share/fonts/own/a.ttf", "apt-get install -y jq && unzip a.zip -d /usr/share/fonts"),
    ],
)
def test_what_an_installing_instruction_writes_by_name_is_the_users(path: str, by: str) -> None:
    assert path not in judged((f"RUN {by}", {path: ""})).reasons


def test_the_effects_of_an_installation_may_go() -> None:
    assert (
        "/etc/ssl/certs/a.0"
        in judged(("RUN apt-get install -y git && true > /x", {"/etc/ssl/certs/a.0": ""})).reasons
    )


@pytest.mark.parametrize("kind", ["a workspace", "settings"])
def test_a_development_dependency_stays_where_a_workspace_or_settings_name_it(kind: str) -> None:
    files: dict[str, str | Link | Elf | None] = {
        "/app/package-lock.json": LOCK,
        "/app/dist/index.js": "require(config.name)",
        "/app/node_modules/semver/index.js": "",
        "/app/node_modules/typescript/lib.js": "",
    }
    if kind == "settings":
        files["/app/config/default.json"] = '{"name": "semver"}'
        files["/app/.eslintrc.json"] = '{"parser": "typescript"}'
    else:
        files["/app/dist/index.js"] = "require('@own/shared')"
        files["/app/node_modules/@own/shared"] = Link("../../packages/shared")
        files["/app/packages/shared/index.js"] = "require('semver')"
    evidence = judged(("RUN npm install", files))
    assert "/app/node_modules/semver/index.js" not in evidence.reasons
    assert "/app/node_modules/typescript/lib.js" in evidence.reasons


def test_what_a_tool_loads_by_its_conventions_is_no_mere_source() -> None:
    files = {
        "/app/dist/index.js": "",
        "/app/package.json": PACKAGE,
        "/app/knexfile.js": "module.exports = { migrations: { directory: './src/migrations' } }",
        "/app/src/migrations/1.js": "",
    }
    job = Consumer("kubernetes", "job", "job.yaml", command=("npx", "knex", "migrate:latest"))
    assert "/app/src/migrations/1.js" in judged(("COPY . .", files)).reasons
    assert "/app/src/migrations/1.js" not in judged(("COPY . .", files), consumers=(job,)).reasons


@pytest.mark.parametrize(("text", "named"), [("process.env.NODE_VERSION", {"NODE_VERSION"}), ("", set())])
def test_variables_of_the_base_that_code_names_are_known(text: str, named: set[str]) -> None:
    env = (*CONFIG.env, ("NODE_VERSION", "20"), ("OTHER", "1"))
    config = replace(CONFIG, env=env)
    project = Project(Path("/project"), {})
    tree = tree_of(BASE, ("COPY . .", {"/app/dist/index.js": text}), config=config)
    assert learn(tree, tree_of(BASE, config=config), project).variables == named


def test_a_temporary_file_stays_where_a_library_names_it() -> None:
    library = "/usr/local/lib/python3.13/site-packages/warmer.py"
    files = {library: "join(gettempdir(), 'warm')", "/tmp/warm/model": "", "/tmp/other/x": ""}
    reasons = judged(("RUN pip install warmer && warm", files)).reasons
    assert "/tmp/warm/model" not in reasons
    assert "/tmp/other/x" in reasons


@pytest.mark.parametrize("local", [True, False])
def test_a_distribution_that_no_index_had_is_the_applications_own(local: bool) -> None:
    site = "/usr/local/lib/python3.13/site-packages"
    files = {
        f"{site}/own.py": "import subprocess\nKINDS = {'git': 1}",
        f"{site}/own-1.dist-info/RECORD": "own.py,,\n",
    }
    if local:
        files[f"{site}/own-1.dist-info/direct_url.json"] = "{}"
    assert ("git" in packages(judged(("RUN pip install /src", files)))) == local


@pytest.mark.parametrize(
    ("linked", "source", "stays"),
    [
        ("/go/pkg/mod/example.org/!shell@v1.0.0/a.go", "var name = `git`", True),
        ("example.org/Shell@v1.0.0/b.go", "var name = `git`", True),
        ("example.org/Shell@v1.0.0/c/a.go", "var name = `git`", False),
        ("example.org/Shell@v1.0.0/a.go", 'import (\n\t"git"\n)', False),
        ("example.org/Shell@v1.0.0/a.go", "var name = `git`\n//go:build ignore", False),
    ],
)
def test_the_sources_of_packages_that_are_linked_in_are_read_for_programs(
    linked: str, source: str, stays: bool
) -> None:
    files: dict[str, str | Link | Elf | None] = {
        "/server": Elf(needed=("libc.so.6",), machine=X86),
        "/go/pkg/mod/example.org/!shell@v1.0.0/a.go": f'package a\nimport "os/exec"\n{source}',
    }
    config = ImageConfig((*CONFIG.env, ("GOPATH", "/go")), cmd=("/server",), workdir="/src")
    tree = tree_of(BASE, ("RUN go build", files), config=config)
    program = f"\tdep\texample.org/Shell\tv1.0.0\th1:x\n\0{linked}\0"
    tree = Tree(tree.files, {**tree._texts, "/server": program.encode()}, tree.shebangs)
    evidence = learn(tree, tree_of(BASE), Project(Path("/project"), {}))
    assert ("git" in packages(evidence)) == stays


@pytest.mark.parametrize("start", [("node", "--use-openssl-ca", "index.js"), ("node", "index.js")])
def test_certificates_stay_where_node_is_told_to_use_them(start: tuple[str, ...]) -> None:
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    base: Layer = (
        "base",
        {
            bundle: "",
            "/var/lib/dpkg/status": STATUS + installed("ca-certificates"),
        },
    )
    config = replace(CONFIG, cmd=start)
    tree = tree_of(BASE, base, ("COPY . .", {"/app/index.js": ""}), config=config)
    evidence = learn(tree, tree_of(BASE, base), Project(Path("/project"), {}))
    assert ("ca-certificates" in packages(evidence)) == (len(start) == 3)


@pytest.mark.parametrize("zones", [True, False])
def test_go_keeps_its_own_zones_where_the_system_has_none(zones: bool) -> None:
    own = "/usr/local/go/lib/time/zoneinfo.zip"
    base: Layer = ("base", {own: "", **({"/usr/share/zoneinfo/UTC": ""} if zones else {})})
    program = Elf(machine=X86, soname="time.LoadLocation")
    config = replace(CONFIG, cmd=("/server",))
    tree = tree_of(BASE, base, ("RUN go build", {"/server": program}), config=config)
    evidence = learn(tree, tree_of(BASE, base), Project(Path("/project"), {}))
    assert (own in evidence.needed_files) == (not zones)
    assert "/usr/local/go/bin/go" not in evidence.needed_files


def test_a_module_of_the_distribution_stays_where_it_is_imported_late() -> None:
    module = "/usr/lib/python3/dist-packages/pkg_resources/__init__.py"
    layer: Layer = (
        "RUN apt-get install -y python3 python3-setuptools",
        {
            module: "",
            "/usr/bin/python3.11": Elf(machine=X86),
            "/usr/bin/python3": Link("python3.11"),
            "/var/lib/dpkg/status": STATUS + installed("python3", "python3-setuptools"),
            "/var/lib/dpkg/info/python3.list": "/usr/bin/python3.11\n/usr/bin/python3\n",
            "/var/lib/dpkg/info/python3-setuptools.list": f"{module}\n",
        },
    )
    config = replace(CONFIG, cmd=("python3", "main.py"))
    code = "def late():\n    import pkg_resources"
    assert "python3-setuptools" in packages(
        judged(layer, ("COPY . .", {"/app/main.py": code}), config=config)
    )
    assert "python3-setuptools" not in packages(
        judged(layer, ("COPY . .", {"/app/main.py": ""}), config=config)
    )


def test_what_a_tool_keeps_stays_where_the_environment_names_it() -> None:
    browser = "/app/node_modules/.cache/browser/chrome"
    layer: Layer = ("RUN npm install", {browser: "", "/app/node_modules/.cache/babel/x": ""})
    assert browser in judged(layer).reasons
    config = replace(CONFIG, env=(*CONFIG.env, ("BROWSERS", "/app/node_modules/.cache/browser")))
    reasons = judged(layer, config=config).reasons
    assert browser not in reasons
    assert "/app/node_modules/.cache/babel/x" in reasons


NODE_FILES: dict[str, str | Link | Elf | None] = {
    "/app/package-lock.json": LOCK,
    "/app/dist/index.js": "",
    "/app/node_modules/semver/index.js": "",
    "/app/node_modules/typescript/lib.js": "",
}


@pytest.mark.parametrize(
    ("files", "start", "stays"),
    [
        ({"/app/eslint.config.js": "import 'semver'"}, ("vite", "preview"), False),
        ({"/app/vite.config.js": "import 'semver'"}, ("vite", "preview"), True),
        ({"/app/eslint.config.js": "import 'semver'"}, ("eslint", "--watch"), True),
        (
            {"/app/test/jest.json": '{"a": "semver"}', "/app/test/a.js": "describe('a')"},
            ("node", "a.js"),
            False,
        ),
        ({"/app/config/jest.json": '{"a": "semver"}'}, ("node", "a.js"), True),
        (
            {"/app/out/index.js": "import 'semver'", "/app/out/node_modules/semver/i.js": ""},
            ("node", "x"),
            False,
        ),
        (
            {"/app/out/index.js": "import 'semver'", "/app/lib/node_modules/semver/i.js": ""},
            ("node", "x"),
            True,
        ),
    ],
)
def test_what_is_read_by_its_own_tool_or_resolved_nearer_keeps_nothing(
    files: dict[str, str | Link | Elf | None], start: tuple[str, ...], stays: bool
) -> None:
    evidence = judged(("RUN npm install", {**NODE_FILES, **files}), config=replace(CONFIG, cmd=start))
    assert ("/app/node_modules/semver/index.js" not in evidence.reasons) == stays
    assert "/app/node_modules/typescript/lib.js" in evidence.reasons


def test_a_nearer_copy_that_is_for_development_too_stays_where_code_imports_it() -> None:
    lock = json.dumps({"packages": {"node_modules/a": {"dev": True}, "own/node_modules/a": {"dev": True}}})
    files = {
        **NODE_FILES,
        "/app/package-lock.json": lock,
        "/app/own/index.js": "import 'a'",
        "/app/own/node_modules/a/index.js": "",
    }
    evidence = judged(("RUN npm install", files), config=replace(CONFIG, cmd=("node", "own/index.js")))
    assert "/app/own/node_modules/a/index.js" not in evidence.reasons


@pytest.mark.parametrize("word", ["dist/index", "dist", "dist/index.js"])
def test_node_completes_the_name_of_what_it_starts(word: str) -> None:
    files = {**NODE_FILES, "/app/package.json": PACKAGE, "/app/src/other.js": "require('semver')"}
    evidence = judged(("RUN npm install", files), config=replace(CONFIG, cmd=("node", word)))
    assert {"/app/src/other.js", "/app/node_modules/semver/index.js"} <= evidence.reasons.keys()


@pytest.mark.parametrize("own", [True, False])
def test_a_dependency_is_the_one_that_a_package_resolves(own: bool) -> None:
    lock = {
        "node_modules/hono": {"dependencies": {"semver": "1"}},
        "node_modules/semver": {"dev": True},
        **({"node_modules/hono/node_modules/semver": {}} if own else {}),
    }
    files = {
        **NODE_FILES,
        "/app/package-lock.json": json.dumps({"packages": lock}),
        "/app/dist/index.js": "require('hono')",
        "/app/node_modules/hono/index.js": "require('semver')",
    }
    evidence = judged(("RUN npm install", files))
    assert ("/app/node_modules/semver/index.js" in evidence.reasons) == own


@pytest.mark.parametrize("vendored", [True, False])
def test_scripts_and_settings_that_go_vendors_start_nothing(vendored: bool) -> None:
    folder = "vendor/example.org/a" if vendored else "tools"
    files: dict[str, str | Link | Elf | None] = {
        "/app/main": Elf(machine=X86),
        "/app/main.go": "package main",
        "/app/vendor/modules.txt": "",
        f"/app/{folder}/.travis.yml": "script: ./test.sh",
        f"/app/{folder}/test.sh": "git log",
    }
    config = replace(CONFIG, cmd=("/app/main",))
    assert ("git" in packages(judged(("RUN go build", files), config=config))) != vendored


@pytest.mark.parametrize("owned", [True, False])
def test_byte_code_that_the_installation_of_a_package_compiles_goes_with_it(owned: bool) -> None:
    source, compiled = "/usr/lib/python3/a.py", "/usr/lib/python3/__pycache__/a.cpython-311.pyc"
    files: dict[str, str | Link | Elf | None] = {
        source: "",
        compiled: "",
        "/var/lib/dpkg/status": STATUS + installed("python3-a"),
        "/var/lib/dpkg/info/python3-a.list": source if owned else "",
    }
    evidence = judged(("RUN apt-get install -y python3-a && pip install uv", files))
    assert (compiled in evidence.reasons) == owned


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("app.register(autoload, {dir: join(__dirname, 'routes')})", True),
        ("fork(join(__dirname, 'routes', 'report.js'))", True),
        ("fork('./routes/report')", True),
        ("fork('./routes/first.js')", True),
        ("listen(3000)", False),
    ],
)
def test_what_a_dependency_or_another_process_loads_keeps_what_it_imports(code: str, stays: bool) -> None:
    files = {
        "/app/server.js": code,
        "/app/routes/first.js": "load('report')",
        "/app/routes/report.js": "require('semver')",
        "/app/node_modules/.package-lock.json": LOCK,
        "/app/node_modules/semver/index.js": "",
    }
    config = ImageConfig(CONFIG.env, cmd=("node", "server.js"), workdir="/app")
    evidence = judged(("COPY . .", files), config=config)
    assert ("/app/node_modules/semver/index.js" not in evidence.reasons) is stays
