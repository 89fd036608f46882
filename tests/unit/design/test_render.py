from stagewright.design.render import render, rendered
from stagewright.model.design import Design, StagePlan, Step


def test_directives_globals_purposes_comments() -> None:
    stages = [
        StagePlan(
            "builder", "Build", "golang:1", (Step("WORKDIR /src"), Step("RUN make", comments=("# slow",)))
        ),
        StagePlan("production", "Production", "scratch", platform="linux/amd64"),
    ]
    assert render(["# escape=`"], [Step("ARG V=1", comments=("# which",))], stages) == (
        "# escape=`\n\n# which\nARG V=1\n\n"
        "# Build\nFROM golang:1 AS builder\nWORKDIR /src\n# slow\nRUN make\n\n"
        "# Production\nFROM --platform=linux/amd64 scratch AS production\n"
    )


def test_a_heredoc_asks_for_a_frontend_that_knows_them() -> None:
    plan = StagePlan("production", "P", "x", (Step("COPY <<EOF /f\nhi\nEOF"),))
    design = rendered(Design("recipe", "", (plan,), "Dockerfile", {}))
    assert design.dockerfile.startswith("# syntax=docker/dockerfile:1\n\n# P\nFROM x AS production\n")


def test_the_header_that_is_there_stays() -> None:
    plan = StagePlan("production", "P", "x", (Step("COPY <<EOF /f\nhi\nEOF"),))
    header = ("# syntax=docker/dockerfile:1.9",)
    design = rendered(Design("recipe", "", (plan,), "Dockerfile", {}, header=header))
    assert design.dockerfile.count("syntax") == 1 and design.header == header
