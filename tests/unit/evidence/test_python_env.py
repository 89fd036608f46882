from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.evidence.judge import learn
from stagewright.evidence.optional_calls import is_optional
from stagewright.model.image import ImageConfig
from stagewright.model.project import Project
from tests.unit.images_of import tree_of

LOCK = """
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[package.dev-dependencies]
dev = [{ name = "py-test" }]

[[package]]
name = "flask"
version = "3"
dependencies = [{ name = "click", extra = ["colours"] }]

[[package]]
name = "click"
version = "8"

[package.optional-dependencies]
colours = [{ name = "paint" }]

[[package]]
name = "paint"
version = "1"

[[package]]
name = "py-test"
version = "2"
dependencies = [{ name = "pluggy" }]

[[package]]
name = "pluggy"
version = "1"
"""
SITE = "/app/.venv/lib/python3.13/site-packages"


def distribution(name: str, module: str) -> dict[str, str]:
    return {
        f"{SITE}/{module}/__init__.py": "",
        f"{SITE}/{module}/__pycache__/__init__.cpython-313.pyc": "",
        f"{SITE}/{name}-1.dist-info/RECORD": f"{module}/__init__.py,sha,1\n{name}-1.dist-info/RECORD,,\n",
    }


def gone(
    code: str, lock: str = LOCK, start: tuple[str, ...] = ("python", "main.py"), **files: str
) -> set[str]:
    files = {"/app/uv.lock": lock, "/app/main.py": code} | files
    for name, module in (
        ("flask", "flask"),
        ("click", "click"),
        ("paint", "paint"),
        ("py_test", "pytest"),
        ("pluggy", "pluggy"),
    ):
        files = distribution(name, module) | files
    base = ("FROM base", {"/usr/bin/python": ""})
    config = ImageConfig(workdir="/app", cmd=start)
    evidence = learn(
        tree_of(base, ("RUN uv sync", files), config=config), tree_of(base), Project(Path("/project"), {})
    )
    return {path for path, reason in evidence.reasons.items() if reason.kind == "development dependency"}


def test_what_the_lockfile_needs_for_development_only_may_go() -> None:
    found = gone("import flask\n")
    assert f"{SITE}/pytest/__init__.py" in found
    assert f"{SITE}/pytest/__pycache__/__init__.cpython-313.pyc" in found
    assert f"{SITE}/py_test-1.dist-info/RECORD" in found
    assert f"{SITE}/pluggy/__init__.py" in found
    assert not {path for path in found if "/flask" in path or "/click" in path or "/paint" in path}


def test_what_the_code_imports_stays_with_what_it_needs() -> None:
    assert gone("import flask\nimport pytest\n") == set()


@pytest.mark.parametrize(
    ("code", "start", "files"),
    [
        ("def later():\n    import os, pytest\n", ("python", "main.py"), {}),
        ("import_module('pytest.plugin')", ("python", "main.py"), {}),
        ("", ("python", "-m", "pytest"), {}),
        ("", ("./entry.sh",), {"/app/entry.sh": "#!/bin/sh\n[ -z $CHECK ] || py.test\npython main.py"}),
    ],
)
def test_what_is_named_or_called_on_any_path_stays(
    code: str, start: tuple[str, ...], files: dict[str, str]
) -> None:
    record = f"{SITE}/py_test-1.dist-info/RECORD"
    program = {record: "pytest/__init__.py,sha,1\n../../../bin/py.test,sha,1\n", "/app/.venv/bin/py.test": ""}
    assert not {path for path in gone(code, start=start, **(files | program)) if "/pytest/" in path}


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("connect('sqlite+pytest:///a.db')", True),
        ("connect('pytest://a')", True),
        ("entry_points(group='app.plugins')", True),
        ("entry_points(group='console_scripts')", False),
        ("connect('sqlite:///a.db')", False),
    ],
)
def test_what_a_scheme_or_a_group_of_entry_points_names_stays(code: str, stays: bool) -> None:
    record = f"{SITE}/py_test-1.dist-info/RECORD"
    groups = record.replace("RECORD", "entry_points.txt")
    listed = "pytest/__init__.py,sha,1\npy_test-1.dist-info/entry_points.txt,sha,1\n"
    files = {
        record: listed,
        groups: "[console_scripts]\npy.test = pytest:main\n\n[app.plugins]\na = pytest:a\n",
    }
    assert (
        not {path for path in gone(code, LOCK, ("python", "main.py"), **files) if "/pytest/" in path}
    ) is stays


@pytest.mark.parametrize(
    ("path", "code", "stays"),
    [
        (
            "flask/auto.py",
            "try:\n    import os, pluggy as hooks\nexcept ImportError:\n    hooks = None\n",
            True,
        ),
        ("flask/auto.py", "try:\n    import os\nexcept ImportError:\n    import pluggy\n", True),
        ("flask/testing.py", "try:\n    import pluggy\nexcept ImportError:\n    pass\n", False),
        ("flask/tests/a.py", "try:\n    import pluggy\nexcept ImportError:\n    pass\n", False),
        ("flask/auto.py", "try:\n    x()\nfinally:\n    y()\ndef z():\n    from pluggy import a\n", False),
        ("flask/auto.py", "try:\n    import pytest\nexcept ImportError:\n    pass\n", False),
    ],
)
def test_what_the_code_of_production_imports_where_it_is_there_stays(
    path: str, code: str, stays: bool
) -> None:
    found = gone("import flask\n", start=("python", "main.py"), **{f"{SITE}/{path}": code})
    assert (f"{SITE}/pluggy/__init__.py" not in found) == stays


def test_extras_and_groups_that_a_build_may_install_stay() -> None:
    extra = LOCK.replace(
        "[package.dev-dependencies]",
        '[package.optional-dependencies]\npostgres = [{ name = "pluggy" }]\n\n[package.dev-dependencies]',
    )
    assert not {path for path in gone("", extra) if "/pluggy" in path}
    assert not {path for path in gone("", LOCK.replace("dev = [", "worker = [")) if "/pytest" in path}


def test_extras_count_wherever_they_are_asked_for() -> None:
    again = LOCK.replace(
        'dependencies = [{ name = "flask" }]', 'dependencies = [{ name = "click" }, { name = "flask" }]'
    )
    assert not {path for path in gone("", again) if "/paint" in path}


def test_only_calls_that_were_read_are_optional() -> None:
    assert is_optional(f"{SITE}/pydantic/_internal/_git.py", "git")
    assert not is_optional(f"{SITE}/git/cmd.py", "git")
    assert not is_optional("/app/pydantic_git.py", "git")
