from dataclasses import replace

from stagewright.design.bake import PATH, bake, with_bake
from stagewright.design.template import from_recipe
from tests.unit.design.recipes import BUN, BUN_PROJECT, project


def test_a_target_for_every_stage_that_is_worth_building() -> None:
    text = bake(from_recipe(BUN, BUN_PROJECT), "My App")
    assert text.startswith('group "default" {\n  targets = ["production"]\n}\n')
    assert [line.split('"')[1] for line in text.splitlines() if line.startswith("target ")] == [
        "production",
        "tester",
        "development",
    ]
    assert 'tags       = ["my-app:production"]' in text


def test_what_runs_is_the_default_under_the_users_own_name() -> None:
    design = from_recipe(BUN, BUN_PROJECT)
    named = replace(design, stages=(*design.stages[:-1], replace(design.production, name="web")))
    assert bake(named, "app").startswith('group "default" {\n  targets = ["web"]\n}\n')


def test_a_token_is_a_secret() -> None:
    text = bake(from_recipe(BUN, BUN_PROJECT, scanner="snyk"), "app")
    assert text.count('secret     = ["id=snyk_token,env=SNYK_TOKEN"]') == 1


def test_no_template_begins_in_a_name() -> None:
    design = replace(from_recipe(BUN, BUN_PROJECT, "Docker${file}"))
    assert '"Docker$${file}"' in bake(design, "app")


def test_a_compose_file_beside_it_is_spoken_of() -> None:
    design = from_recipe(BUN, BUN_PROJECT)
    assert with_bake(design, BUN_PROJECT).notes == design.notes
    beside = with_bake(design, project("package.json", "compose.yaml"))
    assert "compose.yaml" in beside.notes[-1] and PATH in beside.files
