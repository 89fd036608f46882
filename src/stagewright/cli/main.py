"""The command `stagewright`: picks a verb, prints what it gives, turns errors into exit codes."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from stagewright import __version__
from stagewright.errors import ENVIRONMENT, INTERRUPTED, USAGE, StagewrightError

if TYPE_CHECKING:
    import argparse

_DESCRIPTION = (
    "Turns a Dockerfile, or a project without one, into a multi-stage Dockerfile that it has proved."
)

_VERBS = ("check", "design", "apply", "prove", "image")

_HOOK = (
    "Read one PostToolUse event of a coding agent on stdin, and answer with additional context where the "
    "file that was written is a Dockerfile that can benefit; silent otherwise. Always ends with 0."
)


def parser(verbs: Sequence[str] = _VERBS) -> argparse.ArgumentParser:
    """The command line of some verbs: to know a verb's options is to import what it needs."""
    import argparse

    top = argparse.ArgumentParser(
        prog="stagewright",
        description=_DESCRIPTION,
        epilog="Exit codes: 0 proved, declined or nothing found; 1 findings, failed or not proved; "
        "2 bad input or usage; 3 something is missing (an engine, space); 75 a passing fault; "
        "130 interrupted.",
    )
    top.add_argument("--version", action="version", version=f"stagewright {__version__}")
    known = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in verbs:
        import_module(f"stagewright.cli.{verb}").add_parser(known)
    speaking = "speak up after an editor or agent wrote a Dockerfile (input on stdin)"
    known.add_parser("hook", help=speaking, description=_HOOK)
    return top


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code is as the parser's epilog says."""
    if list(argv[:1]) == ["hook"] and not {"-h", "--help"} & set(argv):
        from stagewright.cli import hook

        return hook.main(sys.stdin)
    try:
        verbs = argv[:1] if argv and argv[0] in _VERBS else _VERBS
        arguments = parser(verbs).parse_args(_spelled_out(argv))
        code: int = arguments.run(arguments)
    except StagewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away; what it read stands.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}", file=sys.stderr)
        if error.errno == errno.ENAMETOOLONG:
            print("hint: name a shorter path", file=sys.stderr)
            return USAGE
        # Whatever no room of ours tells better is this machine's: a full disk, a folder that is closed to us.
        print("hint: make room or give the right; nothing was written", file=sys.stderr)
        return ENVIRONMENT
    return code


def _spelled_out(argv: Sequence[str]) -> list[str]:
    """`--harden PATH` means `--harden=all PATH`: only names of hardenings belong to the option."""
    words = list(argv)
    if "--harden" not in words:
        return words
    from stagewright.model.design import HARDENINGS

    names = {*HARDENINGS, "all", "none"}
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        named = set(following.split(",")) & names or not (
            following[:1] in ("", "-") or Path(following).exists()
        )
        if word == "--harden" and not named:
            words[index] = "--harden=all"
    return words


def end_on_sigterm() -> None:
    """A runner that cancels a job says so by SIGTERM: it ends the work as Ctrl-C does."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)


def entry() -> None:
    """The console script."""
    if sys.argv[1:2] == ["hook"]:
        gc.disable()  # it ends before there is much to collect, or to clear up
    else:
        end_on_sigterm()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What the encoding lacks, and names that are no text, are no reason to break off.
        sys.stdout.reconfigure(errors="backslashreplace")
    raise SystemExit(main(sys.argv[1:]))


if __name__ == "__main__":
    entry()
