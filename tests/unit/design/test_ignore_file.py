from stagewright.design.ignore_file import default_lines, ignore_path, merged
from tests.unit.design.recipes import BUN, BUN_PROJECT, project


def test_values_that_a_bundler_bakes_in_stay_in_the_context() -> None:
    lines = default_lines(BUN_PROJECT, BUN, "Dockerfile")
    assert ".git" in lines and "**/node_modules" in lines and "dist" in lines and "Dockerfile" in lines
    assert not {"**/.env*", ".env*", ".env", "**/.env", "**/.env.production"} & set(lines)


def test_a_built_folder_that_the_project_has_stays_in_the_context() -> None:
    tree = project("package.json", "dist/committed.js")
    assert "dist" not in default_lines(tree, BUN, "Dockerfile")


def test_the_users_lines_stand_last_and_are_not_repeated() -> None:
    text = merged([".git", "dist", "**/node_modules"], "# mine\ndist/\n!dist/keep\n")
    assert text == ".git\n**/node_modules\n\n# mine\ndist/\n!dist/keep\n"


def test_a_byte_order_mark_becomes_no_part_of_a_pattern() -> None:
    assert merged([".git"], "\ufeffsecret\n") == ".git\n\nsecret\n"


def test_the_users_line_ends_are_kept() -> None:
    assert merged([".git", "dist"], "secret\r\n") == ".git\r\ndist\r\n\r\nsecret\r\n"


def test_a_file_that_has_all_lines_stays_as_it_is() -> None:
    users = "dist\n.git"
    assert merged([".git", "dist"], users) == users


def test_per_file_name() -> None:
    assert ignore_path("Dockerfile.prod", own=True) == "Dockerfile.prod.dockerignore"
    assert ignore_path("Dockerfile.prod", own=False) == ".dockerignore"
