"""`stagewright image REF`."""

from __future__ import annotations

import argparse
import sys

from stagewright.errors import PROVED

_MOST = 1_000_000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "image",
        help="what is in an image, and what of it is waste",
        description="Say by layer, folder, package and instruction what is in an image, and what of it "
        "is waste. Runs nothing and unpacks nothing.",
    )
    parser.add_argument(
        "ref",
        metavar="REF",
        help="a `docker save` archive, the folder of an OCI layout, or the name of an image in the engine",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--top",
        type=_count,
        default=10,
        metavar="N",
        help="how many folders, packages and examples of each kind of waste are listed (10)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the inventory; 0."""
    from stagewright.report import image_json, image_text
    from stagewright.verbs.image import image

    inventory = image(args.ref, args.top)
    render = image_json.to_json if args.format == "json" else image_text.render
    sys.stdout.write(render(inventory))
    return PROVED


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"a number from 1 to {_MOST} is expected: {text!r}")
    return int(text)
