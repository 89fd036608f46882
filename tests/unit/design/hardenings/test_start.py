from dataclasses import dataclass, replace

import pytest

from stagewright.design.hardenings import harden
from stagewright.model.design import Design
from stagewright.model.project import Project
from tests.unit.design.hardenings.designs import CONTEXT, allowed, entry, restaged, steps


@dataclass
class Scripts:
    direct: tuple[str, ...] | None

    def direct_start(self, command: tuple[str, ...], _: Project) -> tuple[str, ...] | None:
        return self.direct if command[0] == "npm" else None


def hardened(start: str, direct: tuple[str, ...] | None = None) -> Design:
    context = replace(CONTEXT, ecosystem=Scripts(direct))
    return harden(restaged("COPY . .", *start.splitlines()), frozenset({"start"}), context)


def test_the_package_manager_goes() -> None:
    design = hardened('CMD ["npm", "start"]', ("node", "dist/index.js"))
    assert steps(design)[-1] == 'CMD ["node", "dist/index.js"]'
    assert {("config", "cmd"), ("behaviour", "stop_seconds")} <= allowed(design, "start")


def test_a_script_that_does_more_leaves_it_open() -> None:
    design = hardened("CMD npm start")
    found = entry(design, "start")
    assert found is not None and not found.on and "npm start" in found.needs
    assert steps(design)[-1] == "CMD npm start"


def test_a_plain_shell_form_becomes_the_exec_form() -> None:
    assert steps(hardened("CMD python app.py --port 80"))[-1] == 'CMD ["python", "app.py", "--port", "80"]'


@pytest.mark.parametrize(
    "start", ["CMD python app.py --port $PORT", "CMD A=1 node x", 'CMD ["sh", "-c", "a && b"]']
)
def test_what_only_a_shell_can_do_leaves_it_open(start: str) -> None:
    found = entry(hardened(start), "start")
    assert found is not None and not found.on
    assert steps(hardened(start))[-1] == start


@pytest.mark.parametrize("start", ['CMD ["node", "x.js"]', 'ENTRYPOINT ["x"]\nCMD ["npm", "start"]'])
def test_nothing_to_do(start: str) -> None:
    assert entry(hardened(start, ("node", "y.js")), "start") is None
