"""The restage of single-stage files, on small images without an engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from stagewright.design.production import Target
from stagewright.design.restage import restage
from stagewright.dockerfile import parse, validate
from stagewright.ecosystems.base import Ecosystem
from stagewright.ecosystems.registry import find
from stagewright.model.design import Decline, Design
from stagewright.model.evidence import Evidence
from stagewright.model.fact import UNSHOWN, Need, Reason
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from tests.unit.images_of import Layer, Link, Tree, tree_of

BASE: Layer = ("base", {"/usr/bin/sh": "", "/usr/local/bin/node": "node"})
NODE = """\
# syntax=docker/dockerfile:1
# our API
ARG VERSION=22
FROM node:22

# the work folder
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
ARG COMMIT=none
LABEL commit=$COMMIT
# where it listens
ENV PORT=3000
EXPOSE 3000
CMD ["npm", "start"]
# the end
"""
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PACKAGE = (
    '{"scripts": {"build": "tsc", "start": "node dist/index.js"}, "devDependencies": {"typescript": "5"}}'
)
BUILT: Layer = (
    "RUN npm ci",
    {
        "/app/package.json": PACKAGE,
        "/app/package-lock.json": "{}",
        "/app/dist/index.js": "",
        "/app/src/index.ts": "",
        "/app/node_modules/hono/index.js": "",
        "/app/node_modules/typescript/lib.js": "",
    },
)
GONE = {
    "/app/src": Reason("source", "its output runs"),
    "/app/src/index.ts": Reason("source", "its output runs"),
    "/app/node_modules/typescript": Reason("development dependency", "typescript: marked as such"),
    "/app/node_modules/typescript/lib.js": Reason("development dependency", "typescript: marked as such"),
}
SLIM = Target(
    "node:22-slim", ImageConfig(cmd=("node",)), frozenset({"/usr/bin/sh"}), frozenset(), frozenset({"libc6"})
)


def project(texts: Mapping[str, str]) -> Project:
    return Project(Path("/shop"), {name: len(text) for name, text in texts.items()}, texts)


NODE_PROJECT = project({"package.json": PACKAGE, "package-lock.json": "{}", "src/index.ts": ""})


def evidence_of(tree: Tree, reasons: Mapping[str, Reason] | None = None) -> Evidence:
    made = {path: entry.layer for path, entry in tree.entries.items() if entry.layer}
    return Evidence(made, frozenset(), {path: why for path, why in (reasons or {}).items() if path in made})


def designed(
    text: str = NODE,
    tree: Tree | None = None,
    evidence: Evidence | None = None,
    *,
    target: Target = SLIM,
    of: Project = NODE_PROJECT,
    ecosystem: Ecosystem | None = None,
    mend: bool = True,
    prune: bool = True,
    scanner: str | None = None,
) -> Design | Decline:
    config = ImageConfig(cmd=("npm", "start"), workdir="/app", exposed=("3000/tcp",))
    tree = tree or tree_of(BASE, BUILT, config=config)
    df = parse(text)
    return restage(
        df, df.stages[-1], of, evidence or evidence_of(tree, GONE), tree.files, ImageConfig(), target,
        ecosystem or find(of), mend=mend, prune=prune, scanner=scanner,
    )  # fmt: skip


def text_of(design: Design | Decline) -> str:
    assert isinstance(design, Design), design
    validate(parse(design.dockerfile))
    return design.dockerfile


def stage_text(design: Design | Decline, name: str) -> str:
    found = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^\n|\Z)", text_of(design), re.M | re.S)
    assert found, name
    return found[1]


def test_stages_stand_in_order_and_production_is_last() -> None:
    design = designed()
    assert isinstance(design, Design)
    names = [stage.name for stage in design.stages]
    assert names[:4] == ["base", "deps", "prod-deps", "builder"]
    assert names[-1] == "production"
    assert design.production.base == "node:22-slim"
    assert text_of(design) == text_of(designed())


def test_a_scanner_stands_on_the_builder_where_it_is_asked_for() -> None:
    design = designed(scanner="audit")
    assert stage_text(design, "scanner") == "RUN npm audit --omit=dev --audit-level=high\n"
    assert "FROM builder AS scanner\n" in text_of(design)
    assert isinstance(design, Design)
    assert "scanner" in {target.name for target in design.targets}
    assert "scanner" not in text_of(designed())


def test_a_scanner_that_cannot_be_made_is_spoken_of() -> None:
    design = designed(SEVERAL, scanner="audit")
    assert isinstance(design, Design)
    assert "AS scanner" not in design.dockerfile
    assert any("no scanner stage" in note for note in design.notes)


def test_the_users_commands_stay_and_manifests_come_before_the_source() -> None:
    design = designed()
    assert stage_text(design, "base").splitlines()[-1] == "COPY package-lock.json package.json ./"
    assert "RUN npm ci\n" in stage_text(design, "deps")
    assert "RUN npm ci --omit=dev" in stage_text(design, "prod-deps")
    assert stage_text(design, "builder").startswith("COPY . .\nRUN npm run build\n")


def test_of_several_installations_the_first_goes_before_the_source() -> None:
    design = designed(NODE.replace("RUN npm ci\n", "RUN npm ci\nENV NODE_ENV=development\nRUN npm install\n"))
    assert "RUN npm ci\n" in stage_text(design, "deps")
    assert "RUN npm ci --omit=dev" in stage_text(design, "prod-deps")
    later = "ENV NODE_ENV=development\nRUN npm install\nRUN npm run build\n"
    assert stage_text(design, "builder").startswith(f"COPY . .\n{later}")


def test_production_copies_what_stays_and_nothing_else() -> None:
    production = stage_text(designed(), "production")
    copies = [line for line in production.splitlines() if line.startswith("COPY")]
    assert copies == [
        "COPY --from=prod-deps /app/node_modules /app/node_modules",
        "COPY --from=builder /app/dist /app/dist",
        "COPY --from=builder /app/package-lock.json /app/package.json /app/",
    ]


def test_the_configuration_is_said_again_with_its_comments() -> None:
    text = text_of(designed())
    production = stage_text(designed(), "production")
    for line in (
        "WORKDIR /app", "ARG COMMIT=none\nLABEL commit=$COMMIT", "# where it listens\nENV PORT=3000",
        "EXPOSE 3000", 'CMD ["npm", "start"]',
    ):  # fmt: skip
        assert line in production
    assert "CMD" not in stage_text(designed(), "builder")
    for comment in ("# our API", "# the work folder", "# the end"):
        assert comment in text
    assert text.startswith("# syntax=docker/dockerfile:1\n")
    assert "ARG VERSION=22" in text.split("FROM")[0]


def test_every_instruction_has_a_place_or_a_reason() -> None:
    design = designed()
    assert isinstance(design, Design)
    lines = {instruction.line for instruction in parse(NODE).instructions} - {3}
    assert {row.line for row in design.moved} == lines
    assert all(row.stages or row.why for row in design.moved)


def test_without_mending_the_order_is_the_users() -> None:
    text = text_of(designed(mend=False, prune=False))
    assert "prod-deps" not in text
    assert "WORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n" in text
    assert "COPY --from=builder /app/node_modules/hono /app/node_modules/hono\n" in text


def test_a_folder_of_dependencies_that_would_be_a_long_list_comes_along_whole() -> None:
    packages = {f"/app/node_modules/p{number}/index.js": "" for number in range(41)}
    many: Layer = (BUILT[0], {**BUILT[1], **packages})
    config = ImageConfig(cmd=("npm", "start"), workdir="/app")
    design = designed(tree=tree_of(BASE, many, config=config), mend=False, prune=False)
    production = stage_text(design, "production")
    assert "COPY --from=builder /app/node_modules /app/node_modules\n" in production
    assert "/app/src" not in production
    assert isinstance(design, Design)
    assert "production needs 42 parts of it" in design.notes[0]
    assert "production needs 42 parts of it" in dict(design.waivers).popitem()[1]
    assert not any("typescript" in row.what + row.why for row in design.left_behind)


@pytest.mark.parametrize(("count", "apart"), [(12, True), (21, False)])
def test_production_has_no_installation_of_its_own_where_much_of_development_stays(
    count: int, apart: bool
) -> None:
    packages = {f"/app/node_modules/p{number}/index.js": "" for number in range(count)}
    config = ImageConfig(cmd=("npm", "start"), workdir="/app")
    tree = tree_of(BASE, (BUILT[0], {**BUILT[1], **packages}), config=config)
    waivers = tuple((f"p{number}", "code imports it") for number in range(count))
    design = designed(tree=tree, evidence=replace(evidence_of(tree, GONE), waivers=waivers))
    assert ("COPY --from=prod-deps" in text_of(design)) == apart
    assert not isinstance(design, Decline)


@pytest.mark.parametrize(("more", "made"), [({}, True), ({"/app/node_modules/.bin/own": ""}, False)])
def test_the_folder_of_links_is_made_where_nothing_else_makes_it(more: dict[str, str], made: bool) -> None:
    folder = "/app/node_modules/.bin"
    files = {
        **BUILT[1],
        **more,
        f"{folder}/a": Link("../hono/index.js"),
        f"{folder}/tsc": Link("../typescript/lib.js"),
    }
    config = ImageConfig(cmd=("npm", "start"), workdir="/app")
    tree = tree_of(BASE, (BUILT[0], files), config=config)
    evidence = evidence_of(tree, {**GONE, f"{folder}/tsc": Reason("development dependency", "typescript")})
    production = stage_text(designed(tree=tree, evidence=evidence, mend=False, prune=False), "production")
    assert (f"RUN mkdir -p {folder} " in production) == made
    assert f"ln -sfn ../hono/index.js {folder}/a\n" in production


PYTHON = 'FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install {}\nCMD ["python", "main.py"]\n'
PYTHON_PROJECT = project({"requirements-test.txt": "pytest\n", "main.py": ""})


def python_design(*words: str) -> Design | Decline:
    layers = ("COPY . .", {"/app/main.py": "", "/usr/local/lib/python3.13/site-packages/flask.py": ""})
    tree = tree_of(BASE, layers, config=ImageConfig(cmd=("python", "main.py"), workdir="/app"))
    return designed(PYTHON.format(" ".join(words)), tree, evidence_of(tree), of=PYTHON_PROJECT)


@pytest.mark.parametrize(
    "words", [("Flask", "gunicorn"), ("--no-cache-dir", "'flask[async]>=3'", "gunicorn==23.0")]
)
def test_what_is_installed_by_name_is_installed_before_the_source(words: tuple[str, ...]) -> None:
    design = python_design(*words)
    assert stage_text(design, "deps") == f"WORKDIR /app\nRUN pip install {' '.join(words)}\n"
    assert stage_text(design, "builder") == "COPY . .\n"


@pytest.mark.parametrize(
    "words",
    [
        ("flask", "."),
        ("-e", "flask"),
        ("-c", "constraints.txt", "flask"),
        ("--find-links=wheels", "flask"),
        ("wheels/flask", "gunicorn"),
        ("flask.whl",),
        ("flask", "$MORE"),
        ("flask", "&&", "cp", "main.py", "/main.py"),
    ],
)
def test_what_may_read_the_source_is_not(words: tuple[str, ...]) -> None:
    assert "COPY . .\nRUN pip install" in stage_text(python_design(*words), "builder")


APT = "apt-get update && apt-get install -y gcc libpq-dev && rm -rf /var/lib/apt/lists/*"


def npm_design(*between: str, target: str = ".") -> Design | Decline:
    return designed(NODE.replace("COPY . .\n", "\n".join((f"COPY . {target}", *between, ""))))


@pytest.mark.parametrize("between", [f"RUN set -ex && {APT}", "RUN pip install --upgrade pip", "ENV A=b"])
def test_the_source_comes_after_what_does_not_read_it(between: str) -> None:
    design = npm_design(between)
    last = "COPY package-lock.json package.json ./"
    assert stage_text(design, "base").endswith(f"WORKDIR /app\n{between}\n{last}\n")
    assert stage_text(design, "builder").startswith("COPY . .\n")


@pytest.mark.parametrize(
    "between",
    [
        "RUN ./prepare.sh",
        f"RUN {APT} && rm -rf /app/src",
        "RUN rm -rf $FOLDER",
        "RUN apt-get install -y ./tool.deb",
        "RUN apt-get install -y $(cat packages.txt)",
        "RUN xargs apt-get install -y < packages.txt",
        "RUN --mount=type=bind,target=/src apt-get install -y gcc",
        "COPY more /more",
        "WORKDIR /other",
    ],
)
def test_it_does_not_come_after_what_may(between: str) -> None:
    assert "COPY . .\n" in stage_text(npm_design(between), "base")


def test_a_fixed_place_may_be_copied_to_from_any_folder() -> None:
    design = npm_design("WORKDIR /app", target="/app")
    assert stage_text(design, "builder").startswith("COPY . /app\n")


GO = """\
FROM golang:1.26
WORKDIR /app
COPY . ./
RUN {} download
# the program
RUN go build -o server
# certificates
RUN {}
CMD ["/app/server"]
"""
GO_PROJECT = project({"go.mod": "module shop\n", "go.sum": "", "main.go": ""})


def go_design(download: str = "go mod", *, mend: bool = True, of: Project = GO_PROJECT) -> Design | Decline:
    config = ImageConfig(cmd=("/app/server",), workdir="/app")
    tree = tree_of(BASE, ("RUN go build", {"/app/server": "elf"}), config=config)
    install = APT.replace("gcc libpq-dev", "ca-certificates")
    return designed(GO.format(download, install), tree, evidence_of(tree), of=of, mend=mend)


def test_tests_that_need_no_dependencies_of_their_own_have_a_stage_on_the_builder() -> None:
    files = {"go.mod": "module shop\n", "go.sum": "", "main.go": "package main\nfunc main() {}\n"}
    design = go_design(of=project({**files, "main_test.go": "package main\n"}))
    assert isinstance(design, Design)
    (tester,) = (stage for stage in design.stages if stage.name == "tester")
    mount = "--mount=type=cache,id=shop-go-build,target=/root/.cache/go-build"
    assert tester.base == "builder"
    assert [step.text for step in tester.steps] == [f"RUN {mount} \\\n    go test ./..."]
    without = go_design(of=project(files))
    assert isinstance(without, Design)
    assert "tester" not in [stage.name for stage in without.stages]


def test_modules_and_the_systems_packages_come_before_the_source() -> None:
    design = go_design()
    assert stage_text(design, "deps") == (
        f"WORKDIR /app\n# certificates\nRUN {APT.replace('gcc libpq-dev', 'ca-certificates')}\n"
        "COPY go.mod go.sum ./\nRUN go mod download\n"
    )
    assert stage_text(design, "builder") == (
        "COPY . ./\n# the program\nRUN --mount=type=cache,id=shop-go-build,target=/root/.cache/go-build \\\n"
        "    go build -o server\n"
    )
    assert isinstance(design, Design)
    assert len(design.notes) == 1
    assert [(row.line, row.stages) for row in design.moved if row.line in (3, 8)] == [
        (3, ("deps", "builder")),
        (8, ("deps",)),
    ]


@pytest.mark.parametrize(("download", "mend"), [("./tool.sh && go mod", True), ("go mod", False)])
def test_the_order_stays_where_more_is_read_or_nothing_is_to_be_mended(download: str, mend: bool) -> None:
    design = go_design(download, mend=mend)
    assert stage_text(design, "builder").startswith(f"WORKDIR /app\nCOPY . ./\nRUN {download} download\n")
    assert "deps" not in text_of(design)
    assert isinstance(design, Design)
    assert design.notes == ()


def test_packages_after_a_build_come_before_the_source_beside_productions_dependencies() -> None:
    install = APT.replace("gcc libpq-dev", "tini")
    after = NODE.replace("RUN npm run build\n", f"RUN npm run build\nRUN {install}\n")
    assert stage_text(designed(after), "base").startswith(f"# the work folder\nWORKDIR /app\nRUN {install}\n")
    listed = after.replace("COPY . .\nRUN npm ci\n", "COPY package*.json ./\nRUN npm ci\nCOPY . .\n")
    design = designed(listed)
    assert stage_text(design, "builder") == f"RUN {install}\nCOPY . .\nRUN npm run build\n"
    assert isinstance(design, Design)
    assert len(design.notes) == 1


def test_hooks_of_an_installation_forbid_mending() -> None:
    manifest = PACKAGE.replace('"build"', '"postinstall": "node src/patch.js", "build"')
    hooked = project({"package.json": manifest, "package-lock.json": "{}"})
    assert "COPY . .\n" in stage_text(designed(of=hooked), "base")


def test_a_manifest_that_the_installation_changed_comes_from_there() -> None:
    other = project({"package.json": PACKAGE, "package-lock.json": '{"older": 1}'})
    production = stage_text(designed(of=other), "production")
    assert "COPY --from=deps /app/package-lock.json /app/package-lock.json" in production


def test_a_development_dependency_that_has_to_stay_comes_from_the_builder() -> None:
    tree = tree_of(BASE, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    gone = {path: why for path, why in GONE.items() if "typescript" not in path}
    gone["/app/node_modules/other"] = Reason("development dependency", "other: marked as such")
    built = tree_of(
        BASE, (BUILT[0], {**BUILT[1], "/app/node_modules/other/index.js": ""}), config=tree.config
    )
    gone["/app/node_modules/other/index.js"] = gone["/app/node_modules/other"]
    evidence = replace(evidence_of(built, gone), waivers=(("typescript", "dist/index.js imports it"),))
    design = designed(tree=built, evidence=evidence)
    assert "COPY --from=builder /app/node_modules/typescript /app/node_modules/typescript" in text_of(design)
    assert isinstance(design, Design)
    assert design.waivers == (("typescript", "dist/index.js imports it"),)


def test_needed_packages_are_installed_and_a_base_without_a_shell_declines() -> None:
    tree = tree_of(BASE, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    needs = (Need("libpq5", "linked with it"), Need("git", "called"), Need("libc6", "linked with it"))
    evidence = replace(evidence_of(tree, GONE), packages=needs)
    assert "apt-get install -y --no-install-recommends git libpq5 \\\n" in text_of(
        designed(evidence=evidence)
    )
    bare = replace(SLIM, name="gcr.io/distroless/static-debian12", has_shell=False)
    declined = designed(evidence=evidence, target=bare)
    assert isinstance(declined, Decline)
    assert declined.code == "needs-shell"


def test_what_stands_on_a_base_without_a_shell_is_an_artifact() -> None:
    bare = replace(SLIM, name="gcr.io/distroless/static-debian12", has_shell=False)
    design = designed(target=bare)
    assert isinstance(design, Design)
    assert design.strategy == "artifact"
    assert isinstance(split := designed(), Design) and split.strategy == "split"


def test_deletions_owners_and_links_are_made_again() -> None:
    config = ImageConfig(cmd=("node", "x.js"), workdir="/app")
    tree = tree_of(BASE, ("RUN", {"/app/x.js": "", "/app/y.ts": "", "/data": None}), config=config)
    entries = dict(tree.entries)
    entries["/data"] = replace(entries["/data"], uid=1000, gid=1000, mode=0o700)
    files = replace(tree.files, entries=entries)
    tree.files = files
    gone = {"/app/y.ts": Reason("source", "compiled")}
    evidence = replace(evidence_of(tree, gone), deleted=frozenset({"/etc/motd", "/etc/not-there"}))
    target = replace(SLIM, paths=frozenset({"/etc/motd"}))
    text = text_of(designed(tree=tree, evidence=evidence, target=target))
    assert "rm -rf /etc/motd" in text
    assert "install -d -o 1000 -g 1000 -m 0700 /data" in text
    assert "COPY --from=builder /app/x.js /app/x.js" in text


@pytest.mark.parametrize(("uid", "mode"), [(1000, 0o755), (0, 0o1777)])
def test_a_folder_that_comes_whole_has_its_owner_and_mode_before_its_content(uid: int, mode: int) -> None:
    config = ImageConfig(cmd=("node", "x.js"), workdir="/app")
    tree = tree_of(BASE, ("RUN", {"/app/x.js": "", "/data": None, "/data/a": ""}), config=config)
    entries = {**tree.entries, "/data": replace(tree.entries["/data"], uid=uid, gid=uid, mode=mode)}
    tree.files = replace(tree.files, entries=entries)
    text = text_of(designed(tree=tree, evidence=evidence_of(tree, {})))
    made = f"install -d -o {uid} -g {uid} -m {mode:04o} /data"
    assert text.index(made) < text.index("COPY --from=builder /data /data")


def test_what_the_base_gave_is_said_where_the_new_base_does_not() -> None:
    tree = tree_of(BASE, BUILT, config=ImageConfig(
        env=(("LANG", "C.UTF-8"), ("GOPATH", "/go"), ("PORT", "3000")),
        entrypoint=("docker-entrypoint.sh",), cmd=("npm", "start"), workdir="/app", stopsignal="SIGQUIT",
    ))  # fmt: skip
    df = parse(NODE)
    base = ImageConfig(env=(("LANG", "C.UTF-8"), ("GOPATH", "/go")))
    design = restage(
        df, df.stages[0], NODE_PROJECT, evidence_of(tree, GONE), tree.files, base, SLIM, find(NODE_PROJECT)
    )
    production = stage_text(design, "production")
    assert "ENV LANG=C.UTF-8" in production
    assert "GOPATH" not in production
    assert "STOPSIGNAL SIGQUIT" in production
    assert 'ENTRYPOINT ["docker-entrypoint.sh"]' in production


@pytest.mark.parametrize(("place", "said"), [("/go/bin", True), ("/usr/local/go/bin", False)])
def test_the_path_of_the_base_stays_where_it_leads_to_what_comes_along(place: str, said: bool) -> None:
    path = f"{place}:/usr/local/bin:/usr/bin:/bin"
    config = ImageConfig(env=(("PATH", path),), cmd=("node", "dist/index.js"), workdir="/app")
    tree = tree_of(BASE, ("RUN", {"/app/dist/index.js": "", "/go/bin/app": ""}), config=config)
    df = parse(NODE)
    design = restage(
        df, df.stages[0], NODE_PROJECT, evidence_of(tree, {}), tree.files, ImageConfig(env=(("PATH", path),)),
        SLIM, find(NODE_PROJECT),
    )  # fmt: skip
    assert (f"ENV PATH={path}" in stage_text(design, "production")) == said


def test_declines() -> None:
    shell = tree_of(BASE, BUILT, config=ImageConfig(cmd=("bash",), workdir="/app"))
    nothing = tree_of(BASE, config=ImageConfig(cmd=("npm", "start")))
    codes = [
        getattr(designed(tree=shell), "code", ""),
        getattr(designed("# escape=`\n" + NODE.partition("\n")[2]), "code", ""),
        getattr(designed(tree=nothing), "code", ""),
    ]
    assert codes == ["tool-chain", "escape", "nothing-made"]


@pytest.mark.parametrize(
    ("entry", "cmd", "declined"),
    [
        (("docker-entrypoint.sh",), ("node",), True),
        (("docker-entrypoint.sh",), ("node", "dist/index.js"), False),
        (None, ("/bin/bash", "docker-entrypoint.sh"), False),
        (("./docker-entrypoint.sh",), None, False),
        (None, None, True),
    ],
)
def test_a_script_called_like_the_entry_point_of_official_images_is_started(
    entry: tuple[str, ...] | None, cmd: tuple[str, ...] | None, declined: bool
) -> None:
    config = ImageConfig(entrypoint=entry, cmd=cmd, workdir="/app")
    found = designed(tree=tree_of(BASE, BUILT, config=config))
    assert (getattr(found, "code", "") == "tool-chain") == declined


SEVERAL = """\
FROM golang:1.26
RUN go build -o /tool

