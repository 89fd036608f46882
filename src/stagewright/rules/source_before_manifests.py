"""All of the source is copied before the dependencies are installed."""

from __future__ import annotations

from collections.abc import Iterator

from stagewright.rules.rule import Problem, Rule
from stagewright.rules.subject import Subject, copies_all, from_manifest


def _check(subject: Subject) -> Iterator[Problem]:
    for stage in subject.reachable:
        wide = next((step for step in stage.instructions if copies_all(step)), None)
        if wide is None:
            continue
        installs = [deed for deed in subject.deeds(stage) if from_manifest(deed.action)]
        before = {
            deed.action.tool
            for inner in subject.lineage_of(stage)
            for deed in subject.deeds(inner)
            if from_manifest(deed.action) and deed.start < wide.span.start
        }
        after = [d for d in installs if d.start > wide.span.end and d.action.tool not in before]
        if after:
            yield Problem(
                wide.span,
                f"the whole source is copied before `{' '.join(after[0].action.command.raw)}`: "
                "every edit installs all dependencies again",
                "copy the manifest and the lockfile, install, then copy the source",
                "an estimate: each rebuild after an edit is shorter by the time of the installation",
            )


RULE = Rule(
    name="source-before-manifests",
    summary="Source is copied before the dependencies are installed",
    why="A layer is rebuilt when anything before it changed, and source changes most often.",
    bad="FROM python:3.13-slim\nCOPY . /app\nRUN pip install -r /app/requirements.txt\n"
    'CMD ["python", "/app"]\n',
    good="FROM python:3.13-slim\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n"
    'COPY . /app\nCMD ["python", "/app"]\n',
    severity="warning",
    check=_check,
)
