from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.errors import UsageError
from stagewright.model.composition import Composition, Service, ServiceBuild
from stagewright.model.image import Healthcheck
from stagewright.project.composition import read_composition

WHOLE = """
x-shared: &shared {LEVEL: "${LEVEL:-info}", DEBUG: false}
services:
  web:
    build: {context: ., args: {V: 1}, target: dev}
    command: serve --port ${PORT:-80}
    entrypoint: ["tini", "--"]
    user: "7"
    working_dir: /srv
    env_file: [one.env, {path: absent.env, required: false}]
    environment: {<<: *shared, OUTSIDE: , ONE: over}
    healthcheck: {test: ["CMD", "ok"], interval: 1m}
    depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}}
    volumes: [".:/app", "data:/data", "/scratch", {type: bind, source: ./x, target: /x}]
    ports: ["8080:${PUBLISHED}"]
    privileged: true
    cap_add: [SYS_ADMIN]
    restart: always
  db:
    image: postgres:${TAG}
    container_name: the-db
    networks: {default: {aliases: [sql], ipv4_address: 10.1.1.1}}
    volumes: ["data:/var/lib/postgresql"]
  job:
    build: {context: job, dockerfile: Dockerfile.job, args: [A=$GIVEN], target: run, ssh: [default]}
    image: never/fetched
    depends_on: [db]
  other:
    image: other
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "job").mkdir()
    (tmp_path / "job/Dockerfile.job").write_text("FROM scratch\n", encoding="utf-8")
    (tmp_path / "one.env").write_text("ONE=1\nTWO='2'\n", encoding="utf-8")
    return tmp_path


def composition(project: Path, text: str, name: str = "web", **given: str) -> Composition:
    file = project / "compose.yaml"
    file.write_text(text, encoding="utf-8")
    return read_composition(file, name, project, given)


def test_a_service_with_what_it_needs_in_order(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVEL", "of the machine")
    found = composition(project, WHOLE, GIVEN="g", OUTSIDE="o")
    assert found.dependencies == (
        Service("db", "postgres:", volumes=("/var/lib/postgresql",), aliases=("db", "the-db", "sql")),
        Service(
            "job",
            build=ServiceBuild(project / "job", project / "job/Dockerfile.job", "run", (("A", "g"),)),
            aliases=("job",),
            needs=(("db", "started"),),
        ),
    )
    assert found.service == Service(
        "web",
        command=("serve", "--port", "80"),
        entrypoint=("tini", "--"),
        user="7",
        workdir="/srv",
        env=(("DEBUG", "false"), ("LEVEL", "info"), ("ONE", "over"), ("OUTSIDE", "o"), ("TWO", "2")),
        healthcheck=Healthcheck(("CMD", "ok"), interval=60.0),
        volumes=("/data", "/scratch"),
        aliases=("web",),
        needs=(("db", "healthy"), ("job", "completed")),
    )


def test_nothing_that_is_left_out_goes_unsaid(project: Path) -> None:
    assert composition(project, WHOLE, GIVEN="g").not_seen == (
        "what the compose file gives service db: networks.default.ipv4_address",
        "what stands in the volumes of service db: its own and empty here: /var/lib/postgresql",
        "what the compose file gives service job: build.ssh",
        "what the compose file gives service web: cap_add, privileged, build.args, build.target",
        "mounts of service web that are left out: /app, /x",
        "what stands in the volumes of service web: its own and empty here: /data",
        "the images' own command, entry point, user, working directory, health check: "
        "service web has another",
        "compose variables that have no value (--env): TAG",
    )


def test_values_of_another_type_are_left_out(project: Path) -> None:
    found = composition(project, "services: {web: {networks: {default: 5, other: [a]}, healthcheck: [1]}}")
    assert found.service == Service("web", "", aliases=("web",))
    assert found.not_seen == ()


def test_a_file_in_a_folder_may_read_the_context_above(project: Path) -> None:
    (project / "deploy").mkdir()
    file = project / "deploy/compose.yaml"
    file.write_text("services: {a: {env_file: ../one.env}}", encoding="utf-8")
    assert dict(read_composition(file, "a", project, {}).service.env) == {"ONE": "1", "TWO": "2"}
    with pytest.raises(UsageError, match="outside of the project"):
        read_composition(file, "a", project / "job", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "no compose file"),
        ("", "no compose file: it is empty"),
        ("a: 1", "it has no services"),
        ("services: {a: {}}", "no service 'web'"),
        ("services: {web: {extends: {service: a}}}", "`extends`"),
        ("services: {web: {depends_on: [db]}}", "'db', which is not there"),
        ("services: {web: {depends_on: 3}}", "no list and no mapping"),
        ("services: {web: {depends_on: {web: {condition: [ready]}}}}", "condition ['ready']"),
        ("services: {web: {depends_on: [a]}, a: {image: x, depends_on: [web]}}", "web → a → web"),
        ("services: {web: {depends_on: [a]}, a: {command: x}}", "neither an image nor a build"),
        ("services: {web: {depends_on: [a]}, a: {build: ../other}}", "outside of the project"),
        ("services: {web: {depends_on: [a]}, a: {build: none}}", "there is no "),
        ("services: {web: {depends_on: [a]}, a: {build: [x]}}", "no path and no mapping"),
        ("services: {web: {env_file: /etc/hostname}}", "outside of the project"),
        ('services: {web: {env_file: "a\\0b"}}', "outside of the project"),
        ("services: {web: {env_file: absent.env}}", "cannot be read"),
        ("services: {web: {env_file: bad.env}}", "bad.env: line 1 is not"),
        ("services: {web: {command: '${A:?bring it}'}}", "needs the variable A: bring it"),
        ("services: {web: {command: '${A'}}", "not closed"),
        ("services: {web: {env_file: doubling.env}}", "too long"),
        ('services: {web: {user: !!int ""}}', "no compose file: a value has another form"),
        ("services: {web: {user: !!bool foo}}", "no compose file: a value has another form"),
        ("services: {web: {user: !!timestamp x}}", "no compose file: a value has another form"),
        ('services: {web: {user: !!float ""}}', "no compose file: a value has another form"),
        (f"services: {{web: {{user: 0x{'f' * 6000}}}}}", "no compose file: a number is longer"),
        (f"services: {{web: {{user: {'1:' * 3000}1.5}}}}", "no compose file: a number is longer"),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(project: Path, text: str, said: str) -> None:
    (project / "bad.env").write_text("?\n", encoding="utf-8")
    doubling = "".join(f"A{number + 1}=$A{number}$A{number}\n" for number in range(60))
    (project / "doubling.env").write_text(f"A0=xxxxxxxx\n{doubling}", encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        composition(project, text)
    assert said in str(raised.value)


def test_no_link_is_followed_out(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.env"
    outside.write_text("A=1\n", encoding="utf-8")
    (project / "linked.env").symlink_to(outside)
    with pytest.raises(UsageError, match="outside of the project"):
        composition(project, "services: {web: {env_file: linked.env}}")
    (project / "linked.yaml").symlink_to(outside)
    with pytest.raises(UsageError, match="cannot be read"):
        read_composition(project / "linked.yaml", "web", project, {})


def test_the_number_of_services_is_bounded(project: Path) -> None:
    more = [f"s{n}: {{image: x, depends_on: [s{n + 1}]}}" for n in range(2000)]
    text = f"services: {{web: {{depends_on: [s0]}}, {', '.join(more)}, s2000: {{image: x}}}}"
    with pytest.raises(UsageError, match="more than 32 services"):
        composition(project, text)
