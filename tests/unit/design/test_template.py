from dataclasses import replace

import pytest

from stagewright.design.template import from_recipe
from stagewright.model.design import Design, StagePlan
from tests.unit.design.recipes import BUN, BUN_PROJECT, GO, GO_PROJECT, VITE, VITE_PROJECT, project


def stage(design: Design, name: str) -> StagePlan:
    return next(plan for plan in design.stages if plan.name == name)


def texts(plan: StagePlan) -> list[str]:
    return [step.text for step in plan.steps]


def test_stages_and_their_order() -> None:
    design = from_recipe(BUN, BUN_PROJECT, scanner="audit")
    names = [plan.name for plan in design.stages]
    assert names == [
        "base",
        "deps",
        "prod-deps",
        "builder",
        "tester",
        "scanner",
        "development",
        "production",
    ]
    assert design.production.base == "oven/bun:1-slim"
    assert design.naive == BUN.naive


def test_installations_read_bound_manifests_and_a_named_cache() -> None:
    design = from_recipe(BUN, BUN_PROJECT)
    (text,) = texts(stage(design, "prod-deps"))
    assert "--mount=type=cache,id=my-app-bun,target=/root/.bun/install/cache" in text
    assert "--mount=type=bind,source=bun.lock,target=bun.lock" in text
    assert text.endswith("bun install --frozen-lockfile --production")


@pytest.mark.parametrize("install", ["npm install", "bun install"])
def test_an_installation_that_writes_its_lockfile_gets_copies(install: str) -> None:
    design = from_recipe(replace(BUN, install=install, install_production=""), BUN_PROJECT)
    first, second = texts(stage(design, "deps"))[-2:]
    assert first == "COPY package.json bun.lock ./"
    assert "type=bind" not in second


def test_production_copies_from_the_stage_that_has_it() -> None:
    design = from_recipe(BUN, BUN_PROJECT)
    assert texts(design.production) == [
        "ENV NODE_ENV=production",
        "WORKDIR /app",
        "COPY --from=prod-deps /app/node_modules /app/node_modules",
        "COPY --from=builder /app/dist /app/dist",
        "COPY package.json ./",
        "EXPOSE 3000",
        'CMD ["bun", "run", "dist/index.js"]',
    ]


def test_without_a_production_installation_dependencies_come_from_deps() -> None:
    design = from_recipe(replace(BUN, install_production=""), BUN_PROJECT)
    assert "COPY --from=deps /app/node_modules /app/node_modules" in texts(design.production)
    assert "base" not in [plan.name for plan in design.stages]


def test_what_the_build_gives_wins_over_the_installation() -> None:
    recipe = replace(BUN, dependencies=("/app/dist",))
    copies = [text for text in texts(from_recipe(recipe, BUN_PROJECT).production) if "/app/dist" in text]
    assert copies == ["COPY --from=builder /app/dist /app/dist"]


def test_dependencies_that_lie_in_caches_are_mounted_in_later_stages() -> None:
    design = from_recipe(GO, GO_PROJECT)
    for name in ("deps", "builder", "tester"):
        assert "target=/go/pkg/mod" in texts(stage(design, name))[-1]
    assert "COPY templates ./templates" in texts(design.production)


def test_development_is_not_root_and_owns_its_files() -> None:
    bun = texts(stage(from_recipe(BUN, BUN_PROJECT), "development"))
    assert "USER 1000:1000" in bun and "COPY --chown=1000:1000 . ./" in bun
    go = texts(stage(from_recipe(GO, GO_PROJECT), "development"))
    assert "USER 65534:65534" in go and "ENV HOME=/tmp" in go


def test_a_static_site_is_served_with_the_index_as_fallback() -> None:
    design = from_recipe(VITE, VITE_PROJECT)
    assert "try_files $uri $uri/ /index.html;" in design.dockerfile
    assert design.dockerfile.startswith("# syntax=docker/dockerfile:1\n")
    assert "ARG VITE_API_URL" in texts(stage(design, "builder"))
    assert "server" in [item.name for item in design.hardenings if item.on]


def test_build_arguments_stand_before_what_reads_them() -> None:
    builder = texts(stage(from_recipe(VITE, VITE_PROJECT), "builder"))
    assert builder[0] == "ARG VITE_API_URL" and builder[-1].endswith("npm run build")


def test_a_scan_token_is_a_secret_of_the_build() -> None:
    design = from_recipe(BUN, BUN_PROJECT, scanner="snyk")
    (text,) = texts(stage(design, "scanner"))
    assert "--mount=type=secret,id=snyk_token" in text
    assert not any("ARG" in text for plan in design.stages for text in texts(plan))
    command = next(target.command for target in design.targets if target.name == "scanner")
    assert "--secret id=snyk_token,env=SNYK_TOKEN" in command


def test_another_dockerfile_name_is_in_every_command() -> None:
    design = from_recipe(BUN, BUN_PROJECT, "docker/Dockerfile.prod")
    assert set(design.files) == {"docker/Dockerfile.prod", ".dockerignore"}
    assert all("-f docker/Dockerfile.prod " in target.command for target in design.targets)


def test_paths_keep_their_place_in_the_fewest_copies() -> None:
    tree = project("package.json", "a.ts", "prisma/schema.prisma", "my file.txt", "src/x.ts")
    recipe = replace(
        BUN, sources=("a.ts", "src/", "prisma/schema.prisma", "my file.txt"), manifests=("package.json",)
    )
    builder = texts(stage(from_recipe(recipe, tree), "builder"))
    assert builder[:3] == [
        'COPY ["package.json", "a.ts", "my file.txt", "./"]',
        "COPY prisma/schema.prisma ./prisma/",
        "COPY src ./src",
    ]


def test_moved_places_are_declared_and_kept_ones_are_not() -> None:
    recipe = replace(BUN, dependencies=("/opt/venv",))
    allows = from_recipe(recipe, BUN_PROJECT).allows
    added = {allowance.subject for allowance in allows if allowance.kind == "added"}
    assert added == {"/opt/venv", "/opt/venv/"}
    missing = {allowance.subject for allowance in allows if allowance.kind == "missing"}
    assert missing == {"/app/bun.lock", "/etc/mime.types", "/usr/share/mime/globs2"}


def test_the_same_recipe_gives_the_same_bytes() -> None:
    assert from_recipe(BUN, BUN_PROJECT).files == from_recipe(BUN, BUN_PROJECT).files
