"""`stagewright prove [PATH] [--before FILE|IMAGE] [--after FILE|IMAGE]`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from stagewright.cli import options, progress
from stagewright.errors import FINDINGS, PROVED
from stagewright.model.proof import Proof
from stagewright.model.request import BuildInputs, Watching
from stagewright.project.composition import read_composition
from stagewright.proof import probes
from stagewright.verbs import loading, place
from stagewright.verbs.settings import Settings, load


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "prove",
        help="build before and after, account for every file, run both, compare",
        description="Prove that one Dockerfile or image may take the place of another one. Needs an engine. "
        "Without --before and --after: the rewrite that `apply` would make.",
    )
    options.add_place(parser)
    parser.add_argument("--before", metavar="FILE|IMAGE", help="the original (default: the Dockerfile)")
    parser.add_argument("--after", metavar="FILE|IMAGE", help="the rewrite")
    options.add_harden(parser)
    options.add_bold(parser)
    options.add_build(parser)
    options.add_watching(parser)
    options.add_compose(parser)
    parser.add_argument("--no-measure", action="store_true", help="no build from nothing, none after an edit")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options.add_quiet(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the proof; 0 when proved or declined, 1 when failed or not proved."""
    from stagewright.report import proof_json, proof_text

    proof = _proof(args)
    render = proof_json.to_json if args.format == "json" else proof_text.render
    sys.stdout.write(render(proof))
    return PROVED if proof.verdict in ("proved", "declined") else FINDINGS


def _proof(args: argparse.Namespace) -> Proof:
    from stagewright.engine import Engine
    from stagewright.verbs.apply import Wish, apply
    from stagewright.verbs.prove import pair, prove_pair

    where = place.locate(args.path, args.file)
    settings = load(where.context)
    inputs, watching = with_settings(
        settings, options.build_inputs(args), watching_of(args, measure=not args.no_measure)
    )
    watching = composed(args, settings, watching, where.context)
    named = options.hardenings(args.harden)
    harden = settings.harden if named is None else named
    with Engine.connect() as engine, progress.shown(options.progress_wanted(args)) as shown:
        if args.before is None and args.after is None:
            loaded = loading.load(where)
            wish = Wish(loaded, inputs, watching, harden, min_saving=settings.min_saving, bold=args.bold)
            return apply(engine, wish, shown.say, shown.watch).proof
        names = harden or frozenset()
        sides = pair(where, args.before, args.after, inputs, watching, names, bold=args.bold)
        return prove_pair(engine, sides, shown.watch)


def watching_of(args: argparse.Namespace, *, measure: bool) -> Watching:
    """Raises UsageError for a probe or a variable that is none."""
    given = tuple(probes.parse(text) for text in args.probe)
    return Watching(probes=given, env=options.environment(args), measure=measure)


def with_settings(
    settings: Settings, inputs: BuildInputs, watching: Watching
) -> tuple[BuildInputs, Watching]:
    """The command line goes over what `stagewright.toml` says."""
    arguments = dict(settings.build_args) | dict(inputs.build_args)
    env = dict(settings.env) | dict(watching.env)
    return (
        replace(inputs, build_args=tuple(sorted(arguments.items()))),
        replace(
            watching,
            env=tuple(sorted(env.items())),
            probes=tuple(dict.fromkeys((*settings.probes, *watching.probes))),
        ),
    )


def composed(args: argparse.Namespace, settings: Settings, watching: Watching, context: Path) -> Watching:
    """With the compose file's service, where one is named. Raises UsageError as `read_composition` does."""
    named = (Path(args.compose[0]), args.compose[1]) if args.compose else settings.compose
    if named is None:
        return watching
    file, service = named
    return replace(watching, composition=read_composition(file, service, context, dict(watching.env)))
