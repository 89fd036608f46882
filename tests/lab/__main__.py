"""`python3 -m tests.lab up|down|env|status [--old]`: the engine and the stand-in images for the tests."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.lab import binaries, daemons, debian_engine, engine, images, store
from tests.lab.commands import LabError, say
from tests.lab.exclusive import exclusive
from tests.lab.images.recipe import Recipe
from tests.lab.paths import CLIENT_CONFIG, LOCK, MACHINE_ENGINE, TEMPORARY


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.lab", description=__doc__)
    parser.add_argument("action", choices=("up", "down", "env", "status"))
    parser.add_argument("--old", action="store_true", help="the oldest engine that is supported instead")
    options = parser.parse_args(arguments)
    try:
        if options.action == "up":
            with locked():
                up(options.old)
        elif options.action == "down":
            with locked():
                down(options.old)
        elif options.action == "env":
            environment(options.old)
        else:
            return status(options.old)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


def up(old: bool) -> None:
    programs = binaries.ensure()
    client = binaries.ensure_client(programs)
    MACHINE_ENGINE.unlink(missing_ok=True)
    if engine.machine_engine_pulls(client):
        MACHINE_ENGINE.touch()
    if uses_machine_engine():
        say("using this machine's own engine and the real images")
        return
    recipes = images.catalogue(old)
    shop = store.Shop(client, engine.current(programs))
    stock(shop, recipes)
    if old:  # its images are built by the current one
        stock(store.Shop(client, engine.oldest(debian_engine.ensure())), recipes)
    else:
        store.prune(shop, recipes)


def stock(shop: store.Shop, recipes: Sequence[Recipe]) -> None:
    engine.up(shop.engine)
    try:
        store.provide(shop, recipes)
    except store.LoadError as error:
        say(f"{error}\nstarting again without the old data")
        engine.down(shop.engine)
        engine.up(shop.engine)
        store.provide(shop, recipes)


def down(old: bool) -> None:
    """Without --old both engines go."""
    for wanted in engines() if not old else engines()[1:]:
        engine.down(wanted)


def environment(old: bool) -> None:
    """Print the shell's lines; nothing is started."""
    values = {"DOCKER_CONFIG": str(CLIENT_CONFIG)}
    if shutil.which("docker") is None:
        values["PATH"] = f"{binaries.UNPACKED_CLIENT.parent}:{os.environ['PATH']}"
    if uses_machine_engine():
        values["DOCKER_HOST"] = f"unix://{engine.MACHINE_SOCKET}"
        values["STAGEWRIGHT_LAB"] = "host"
    else:
        values["DOCKER_HOST"] = engines()[1 if old else 0].host
        values["STAGEWRIGHT_LAB"] = "oldest" if old else "current"
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}")


def status(old: bool) -> int:
    wanted = engines()[1 if old else 0]
    if not engine.answers(wanted):
        print(f"{wanted.name}: down")
        return 1
    client = binaries.ensure_client(engines()[0].programs)
    print(f"{wanted.name}: up, {wanted.host}")
    for tag in sorted(engine.loaded(client, wanted)):
        print(f"  {tag}")
    return 0


def engines() -> tuple[engine.Engine, engine.Engine]:
    return engine.current(binaries.folder()), engine.oldest(debian_engine.PROGRAMS)


def uses_machine_engine() -> bool:
    """What STAGEWRIGHT_ENGINE says (`host` or `lab`), else whether `up` found that the machine's can pull."""
    wish = os.environ.get("STAGEWRIGHT_ENGINE")
    return wish == "host" or (not wish and MACHINE_ENGINE.exists())


@contextmanager
def locked() -> Iterator[None]:
    """One `up` or `down` at a time."""
    with exclusive(LOCK):
        daemons.unmount_below(TEMPORARY)
        shutil.rmtree(TEMPORARY, ignore_errors=True)
        TEMPORARY.mkdir()
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
