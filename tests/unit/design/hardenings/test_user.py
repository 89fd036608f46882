from dataclasses import replace

import pytest

from stagewright.design.hardenings import HardeningContext, harden
from stagewright.model.design import Design
from tests.unit.design.hardenings.designs import CONTEXT, allowed, entry, restaged, steps, with_config

USER = frozenset({"user"})


def hardened(*lines: str, base: str = "node:22-slim", context: HardeningContext = CONTEXT) -> Design:
    return harden(restaged(*lines, base=base), USER, context)


def test_the_bases_own_user_by_number() -> None:
    design = hardened("WORKDIR /app", "COPY --from=builder /app /app", 'CMD ["node", "x.js"]')
    assert steps(design) == [
        "WORKDIR /app",
        "RUN install -d -o 1000 -g 1000 /app",
        "COPY --chown=1000:1000 --from=builder /app /app",
        "USER 1000:1000",
        'CMD ["node", "x.js"]',
    ]
    assert {("config", "user"), ("owner", "/app/"), ("behaviour", "user")} <= allowed(design, "user")


@pytest.mark.parametrize(
    ("base", "command"),
    [("debian:bookworm-slim", "useradd"), ("python:3.13-slim", "useradd"), ("alpine:3", "adduser -D")],
)
def test_a_user_is_made_where_the_base_has_none(base: str, command: str) -> None:
    design = hardened("COPY a /app/a", "CMD x", base=base)
    assert command in steps(design)[0] and "USER 10001:10001" in steps(design)
    assert ("changed", "/etc/passwd") in allowed(design, "user")


@pytest.mark.parametrize("base", ["scratch", "gcr.io/distroless/static-debian12"])
def test_without_a_shell_a_number_is_enough(base: str) -> None:
    texts = steps(hardened("COPY --from=builder /out/x /app/x", 'CMD ["/app/x"]', base=base))
    assert texts == [
        "COPY --chown=65532:65532 --from=builder /out/x /app/x",
        "USER 65532:65532",
        'CMD ["/app/x"]',
    ]


def test_only_the_applications_folder_changes_its_owner() -> None:
    texts = steps(hardened("WORKDIR /app", "COPY --from=builder /opt/venv /opt/venv", "COPY . .", "CMD x"))
    assert "COPY --from=builder /opt/venv /opt/venv" in texts
    assert "COPY --chown=1000:1000 . ." in texts


def test_folders_that_a_run_wrote_to_and_volumes_stay_writable() -> None:
    context = replace(
        with_config(volumes=("/data",)), writes=("/var/lib/app/x.db", "/app/log/a", "/tmp/y", "/etc-like/z")
    )
    design = hardened("WORKDIR /app", "COPY . .", "CMD x", context=context)
    assert "RUN install -d -o 1000 -g 1000 /app /data /var/lib/app /etc-like" in steps(design)
    found = entry(design, "user")
    assert found is not None and "Volumes (/data)" in found.explanation


def test_a_write_to_what_is_roots_own_leaves_it_open() -> None:
    design = hardened("COPY . .", "CMD x", context=replace(CONTEXT, writes=("/etc/app.conf",)))
    found = entry(design, "user")
    assert found is not None and not found.on and "/etc/app.conf" in found.needs
    assert not any("USER" in text for text in steps(design))


@pytest.mark.parametrize(
    ("base", "start"),
    [("nginx:1.27", "CMD x"), ("debian:12", 'CMD ["gosu", "app", "x"]'), ("debian:12", "CMD supervisord -n")],
)
def test_a_start_that_needs_root_leaves_it_open(base: str, start: str) -> None:
    found = entry(hardened("COPY . .", start, base=base), "user")
    assert found is not None and not found.on and found.needs


def test_whoever_is_not_root_already_is_left_alone() -> None:
    assert entry(hardened("COPY . .", "USER node", "CMD x"), "user") is None
    assert entry(hardened("COPY . .", "CMD x", context=with_config(user="1001")), "user") is None


def test_a_low_port_is_spoken_of() -> None:
    found = entry(hardened("COPY . .", "CMD x", context=replace(CONTEXT, ports=(80,))), "user")
    assert found is not None and "port 80" in found.explanation


def test_without_a_folder_of_its_own_the_program_owns_nothing() -> None:
    context = with_config(workdir="")
    texts = steps(hardened("COPY --from=builder /out/x /usr/local/bin/x", "CMD x", context=context))
    assert texts == ["COPY --from=builder /out/x /usr/local/bin/x", "USER 1000:1000", "CMD x"]


@pytest.mark.parametrize("base", ["${BASE}", "node:$VERSION"])
def test_a_base_in_a_variable_leaves_it_open(base: str) -> None:
    found = entry(hardened("COPY . .", "CMD x", base=base), "user")
    assert found is not None and not found.on and base in found.needs


def test_what_follows_the_user_is_no_reason_to_stay_root() -> None:
    writes = ("/root/.npm/_logs/1.log", "/usr/local/lib/python3.13/__pycache__/ast.cpython-313.pyc")
    design = hardened("WORKDIR /app", "COPY . .", "CMD x", context=replace(CONTEXT, writes=writes))
    assert "RUN install -d -o 1000 -g 1000 /app" in steps(design)
    assert ("behaviour", "writes") in allowed(design, "user")
    plain = hardened("WORKDIR /app", "COPY . .", "CMD x")
    assert ("behaviour", "writes") not in allowed(plain, "user")


def test_installed_dependencies_are_only_read_unless_a_run_wrote_there() -> None:
    lines = ("WORKDIR /app", "COPY --from=deps /app/node_modules /app/node_modules", "COPY . .", "CMD x")
    assert steps(hardened(*lines))[2:4] == [lines[1], "COPY --chown=1000:1000 . ."]
    wrote = replace(CONTEXT, writes=("/app/node_modules/.cache/x",))
    assert steps(hardened(*lines, context=wrote))[2].startswith("COPY --chown=1000:1000 --from=deps")
