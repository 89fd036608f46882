import pytest

from stagewright.design import instructions
from stagewright.model.design import StagePlan, Step


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("production", "ENV X=production"),
        ("a b", 'ENV X="a b"'),
        ("", 'ENV X=""'),
        ('say "$HOME"', 'ENV X="say \\"\\$HOME\\""'),
        ("c:\\dir", 'ENV X="c:\\\\dir"'),
    ],
)
def test_values_are_quoted_and_stay_literal(value: str, text: str) -> None:
    assert instructions.env([("X", value)]) == text


def test_packages_are_sorted_and_lists_removed() -> None:
    text = instructions.apt_install(["zlib1g", "libpq5"])
    assert "--no-install-recommends libpq5 zlib1g" in text
    assert text.endswith("rm -rf /var/lib/apt/lists/*")


def test_an_inserted_instruction_stands_where_it_is_looked_for() -> None:
    plan = StagePlan("production", "", "x", (Step("COPY a b"), Step("EXPOSE 1"), Step("CMD x")))
    for text in ("USER 1", "HEALTHCHECK CMD y", "ENV A=1"):
        plan = instructions.insert(plan, Step(text))
    texts = [step.text for step in plan.steps]
    assert texts == ["COPY a b", "ENV A=1", "EXPOSE 1", "USER 1", "HEALTHCHECK CMD y", "CMD x"]


@pytest.mark.parametrize(("path", "fit"), [("a/b.json", True), ("a,b", False), ("a b", False)])
def test_what_a_mount_can_name(path: str, fit: bool) -> None:
    assert instructions.bindable(path) is fit
