"""`stagewright check [PATH…]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stagewright.errors import FINDINGS, PROVED
from stagewright.report import check_json, check_text
from stagewright.verbs.check import check


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "check",
        help="say which Dockerfiles can benefit, and why; builds nothing",
        description="Find Dockerfiles and say of each whether it can benefit, why, and what to run.",
    )
    parser.add_argument("paths", nargs="*", type=Path, default=[Path()], metavar="PATH")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the findings; 0 when there is none, 1 otherwise."""
    result = check(args.paths)
    render = check_json.render if args.format == "json" else check_text.render
    sys.stdout.write(render(result))
    return FINDINGS if result.findings else PROVED
