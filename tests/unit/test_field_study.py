"""What the field study makes of a public project before it is put to Stagewright."""

from __future__ import annotations

from pathlib import Path

from tests.field.projects import flattened, read_projects
from tests.field.table import page


def test_stages_are_joined_into_one() -> None:
    text = (
        "FROM golang AS build\nWORKDIR /app\nRUN make\nFROM alpine\nWORKDIR /app\n"
        "COPY --from=build /app/main .\nCOPY --from=build /srv/ /srv\n"
        "COPY --from=build /app/a ./a\nUSER nonroot\n"
    )
    assert flattened(text, (0, 1)) == (
        "FROM golang AS build\nWORKDIR /app\nRUN make\nWORKDIR /app\n"
        "RUN [ /app/main -ef ./main ] || { mkdir -p $(dirname .) && cp -a /app/main .; }\n"
        "RUN [ /app/a -ef ./a ] || { mkdir -p $(dirname ./a) && cp -a /app/a ./a; }\n"
        "USER 65532:65532\n"
    )


def test_the_page_is_made_from_the_results() -> None:
    projects, _ = read_projects()
    made = page(projects, Path(__file__).parents[1] / "field" / "results")
    assert (Path(__file__).parents[2] / "docs" / "field-study.md").read_text(encoding="utf-8") == made
