"""The command of a tester, told what the build is told: what is tested is then what was built."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from stagewright.dockerfile import Dockerfile, Stage
from stagewright.model.recipe import Recipe
from stagewright.shell import Command, commands_of, parse_shell, recognise, shell_in_force


def like_own_build(recipe: Recipe) -> str:
    """The recipe's tests, with the variables and options of `test_like` that its own build has."""
    return _like(recipe, [one for text in recipe.build for one in parse_shell(text).commands])


def like_build(recipe: Recipe, df: Dockerfile, stage: Stage) -> str:
    """The same with those of the user's build, where all of its commands have the same."""
    runs = (one for one in stage.instructions if one.keyword == "RUN")
    scripts = (commands_of(run, shell=shell_in_force(df, stage, run)) for run in runs)
    return _like(recipe, [one for script in scripts for one in script.commands])


def _like(recipe: Recipe, commands: Sequence[Command]) -> str:
    tool, _, rest = recipe.test.partition(" ")
    builds = [one for one in commands if one.name == tool and _builds(one)]
    told = {(tuple(_variables(one, recipe)), tuple(_options(one, recipe))) for one in builds}
    if not recipe.test_like or len(told) != 1:
        return recipe.test
    ((variables, options),) = told
    verb, _, rest = rest.partition(" ")
    return " ".join((*variables, tool, verb, *options, rest))


def _builds(command: Command) -> bool:
    return any(action.kind == "build" for action in recognise(command))


def _variables(command: Command, recipe: Recipe) -> Iterable[str]:
    return (
        f"{name}={shlex.quote(value)}"
        for name, value in command.assignments
        if name in recipe.test_like and value is not None
    )


def _options(command: Command, recipe: Recipe) -> Iterator[str]:
    following = (*command.args[1:], None)
    for word, after in zip(command.args, following, strict=True):
        name, equals, value = (word or "").partition("=")
        option = f"-{name.lstrip('-')}"
        if not name.startswith("-"):
            continue
        if option in recipe.test_like:
            yield f"{option}{equals}{shlex.quote(value)}" if equals else option
        elif f"{option}=" in recipe.test_like and (given := value if equals else after) is not None:
            yield f"{option}={shlex.quote(given)}"
