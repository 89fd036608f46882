from __future__ import annotations

import json

import pytest

from stagewright.evidence.named_again import named_again
from stagewright.model.fact import Reason
from tests.unit.images_of import tree_of

MODULES = "/app/node_modules"
MANIFEST = json.dumps({"devDependencies": {"typescript": "5", "@types/react": "19"}})
TREE = tree_of(("COPY . .", {"/app/package.json": MANIFEST}))
GONE = {
    f"{MODULES}/typescript/lib/tsc.js": Reason("development dependency", "typescript"),
    f"{MODULES}/@types/react/index.d.ts": Reason("development dependency", "@types/react"),
    f"{MODULES}/csstype/index.d.ts": Reason("development dependency", "csstype"),
    f"{MODULES}/.bin/tsc": Reason("development dependency", "typescript"),
    "/app/README.md": Reason("documentation", "typescript"),
}
COMPILER, TYPES = f"{MODULES}/typescript/lib/tsc.js", f"{MODULES}/@types/react/index.d.ts"


@pytest.mark.parametrize(
    ("said", "before", "named"),
    [
        ("Please install @types/react and typescript by running:", "", [TYPES, COMPILER]),
        ("  npx expo install typescript@5, 'x'", "", [COMPILER]),
        ("It needs `typescript`.", "", [COMPILER]),
        ("typescript is here", "typescript is here", []),
        ("typescript-eslint, @x/typescript, my/typescript, react and types/react", "", []),
        ("csstype is of no use to whom depends on it", "", []),
        ("TypeScript", "", []),
    ],
)
def test_what_a_run_asks_for_by_its_name_is_what_the_manifest_declares(
    said: str, before: str, named: list[str]
) -> None:
    found = named_again(TREE, GONE, said, before)
    assert sorted(found) == named
    assert all(said.split()[-1].strip(":") in why for why in found.values())


def test_a_long_line_is_told_in_short() -> None:
    (why,) = named_again(TREE, GONE, "typescript " + "word " * 100, "").values()
    assert len(why) < 160
    assert why.endswith(" …")


@pytest.mark.parametrize("manifest", ["[]", '{"devDependencies": 5}', "[" * 100_000, "typescript"])
def test_what_is_no_manifest_declares_nothing(manifest: str) -> None:
    tree = tree_of(("COPY . .", {"/app/package.json": manifest}))
    assert named_again(tree, GONE, "typescript", "") == {}
