"""Python with pip: requirements.txt, or a pyproject.toml alone."""

from __future__ import annotations

from stagewright.ecosystems.naive import single_stage
from stagewright.ecosystems.python.common import (
    AUDIT,
    NO_START,
    PATH,
    PIP_CACHE,
    UNBUFFERED,
    WORKDIR,
    has_tests,
    probe,
    runtime_packages,
    unittest_command,
)
from stagewright.ecosystems.python.metadata import (
    Metadata,
    image,
    names,
    needs_source,
    required,
    requirement_files,
)
from stagewright.ecosystems.python.start import start_of
from stagewright.ecosystems.selection import (
    build_files,
    existing,
    fewest,
    is_secret,
    is_test,
    runtime_files,
    secret_notes,
)
from stagewright.images import slim_variant
from stagewright.model.design import Decline
from stagewright.model.project import Project
from stagewright.model.recipe import Output, Recipe

REQUIREMENTS = "requirements.txt"
# Copied to /usr/local, so that production has the paths of an installation without a prefix.
PREFIX = "/install"
_TEST_FILES = (
    *("requirements-dev.txt", "requirements-test.txt", "requirements_dev.txt", "requirements_test.txt"),
    *("dev-requirements.txt", "test-requirements.txt", "requirements/dev.txt", "requirements/test.txt"),
)


class Pip:
    __slots__ = ()
    name = "pip"

    def detect(self, project: Project) -> bool:
        return (
            REQUIREMENTS in project.texts or "pyproject.toml" in project.texts or "setup.py" in project.texts
        )

    def recipe(self, project: Project) -> Recipe | Decline:
        metadata = Metadata.read(project)
        files = requirement_files(project)
        installable = metadata.builds or bool(metadata.dependencies) or "setup.py" in project.texts
        whole = needs_source(project, files) if files else installable
        dependencies = required(project, files) if files else metadata.dependencies
        start = start_of(project, dependencies, metadata.scripts, installed=whole)
        if start is None:
            return NO_START
        base = image(project, metadata)
        minor = base.partition(":")[2]
        what = f"-r {REQUIREMENTS}" if files else "." if whole else ""
        path, health = probe(project, start)
        documents = existing(project, metadata.documents)
        sources = tuple(sorted({*build_files(project), *documents}))
        return Recipe(
            ecosystem=self.name,
            builder_image=base,
            runtime_image=slim_variant(base) or base,
            workdir=WORKDIR,
            start=start.command,
            naive=single_stage(
                base, WORKDIR, (f"pip install {what}" if what else "",), start.command, start.port
            ),
            manifests=_whole(project, documents) if whole else self.manifests(project),
            install=f"pip install --prefix={PREFIX} {what}" if what else "",
            caches=(PIP_CACHE,),
            builder_env=(
                ("PYTHONPATH", f"{PREFIX}/lib/python{minor}/site-packages"),
                ("PATH", f"{PREFIX}/bin:{PATH}"),
            ),
            runtime_env=(UNBUFFERED,),
            runtime_packages=runtime_packages(dependencies),
            sources=sources,
            outputs=(Output("deps", PREFIX, "/usr/local", "the installed distributions"),)
            if dependencies or whole
            else (),
            runtime_files=() if whole and not files else runtime_files(project, {*files, *_TEST_FILES}),
            port=start.port,
            health_path=path,
            health=health,
            test=_test(project, dependencies),
            test_alone=True,
            development=start.development,
            audit=AUDIT,
            notes=secret_notes(project),
        )

    def manifests(self, project: Project) -> tuple[str, ...]:
        settings = (
            ("pip.conf",)
            if existing(project, (REQUIREMENTS,))
            else ("pyproject.toml", "setup.py", "setup.cfg")
        )
        return tuple(sorted({*requirement_files(project), *existing(project, settings)}))

    def production_install(self, command: str, project: Project) -> str | None:
        """pip knows no development dependencies: what a requirements file names is installed."""
        del command, project
        return None

    def direct_start(self, command: tuple[str, ...], project: Project) -> tuple[str, ...] | None:
        del command, project
        return None

    def development_dependencies(self, project: Project) -> frozenset[str]:
        """What the requirements files for tests name and the others do not."""
        files = {path for name in _TEST_FILES for path in requirement_files(project, name)}
        return required(project, files) - required(project, requirement_files(project))


def _whole(project: Project, documents: tuple[str, ...]) -> tuple[str, ...]:
    """What an installation of the project itself reads: its code, without the tests."""
    code = fewest(project, lambda path: not (is_secret(path) or is_test(path)))
    return tuple(sorted({*code, *documents}))


def _test(project: Project, dependencies: frozenset[str]) -> str:
    if not has_tests(project):
        return ""
    if "pytest" in dependencies:
        return "python -m pytest"
    for path in _TEST_FILES:
        files = requirement_files(project, path)
        if "pytest" in names(line for name in files for line in project.texts[name].splitlines()):
            return f"pip install -r {path} && python -m pytest"
    return unittest_command(project)
