from __future__ import annotations

import pytest

from stagewright.evidence.extension_builders import extension_builders

SITE = "/usr/local/lib/python3.11/site-packages"
BUILDERS = frozenset({f"{SITE}/numpy/distutils/misc_util.py", f"{SITE}/numpy/f2py/f2py2e.py"})
NUMPY = {
    **dict.fromkeys(BUILDERS, "import numpy.distutils"),
    f"{SITE}/numpy/core/a.py": "import numpy.distutils",
    "/usr/local/bin/f2py": "from numpy.f2py.f2py2e import main",
    f"{SITE}/setuptools/msvc.py": "import numpy.distutils",
}


@pytest.mark.parametrize(
    ("path", "text", "are"),
    [
        ("/app/main.py", "import numpy as np  # not numpy.distutils", True),
        ("/app/main.py", "from numpy import array", True),
        ("/app/main.py", "def f():\n    import numpy.f2py", False),
        ("/app/main.py", "from numpy import array, f2py", False),
        ("/app/main.py", "importlib.import_module('numpy.distutils.exec_command')", False),
        ("/app/main.py", "subprocess.run(['f2py', '-c', 'a.f90'])  # numpy", False),
        (f"{SITE}/theano/cc.py", "from numpy.distutils.system_info import get_info", False),
    ],
)
def test_what_compiles_extensions_is_a_tool_chain_unless_something_imports_it(
    path: str, text: str, are: bool
) -> None:
    assert extension_builders({**NUMPY, path: text}) == (BUILDERS if are else frozenset())
