"""What the field study makes of a public project before it is put to Stagewright."""

from __future__ import annotations

from tests.field.projects import flattened


def test_stages_are_joined_into_one() -> None:
    text = (
        "FROM golang AS build\nWORKDIR /app\nRUN make\nFROM alpine\nWORKDIR /app\n"
        "COPY --from=build /app/main .\nCOPY --from=build /srv/ /srv\nUSER nonroot\n"
    )
    assert flattened(text, (0, 1)) == (
        "FROM golang AS build\nWORKDIR /app\nRUN make\nWORKDIR /app\n"
        "RUN [ /app/main -ef ./main ] || { mkdir -p $(dirname .) && cp -a /app/main .; }\n"
        "USER 65532:65532\n"
    )
