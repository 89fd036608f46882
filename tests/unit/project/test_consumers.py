from pathlib import Path

from stagewright.model.image import Healthcheck
from stagewright.model.project import Consumer
from stagewright.project import read_project

COMPOSE = """
services:
  web:
    build: .
    command: uvicorn main:app --port ${PORT:-8000}
    ports: ["8080:8000", {target: 9000, published: 9001, protocol: udp}]
    environment: {DEBUG: false, LEVEL: "${LEVEL-info}", FROM_OUTSIDE: }
    volumes: ["./data:/data", {type: volume, source: cache, target: /cache}]
    user: 1000:1000
    healthcheck:
      test: curl -f http://localhost:8000/health
      interval: 1m30s
      timeout: 500ms
      retries: 3
  worker:
    build: {context: ., target: worker, dockerfile: Dockerfile}
    entrypoint: ["celery", "-A", "main"]
    environment: [A=1, B]
    healthcheck: {disable: true}
  other:
    build: {context: ., dockerfile: other/Dockerfile}
  elsewhere:
    build: ../elsewhere
  remote:
    build: https://example.com/a.git
  image:
    image: redis
"""


def consumers(root: Path, dockerfile: str | None = "Dockerfile") -> dict[str, Consumer]:
    return {consumer.name: consumer for consumer in read_project(root, dockerfile=dockerfile).consumers}


def test_the_services_that_are_built_from_this_file(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    found = consumers(tmp_path)
    assert set(found) == {"web", "worker"}
    assert found["web"] == Consumer(
        kind="compose",
        name="web",
        place="compose.yaml",
        command=("uvicorn", "main:app", "--port", "8000"),
        healthcheck=Healthcheck(
            ("CMD-SHELL", "curl -f http://localhost:8000/health"), interval=90.0, timeout=0.5, retries=3
        ),
        user="1000:1000",
        environment=(("DEBUG", "false"), ("LEVEL", "info")),
        volumes=("./data:/data", "cache:/cache"),
        ports=("8080:8000", "9001:9000/udp"),
    )
    assert found["worker"].entrypoint == ("celery", "-A", "main")
    assert found["worker"].target == "worker"
    assert found["worker"].environment == (("A", "1"),)
    assert found["worker"].healthcheck == Healthcheck(("NONE",))


def test_a_duration_of_many_digits_is_read_at_once(tmp_path: Path) -> None:
    check = f"{{test: x, interval: '{'1' * 200_000}', timeout: '{'1.' * 100_000}5s'}}"
    (tmp_path / "compose.yaml").write_text(f"services: {{a: {{build: ., healthcheck: {check}}}}}")
    assert consumers(tmp_path)["a"].healthcheck == Healthcheck(("CMD-SHELL", "x"), timeout=1.5)


def test_any_file_of_this_context_when_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    assert set(consumers(tmp_path, None)) == {"web", "worker", "other"}


def test_a_compose_file_in_a_folder_may_mean_the_context_above(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/docker-compose.prod.yml").write_text("services: {a: {build: ..}}", encoding="utf-8")
    assert consumers(tmp_path)["a"].place == "deploy/docker-compose.prod.yml"


def test_a_broken_or_hostile_compose_file_has_no_services(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: [", encoding="utf-8")
    (tmp_path / "compose.a.yaml").write_text("[" * 5000, encoding="utf-8")
    (tmp_path / "compose.b.yaml").write_text("!!python/object/apply:os.system [echo]", encoding="utf-8")
    (tmp_path / "compose.c.yaml").write_text("services: {a: {build: 1}, b: 2}", encoding="utf-8")
    (tmp_path / "compose.d.yaml").write_text('services: {a: {build: ., user: !!int ""}}', encoding="utf-8")
    (tmp_path / "compose.e.yaml").write_text(
        f"services: {{a: {{build: ., user: 0x{'f' * 6000}}}}}", encoding="utf-8"
    )
    (tmp_path / "compose.f.yaml").write_text('services: {a: {build: "a\\0b"}}', encoding="utf-8")
    (tmp_path / "compose.g.yaml").write_text("services: {a: {build: loop}}", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    assert consumers(tmp_path) == {}


def test_an_alias_bomb_is_no_compose_file(tmp_path: Path) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]
    listed = "\n".join(["l0: &l0 [a]", *levels, "services: {a: {build: ., command: *l8}}"])
    merges = [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}" for n in range(1, 9)]
    merged = "\n".join(["m0: &m0 {a: 1}", *merges, "services: {a: {build: ., environment: *m8}}"])
    (tmp_path / "compose.yaml").write_text(listed, encoding="utf-8")
    (tmp_path / "compose.a.yaml").write_text(merged, encoding="utf-8")
    (tmp_path / "compose.b.yaml").write_text("services: &s {a: {build: ., command: [*s]}}", encoding="utf-8")
    assert consumers(tmp_path) == {}


def test_a_procfile(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(
        "web: gunicorn -b :$PORT app:app\nworker: python w.py\n# x\n", encoding="utf-8"
    )
    found = consumers(tmp_path)
    assert found["web"].command == ("sh", "-c", "gunicorn -b :$PORT app:app")
    assert found["worker"].command == ("python", "w.py")


def test_a_line_of_many_builds_is_read_at_once(tmp_path: Path) -> None:
    builds = f"\t{'docker build ' * 100_000}\n\tdocker build . && docker buildx build . --tag a\n"
    text = f"x:\n{builds}\tdocker build . --tag b\n\tdocker run a\n\tdocker run b\n"
    (tmp_path / "Makefile").write_text(text, encoding="utf-8")
    assert set(consumers(tmp_path)) == {"a", "b"}


def test_docker_run_of_what_the_same_file_builds(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(
        "test:\n\tdocker build --pull -t shop:dev .\n"
        "\tdocker run --rm -u 0 --entrypoint=python -e A=1 \\\n\t  shop:dev -m pytest && echo ok\n"
        "\tdocker run --rm redis:7 redis-cli\n",
        encoding="utf-8",
    )
    workflow = tmp_path / ".github/workflows/ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("run: docker build -t app .\nrun: docker run app npm test\n", encoding="utf-8")
    found = consumers(tmp_path)
    assert set(found) == {"shop:dev", "app"}
    make = Consumer("make", "shop:dev", "Makefile", ("-m", "pytest"), ("python",), user="0")
    assert found["shop:dev"] == make
    assert found["app"].command == ("npm", "test") and found["app"].kind == "ci"