# all that node needs
FROM node:22 AS base
WORKDIR /app
ENV PORT=3000

FROM base AS production
COPY --from=0 /tool /tool
COPY . .
RUN npm ci && npm run build
EXPOSE 3000
CMD ["npm", "start"]
"""


def test_the_stages_of_a_file_that_has_several_stay() -> None:
    design = designed(SEVERAL)
    text = text_of(design)
    assert isinstance(design, Design)
    assert design.strategy == "improve"
    assert text.startswith(SEVERAL.partition("FROM base AS")[0])
    assert [stage.name for stage in design.stages] == ["", "base", "builder", "production"]
    # Numbers mean what they meant, and production stands on an image of its own.
    assert "FROM base AS builder\nCOPY --from=0 /tool /tool\n" in text
    assert "FROM node:22-slim AS production\n" in text
    production = stage_text(design, "production")
    assert "COPY --from=builder" in production
    assert "WORKDIR /app\nENV PORT=3000\nEXPOSE 3000\n" in production
    assert 'CMD ["npm", "start"]' in production
    assert "EXPOSE" not in text.partition("FROM node:22-slim")[0]
    assert {row.stages for row in design.moved if row.text.startswith("WORKDIR")} == {("base", "production")}


def test_names_that_are_taken_are_not_given_again() -> None:
    text = SEVERAL.replace("AS base", "AS builder").replace("FROM base", "FROM builder")
    design = designed(text.replace("AS production", ""))
    assert isinstance(design, Design)
    assert [stage.name for stage in design.stages] == ["", "builder", "assembly", "production"]


def test_a_stage_that_stays_has_its_manifests_before_the_source() -> None:
    apart = SEVERAL.replace("npm ci && npm run build", "npm ci\nRUN npm run build")
    mended = "COPY package-lock.json package.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"
    for mend, steps in ((True, mended), (False, "COPY . .\nRUN npm ci\nRUN npm run build\n")):
        design = designed(apart, mend=mend)
        assert isinstance(design, Design)
        assert f"FROM base AS builder\nCOPY --from=0 /tool /tool\n{steps}\n# Production" in text_of(design)
        assert bool(design.notes) is mend


def test_a_target_that_is_not_the_last_is_left_alone() -> None:
    df = parse(SEVERAL)
    tree = tree_of(BASE, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    found = restage(
        df, df.stages[1], NODE_PROJECT, evidence_of(tree, GONE), tree.files, ImageConfig(), SLIM, None
    )
    assert isinstance(found, Decline)
    assert found.code == "not-last"
    assert "--target base --last" in found.hint


def test_the_users_stage_name_stays_a_target() -> None:
    design = designed(NODE.replace("FROM node:22", "FROM node:22 AS web"))
    assert isinstance(design, Design)
    assert design.production.name == "web"


def test_what_packages_give_is_installed_and_not_copied() -> None:
    installed: Layer = ("RUN apt-get install -y libpq5", {"/usr/lib/x86_64-linux-gnu/libpq.so.5": "elf"})
    tree = tree_of(BASE, installed, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    evidence = replace(
        evidence_of(tree, GONE),
        packages=(Need("libpq5", "linked with it"),),
        provided=frozenset({"/usr/lib/x86_64-linux-gnu/libpq.so.5"}),
    )
    folders = {path for path, entry in tree.entries.items() if entry.type == "dir" and entry.layer == 1}
    made = {path: at for path, at in evidence.made.items() if path not in folders}
    text = text_of(designed(tree=tree, evidence=replace(evidence, made=made)))
    assert "--no-install-recommends libpq5" in text
    assert "libpq.so" not in text


def test_alpine_installs_with_apk_as_the_user_bound_the_versions() -> None:
    installed: Layer = ("RUN apk add libpq", {"/usr/lib/libpq.so.5": "elf", "/usr/local/lib/libx.so.1": "x"})
    tree = tree_of(BASE, installed, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    needs = (Need("tini", "it is started"), Need("libpq", "linked with it", asked="libpq<18"))
    evidence = replace(evidence_of(tree, GONE), packages=needs, provided=frozenset({"/usr/lib/libpq.so.5"}))
    alpine = replace(SLIM, name="node:22-alpine", manager="apk")
    text = stage_text(designed(tree=tree, evidence=evidence, target=alpine), "production")
    assert "RUN apk add --no-cache 'libpq<18' tini\n" in text
    assert "apt-get" not in text
    assert "ldconfig" not in text


@pytest.mark.parametrize(
    ("paths", "others", "installs"), [({BUNDLE}, {}, False), ({}, {BUNDLE}, True), ({}, {}, True)]
)
def test_certificates_that_are_there_are_not_installed_again(
    paths: set[str], others: set[str], installs: bool
) -> None:
    tree = tree_of(BASE, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    evidence = replace(evidence_of(tree, GONE), packages=(Need("ca-certificates", "TLS"),))
    target = replace(SLIM, manager="apk", paths=frozenset(paths), others=frozenset(others))
    assert ("apk add" in text_of(designed(tree=tree, evidence=evidence, target=target))) is installs


def test_packages_that_no_design_can_install_are_named() -> None:
    tree = tree_of(BASE, BUILT, config=ImageConfig(cmd=("npm", "start"), workdir="/app"))
    evidence = replace(evidence_of(tree, GONE), packages=(Need("libpq", "linked with it"),))
    declined = designed(tree=tree, evidence=evidence, target=replace(SLIM, manager="rpm"))
    assert isinstance(declined, Decline)
    assert declined.code == "packages"
    assert "libpq" in declined.reason
    present = replace(SLIM, manager="rpm", packages=frozenset({"libpq"}))
    assert isinstance(designed(tree=tree, evidence=evidence, target=present), Design)


def test_the_loader_learns_of_libraries_that_are_copied() -> None:
    libraries = {"/usr/local/lib/libx.so.1": "", "/etc/ld.so.cache": "", "/app/prog": ""}
    tree = tree_of(BASE, ("RUN make install && ldconfig", libraries), config=ImageConfig(cmd=("/app/prog",)))
    cache = {"/etc/ld.so.cache": Reason("installer state", "the loader's own")}
    text = stage_text(designed(tree=tree, evidence=evidence_of(tree, cache)), "production")
    assert text.index("COPY --from=builder /usr/local/lib") < text.index("RUN ldconfig")
    del libraries["/etc/ld.so.cache"]
    tree = tree_of(BASE, ("RUN make install", libraries), config=ImageConfig(cmd=("/app/prog",)))
    assert "ldconfig" not in stage_text(designed(tree=tree, evidence=evidence_of(tree)), "production")


def test_what_the_closure_alone_leaves_behind_has_rows_of_its_own_and_stays_known() -> None:
    tree = tree_of(
        ("base", {"/usr/bin/sh": "", "/usr/lib/libx.so": "12345"}),
        BUILT,
        ("RUN fetch", {"/opt/tool/map": "123"}),
        config=ImageConfig(cmd=("npm", "start"), workdir="/app"),
    )
    names = {"/opt/tool": "/opt/tool", "/opt/tool/map": "/opt/tool", "/usr/lib/libx.so": "libx"}
    unshown = {path: Reason(UNSHOWN, f"{name}: nothing leads to it") for path, name in names.items()}
    design = designed(tree=tree, evidence=replace(evidence_of(tree, GONE | unshown), unshown=unshown))
    assert isinstance(design, Design)
    assert "/opt/tool" not in stage_text(design, "production")
    assert design.unshown == unshown
    rows = {row.what: (row.why, row.size) for row in design.left_behind}
    assert rows["not in the run-time closure: /opt/tool"] == ("nothing leads to it", 3)
    assert rows["not in the run-time closure: libx"] == ("nothing leads to it", 5)
