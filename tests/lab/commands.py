"""Running programs: a failure shows the end of what the program said, a passing one is tried again."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TAIL_LINES = 40


class LabError(Exception):
    """The lab cannot go on; the message is for the person who started it."""


def say(text: str) -> None:
    """Progress, on stderr: stdout belongs to `env`."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


def tail(text: str, lines: int = TAIL_LINES) -> str:
    return "\n".join(text.splitlines()[-lines:])


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float = 1800,
    attempts: int = 1,
) -> str:
    """Run a program and return its stdout; `env` is added to the environment, `timeout` is in seconds.

    Raises LabError with the tail of stdout and stderr when the last of `attempts` fails.
    """
    words = [str(argument) for argument in arguments]
    for attempt in range(1, attempts + 1):
        try:
            done = subprocess.run(
                words,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                input=stdin,
                stdin=subprocess.DEVNULL if stdin is None else None,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError as error:
            raise LabError(f"{words[0]}: not found") from error
        except subprocess.TimeoutExpired as error:
            raise LabError(f"{' '.join(words)[:300]}: still running after {timeout:.0f} s") from error
        if done.returncode == 0:
            return done.stdout
        failure = f"{' '.join(words)[:300]}: exit code {done.returncode}\n{tail(done.stdout + done.stderr)}"
        if attempt < attempts:
            say(f"again, as {attempt} of {attempts} failed: {failure.splitlines()[-1]}")
            time.sleep(3 * attempt)
    raise LabError(failure)


def succeeds(arguments: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> bool:
    try:
        run(arguments, env=env, timeout=120)
    except LabError:
        return False
    return True
