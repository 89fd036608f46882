from pathlib import Path

import pytest

from stagewright.design.in_place import in_place, made_last
from stagewright.dockerfile import parse, validate
from stagewright.ecosystems.registry import find
from stagewright.model.design import Decline, Design
from stagewright.model.image import ImageConfig, ImageFiles
from stagewright.model.project import Consumer, Project
from tests.unit.design.recipes import BUN_PROJECT

TEXT = """\
# syntax=docker/dockerfile:1
ARG V=1
FROM oven/bun:$V AS build
COPY . .

FROM oven/bun:1-slim
COPY a b

# what runs
FROM oven/bun:1-slim AS production
COPY --from=1 /b /b
COPY --from=build /app /app
# as everybody knows
CMD ["bun", "i.js"]

FROM build AS tools
RUN make

# works on it
FROM build AS development
COPY --from=3 --chown=bun /t /t
COPY --from=1 /b /b
CMD ["bun", "--watch", "i.js"]
# the end
"""
MOVED = """\
# syntax=docker/dockerfile:1

ARG V=1

FROM oven/bun:$V AS build
COPY . .

FROM oven/bun:1-slim
COPY a b

FROM build AS tools
RUN make

# works on it
FROM build AS development
COPY --from=2 --chown=bun /t /t
COPY --from=1 /b /b
# the end
CMD ["bun", "--watch", "i.js"]

# what runs
FROM oven/bun:1-slim AS production
COPY --from=1 /b /b
COPY --from=build /app /app
# as everybody knows
CMD ["bun", "i.js"]
"""


def moved(text: str, at: int, project: Project = BUN_PROJECT) -> Design | Decline:
    df = parse(text)
    return made_last(df, df.stages[at], project, None)


def test_production_goes_to_the_end_and_numbers_still_mean_the_same_stages() -> None:
    design = moved(TEXT, 2)
    assert isinstance(design, Design)
    validate(parse(design.dockerfile))
    assert design.dockerfile == MOVED
    assert (design.production.name, design.strategy) == ("production", "improve")
    assert ("CMD", ("production",)) in {(row.text.split()[0], row.stages) for row in design.moved}


def test_a_file_keeps_its_line_ends_and_a_form_feed_ends_no_line() -> None:
    text = TEXT.replace("# as everybody knows", "# as everybody\f knows")
    design = moved(text.replace("\n", "\r\n"), 2)
    assert isinstance(design, Design)
    assert design.dockerfile == MOVED.replace("everybody", "everybody\f").replace("\n", "\r\n")
    assert design.moved[-1].text == 'CMD ["bun", "--watch", "i.js"]'


def test_what_changes_is_said() -> None:
    users = (
        Consumer("compose", "web", "compose.yaml"),
        Consumer("compose", "ci", "compose.yaml", target="build"),
    )
    design = moved(TEXT, 2, Project(BUN_PROJECT.root, BUN_PROJECT.files, {}, consumers=users))
    assert isinstance(design, Design)
    (named,) = design.hardenings
    assert (named.name, named.on) == ("last", True)
    assert named.explanation == (
        "A plain build gives production, where it gave development. "
        "So does what names no target: web in compose.yaml."
    )


@pytest.mark.parametrize(
    "later",
    [
        "FROM production AS development",
        "FROM build AS development\nCOPY --from=production /app /app",
        "FROM build AS development\nCOPY --from=1 /app /app",
        "FROM build AS development\nRUN --mount=from=production,target=/p make",
    ],
)
def test_what_a_later_stage_needs_stays_before_it(later: str) -> None:
    found = moved(f"FROM oven/bun:1 AS build\nFROM oven/bun:1-slim AS production\nCMD x\n{later}\n", 1)
    assert isinstance(found, Decline)
    assert found.code == "needed-later"
    assert found.reason == "production cannot be the last: development stands on it or copies from it."


PACKAGE = '{"scripts": {"build": "tsc"}}'
NODE = Project(Path("/shop"), {}, {"package.json": PACKAGE, "package-lock.json": "{}"})
SOURCE_FIRST = """\
FROM node:22 AS build
WORKDIR /app
COPY --chown=node . .
# once
RUN npm ci
RUN npm run build

FROM node:22 AS tools
COPY . /src/
RUN npm ci

FROM node:22-slim AS production
COPY --from=build /app/dist /app/dist
CMD ["node", "/app/dist"]
"""


@pytest.mark.parametrize("mend", [True, False])
def test_only_what_production_comes_from_has_its_manifests_before_the_source(mend: bool) -> None:
    project = Project(NODE.root, dict.fromkeys(NODE.texts, 2), NODE.texts)
    files = ImageFiles({}, (), ImageConfig())
    design = in_place(parse(SOURCE_FIRST), project, files, find(project), mend=mend)
    mended = SOURCE_FIRST.replace("# once\nRUN npm ci\n", "", 1).replace(
        "COPY --chown=node . .\n",
        "COPY --chown=node package-lock.json package.json ./\n# once\nRUN npm ci\nCOPY --chown=node . .\n",
    )
    assert design.dockerfile == (mended if mend else SOURCE_FIRST)
    assert bool(design.notes) is mend
