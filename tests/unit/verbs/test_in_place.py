from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from stagewright.dockerfile import parse
from stagewright.model.design import Decline, Design
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from stagewright.model.request import BuildInputs, Place
from stagewright.verbs.candidates import Restaging
from stagewright.verbs.in_place import changes, unmoved, with_last
from stagewright.verbs.learning import Learned
from stagewright.verbs.loading import Loaded
from tests.unit.images_of import tree_of

TEXT = """\
FROM node:22 AS build
COPY . .
RUN npm ci

FROM build AS test
RUN npm test

FROM node:22-slim AS production
COPY --from=build /dist /dist
CMD ["node", "/dist"]
"""


def restaging(text: str = TEXT, at: int = -1) -> Restaging:
    df = parse(text)
    manifests = {"package.json": "{}", "package-lock.json": "{}"}
    project = Project(Path("/project"), dict.fromkeys(manifests, 2), manifests)
    loaded = Loaded(Place(Path("/project"), None), project, "Dockerfile", df, {})
    nothing = cast(Any, None)
    tree = tree_of(("base", {}), config=ImageConfig(cmd=("node", "/dist")))
    learned = Learned(df.stages[at], "node:22-slim", nothing, tree, tree, nothing, ())
    return Restaging(loaded, BuildInputs(), learned, nothing, None)


def texts(designs: tuple[Design | Decline, ...]) -> list[str]:
    assert all(isinstance(one, Design) for one in designs)
    return [one.dockerfile for one in designs if isinstance(one, Design)]


def unmoved_of(source: Restaging, *names: str) -> list[str]:
    assert source.loaded.dockerfile is not None
    found = unmoved(source, source.loaded.dockerfile, set(names))
    return texts(found.plain) if found else []


def test_what_is_mended_is_tried_and_with_hardenings_the_users_own_order_too() -> None:
    mended = TEXT.replace(
        "COPY . .\nRUN npm ci", "COPY package-lock.json package.json ./\nRUN npm ci\nCOPY . ."
    )
    assert unmoved_of(restaging()) == [mended]
    assert unmoved_of(restaging(), "gate") == [mended, TEXT]


@pytest.mark.parametrize("names", [(), ("expose",)])
def test_nothing_is_tried_where_nothing_changes(names: tuple[str, ...]) -> None:
    assert unmoved_of(restaging(TEXT.replace("COPY . .\n", "")), *names) == []


def test_a_single_stage_and_another_target_are_no_business_of_it() -> None:
    assert unmoved_of(restaging("FROM node:22\nCOPY . .\nRUN npm ci\n")) == []
    assert unmoved_of(restaging(at=0)) == []


def test_the_target_becomes_the_last_once() -> None:
    df = parse(TEXT)
    assert with_last(restaging(), df) is None
    found = with_last(restaging(at=1), df)
    assert found is not None
    (text,) = texts(tuple(found.designs()))
    assert text.endswith("\n\nFROM build AS test\nRUN npm test\n")


def test_a_hardening_or_a_note_is_a_change() -> None:
    source = restaging()
    assert source.loaded.dockerfile is not None
    found = unmoved(source, source.loaded.dockerfile, {"gate"})
    assert found is not None
    mended, plain = (one for one in found.designs() if isinstance(one, Design))
    assert changes(mended)
    assert not changes(plain)
    assert changes(found.hardened(plain, {"gate"}))
    assert not changes(found.hardened(plain, {"gate"}, {"test"}))
    assert not changes(None)
    assert not changes(replace(mended, notes=()))
