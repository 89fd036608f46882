"""`stagewright design [PATH]`: the Multi-Stage Build Design as a report. Writes nothing."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from stagewright.cli import options, progress
from stagewright.cli.prove import with_settings
from stagewright.errors import PROVED, EnvironmentLacks, UsageError
from stagewright.model.design import Decline, Design
from stagewright.model.request import Watching
from stagewright.verbs import loading, place
from stagewright.verbs.settings import load as load_settings

if TYPE_CHECKING:
    from stagewright.engine import Engine


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "design",
        help="the Multi-Stage Build Design, as a report",
        description="Show the stages, sizes, contents, what stays behind and why. Writes nothing. "
        "Sizes are measured where an engine is there, and looked up with --online where they were not.",
    )
    options.add_place(parser)
    parser.add_argument("--no-engine", action="store_true", help="from the text alone; nothing is measured")
    parser.add_argument(
        "--online",
        action="store_true",
        help="ask the registries for the compressed sizes of the bases of stages that were not measured",
    )
    options.add_scanner(parser)
    options.add_harden(parser)
    options.add_last(parser)
    options.add_bold(parser)
    options.add_build(parser)
    parser.add_argument("--format", choices=("markdown", "json"), default="markdown")
    options.add_quiet(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the design, or why there is none; 0 in both cases."""
    from stagewright.report import design_json, design_markdown

    design = _design(args)
    if args.format == "json":
        sys.stdout.write(design_json.to_json(design))
    elif isinstance(design, Decline):
        print(f"declined: {design.reason}")
        if design.hint:
            print(f"hint: {design.hint}", file=sys.stderr)
    else:
        sys.stdout.write(design_markdown.markdown(design))
    return PROVED


def _design(args: argparse.Namespace) -> Design | Decline:
    from stagewright.verbs.designing import from_engine, from_text

    if args.bold and args.no_engine:
        raise UsageError("--bold needs an engine, and --no-engine uses none", "Leave one of them out.")
    loaded = loading.load(place.locate(args.path, args.file))
    settings = load_settings(loaded.place.context)
    inputs, _ = with_settings(settings, options.build_inputs(args), Watching())
    named = options.hardenings(args.harden)
    harden = settings.harden if named is None else named
    last = options.last(args)
    engine = None if args.no_engine else _engine(bold=args.bold)
    if engine is None:
        design = from_text(loaded, harden, args.scanner, inputs, last=last)
    else:
        with engine, progress.shown(options.progress_wanted(args)) as shown:
            design = from_engine(
                engine,
                loaded,
                harden,
                args.scanner,
                inputs,
                shown.say,
                shown.watch,
                min_saving=settings.min_saving,
                bold=args.bold,
                last=last,
            )
    if args.online and isinstance(design, Design):
        from stagewright.verbs.looking_up import with_base_sizes

        design = with_base_sizes(design, inputs)
    return design


def _engine(*, bold: bool) -> Engine | None:
    from stagewright.engine import Engine

    try:
        return Engine.connect()
    except EnvironmentLacks as error:
        less = ", and --bold has nothing to go by" if bold else ""
        print(f"note: {error}: nothing is measured{less}", file=sys.stderr)
        return None
