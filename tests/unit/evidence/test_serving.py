"""Programs of which it is not known what they read in the folder that they start in."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.evidence.judge import learn
from stagewright.model.image import Elf, ImageConfig
from stagewright.model.project import Project
from tests.unit.images_of import Layer, tree_of

BASE: Layer = (
    "base",
    {
        **{f"/usr/bin/{name}": Elf() for name in ("httpd", "python3", "node", "java", "gunicorn")},
        "/usr/bin/httpd-foreground": '#!/bin/sh\nrm -f /run/httpd.pid\nexec httpd -DFOREGROUND "$@"\n',
        "/usr/bin/entry": '#!/bin/sh\nif [ "$1" = x ]; then set -- node "$@"; fi\nexec "$@"\n',
        "/usr/bin/launch": "#!/bin/sh\neval $JAVA $ARGS\n",
        "/usr/bin/again": '#!/bin/sh\nexec again "$@"\n',
        "/usr/bin/serving": "#!/bin/sh\nexec gunicorn app:app\n",
    },
)


@pytest.mark.parametrize(
    ("start", "stays"),
    [
        ("httpd-foreground", True),
        ("entry node server.js", False),
        ("launch", True),
        ("again", True),
        ("serving", False),
        ("python3 -m http.server 80", True),
        ("python3 -m RangeHTTPServer 80", True),
        ("python3 -m gunicorn app:app", False),
        ("python3 -m app", False),
        ("node node_modules/http-server/bin/http-server .", True),
        ("node node_modules/.bin/serve", True),
        ("node node_modules/next/dist/bin/next start", False),
        ("node node_modules/@nestjs/cli/bin/nest.js start", False),
        ("node server.js", False),
    ],
)
def test_all_that_lies_there_stays_for_a_program_that_may_serve_it(start: str, stays: bool) -> None:
    files = {
        "/srv/README.md": "",
        "/srv/server.js": "",
        "/srv/app.py": "",
        "/srv/node_modules/http-server/bin/http-server": "#!/usr/bin/env node\n",
        "/srv/node_modules/.bin/serve": "#!/usr/bin/env node\n",
        "/srv/node_modules/next/dist/bin/next": "#!/usr/bin/env node\n",
        "/srv/node_modules/@nestjs/cli/bin/nest.js": "#!/usr/bin/env node\n",
    }
    config = ImageConfig(env=(("PATH", "/usr/bin"),), cmd=tuple(start.split()), workdir="/srv")
    tree = tree_of(BASE, ("COPY . .", files), config=config)
    evidence = learn(tree, tree_of(BASE), Project(Path("/project"), {}))
    assert ("/srv/README.md" not in evidence.reasons) is stays
