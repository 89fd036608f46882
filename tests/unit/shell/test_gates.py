import pytest

from stagewright.dockerfile import parse
from stagewright.shell import gates, is_gate


@pytest.mark.parametrize("name", ["test", "tester", "unit-tests", "lint", "scanner", "audit", "e2e-test"])
def test_the_names_of_gates(name: str) -> None:
    assert is_gate(name)


@pytest.mark.parametrize("name", ["", "latest", "testdata", "builder", "production"])
def test_other_names(name: str) -> None:
    assert not is_gate(name)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("RUN npm ci && npm test", True),
        ("RUN ./check.sh", True),
        ("RUN trivy fs --exit-code 1 /", True),
        ("RUN sh -c 'cd app && pytest'", True),
        ("RUN npm ci\nRUN mkdir -p shots\nCMD npm test", False),
        ("RUN npm run build", False),
        ('CMD ["npm", "test"]', False),
    ],
)
def test_a_gate_fails_by_itself(steps: str, found: bool) -> None:
    df = parse(f"FROM node:22 AS test\n{steps}\nFROM test AS builder\nRUN npm test\nFROM node:22\n")
    assert [stage.name for stage in gates(df)] == (["test"] if found else [])
