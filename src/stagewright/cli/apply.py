"""`stagewright apply [PATH]`: write the multi-stage file, once it is proved."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from stagewright.cli import options, progress
from stagewright.cli.prove import composed, watching_of, with_settings
from stagewright.errors import FINDINGS, PROVED, UsageError
from stagewright.model.design import Decline, Design
from stagewright.model.proof import Proof
from stagewright.verbs import loading, place
from stagewright.verbs.settings import load as load_settings

if TYPE_CHECKING:
    from stagewright.verbs.apply import Wish


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "apply",
        help="write the multi-stage file, once it is proved",
        description="Design, prove, write. What cannot be proved is not written. Needs an engine.",
    )
    options.add_place(parser)
    parser.add_argument("--diff", action="store_true", help="show what would change; write nothing")
    parser.add_argument(
        "--unproved", action="store_true", help="write the design without an engine or a proof"
    )
    parser.add_argument("--bake", action="store_true", help="write a docker-bake.hcl, too")
    parser.add_argument("--measure", action="store_true", help="time builds from nothing and after an edit")
    options.add_scanner(parser)
    options.add_harden(parser)
    options.add_last(parser)
    options.add_bold(parser)
    options.add_build(parser)
    options.add_watching(parser)
    options.add_compose(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options.add_quiet(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the proof and what was written; 0 when proved or declined, 1 when failed or not proved."""
    from stagewright.report import proof_json, proof_text
    from stagewright.verbs.apply import write

    if args.bold and args.unproved:
        raise UsageError("--bold needs runs, and --unproved makes none", "Leave one of them out.")
    where = place.locate(args.path, args.file)
    loaded = loading.load(where)
    proof, design = _unproved(args, loaded) if args.unproved else _proved(args, loaded)
    if design is not None and args.bake:
        design = _with_bake(design, loaded, shown=args.diff)
    if design is not None:
        hints = (*proof.hints, *design.notes)
        proof = replace(proof, files=tuple(sorted(design.files.items())), hints=hints)
    written = write(loaded, design) if design is not None and not args.diff else ()
    if args.format == "json":
        sys.stdout.write(proof_json.to_json(proof))
    else:
        sys.stdout.write(proof_text.render(proof))
        if design is not None and args.diff:
            sys.stdout.write(_diffs(design, loaded))
        for path in written:
            print(f"written: {path}")
    return PROVED if proof.verdict in ("proved", "declined") or args.unproved else FINDINGS


def _proved(args: argparse.Namespace, loaded: loading.Loaded) -> tuple[Proof, Design | None]:
    from stagewright.engine import Engine
    from stagewright.verbs.apply import apply

    wish = _wish(args, loaded)
    with Engine.connect() as engine, progress.shown(options.progress_wanted(args)) as shown:
        outcome = apply(engine, wish, shown.say, shown.watch)
    return outcome.proof, outcome.design


def _wish(args: argparse.Namespace, loaded: loading.Loaded) -> Wish:
    from stagewright.verbs.apply import Wish

    settings = load_settings(loaded.place.context)
    inputs, watching = with_settings(
        settings, options.build_inputs(args), watching_of(args, measure=args.measure)
    )
    watching = composed(args, settings, watching, loaded.place.context)
    named = options.hardenings(args.harden)
    harden = settings.harden if named is None else named
    last = options.last(args)
    return Wish(loaded, inputs, watching, harden, args.scanner, settings.min_saving, args.bold, last)


def _unproved(args: argparse.Namespace, loaded: loading.Loaded) -> tuple[Proof, Design | None]:
    from stagewright.verbs.designing import from_text

    wish = _wish(args, loaded)
    design = from_text(loaded, wish.harden, wish.scanner, wish.inputs, last=wish.last)
    if isinstance(design, Decline):
        hints = (design.hint,) if design.hint else ()
        return Proof("declined", reasons=(design.reason,), hints=hints), None
    reasons = ("It was written without a proof, as asked.",)
    return Proof("not proved", reasons=reasons, files=tuple(sorted(design.files.items()))), design


def _with_bake(design: Design, loaded: loading.Loaded, *, shown: bool) -> Design:
    """Raises UsageError for a bake file of the user's own, unless the design is only `shown`."""
    from stagewright.design.bake import PATH, with_bake

    with_file = with_bake(design, loaded.project)
    if not shown and loaded.as_read[PATH] not in (None, with_file.files[PATH]):
        raise UsageError(
            f"{PATH} is there already and says something else; nothing was written",
            "Leave --bake out, or move the file away; --diff shows what would stand in it.",
        )
    return with_file


def _diffs(design: Design, loaded: loading.Loaded) -> str:
    from stagewright.dockerfile import unified_diff

    return "".join(
        unified_diff(loaded.as_read.get(path) or "", text, path)
        for path, text in sorted(design.files.items())
    )
