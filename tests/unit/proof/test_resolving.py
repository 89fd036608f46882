from stagewright.model.image import Elf, Healthcheck, ImageConfig
from stagewright.model.project import Consumer
from stagewright.model.proof import Unexplained
from stagewright.proof.resolving import broken, newly_broken
from tests.unit.proof.trees import file, link, tree

SHELL = file("/bin/sh", "shell", mode=0o755)


def test_a_whole_image_has_nothing_broken() -> None:
    whole = tree(
        SHELL,
        file("/usr/bin/node", "node", mode=0o755),
        file("/usr/lib/libz.so.1", "z"),
        link("/bin/bash", "sh"),
        file("/app/run", "#!/usr/bin/env node", mode=0o755),
        elf={"/usr/bin/node": Elf(needed=("libz.so.1",)), "/usr/lib/libz.so.1": Elf()},
        shebangs={"/app/run": "/usr/bin/env node"},
        config=ImageConfig(cmd=("node", "x"), env=(("PATH", "/usr/bin:/bin"),)),
    )
    assert broken(whole) == {}


def test_everything_that_leads_nowhere_is_named() -> None:
    torn = tree(
        file("/usr/bin/node", "node", mode=0o755),
        link("/app/current", "releases/1"),
        file("/app/run", "#!/bin/bash", mode=0o755),
        elf={"/usr/bin/node": Elf(needed=("libz.so.1",))},
        shebangs={"/app/run": "/bin/bash"},
        config=ImageConfig(
            entrypoint=("/entry.sh",), healthcheck=Healthcheck(("CMD", "curl", "http://localhost"))
        ),
    )
    assert {key: set(names) for key, names in broken(torn).items()} == {
        ("/app/current", "link"): {"releases/1"},
        ("/app/run", "interpreter"): {"/bin/bash"},
        ("/usr/bin/node", "library"): {"libz.so.1"},
        ("ENTRYPOINT", "program"): {"/entry.sh"},
        ("HEALTHCHECK", "program"): {"curl"},
    }


def test_what_a_running_container_fills_is_not_broken() -> None:
    assert broken(tree(link("/etc/mtab", "/proc/mounts"), link("/var/log/out", "/dev/stdout"))) == {}


def test_a_script_that_nobody_can_run_needs_no_interpreter() -> None:
    assert broken(tree(file("/app/run", mode=0o644), shebangs={"/app/run": "/bin/bash"})) == {}


def test_only_what_the_original_did_not_break_is_new() -> None:
    before = tree(link("/a", "gone"), SHELL)
    after = tree(link("/a", "gone"), link("/b", "lost"))
    assert newly_broken(before, after, None) == (Unexplained("/b", "link", "lost"),)


def test_a_second_library_that_is_lost_is_new() -> None:
    program = file("/usr/bin/node", mode=0o755)
    elf = {"/usr/bin/node": Elf(needed=("liba.so", "libb.so"))}
    before = tree(program, file("/usr/lib/libb.so"), elf={**elf, "/usr/lib/libb.so": Elf()})
    after = tree(program, elf=elf)
    assert newly_broken(before, after, None) == (Unexplained("/usr/bin/node", "library", "libb.so"),)


def test_libraries_are_found_where_the_environment_says() -> None:
    image = tree(
        file("/usr/bin/node", mode=0o755),
        file("/opt/lib/liba.so"),
        elf={"/usr/bin/node": Elf(needed=("liba.so",)), "/opt/lib/liba.so": Elf()},
        config=ImageConfig(env=(("LD_LIBRARY_PATH", "/opt/lib"),)),
    )
    assert broken(image) == {}


def test_what_the_new_base_has_broken_is_its_own_and_no_program_hides_behind_it() -> None:
    program = file("/usr/bin/node", mode=0o755)
    base = tree(link("/etc/x", "gone"), program)
    after = tree(link("/etc/x", "gone"), program, elf={"/usr/bin/node": Elf(needed=("liba.so",))})
    assert newly_broken(tree(), after, base) == (Unexplained("/usr/bin/node", "library", "liba.so"),)


def test_links_into_documentation_do_not_count() -> None:
    assert broken(tree(link("/usr/share/doc/libx", "liby"), link("/usr/share/man/man1/a.1.gz", "b"))) == {}


def test_what_a_consumer_starts_must_be_where_the_original_has_it() -> None:
    path = ImageConfig(env=(("PATH", "/bin"),))
    whole = tree(SHELL, file("/bin/celery", mode=0o755), file("/bin/curl", mode=0o755), config=path)
    torn = tree(SHELL, config=path)
    users = (
        Consumer("compose", "worker", "compose.yaml", command=("celery", "-A", "app")),
        Consumer("procfile", "web", "Procfile", command=("sh", "-c", "exec gunicorn app")),
        Consumer("compose", "web", "compose.yaml", healthcheck=Healthcheck(("CMD-SHELL", "curl x || exit"))),
    )
    assert newly_broken(whole, whole, None, users) == ()
    # That its base has no such program does not excuse it.
    assert newly_broken(whole, torn, torn, users) == (
        Unexplained("compose.yaml, web", "program", "curl"),
        Unexplained("compose.yaml, worker", "program", "celery"),
    )
