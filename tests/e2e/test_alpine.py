"""Alpine originals: they stay Alpine, and production installs what it needs with apk.

The lab has no Alpine packages. A script that keeps apk's database as apk does takes its place.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.cli.main import main
from stagewright.engine import BuildRequest, Engine
from tests.e2e.printed import document

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("lab")]

APK = """\
#!/bin/sh
# apk add --no-cache NAME…: from /repository/NAME, a stanza and a root.
shift 2
for word in "$@"; do
    name="${word%%[<>=]*}"
    echo "$word" >> /etc/apk/world
    for one in $(sed -n 's/^D://p' "/repository/$name/stanza") "$name"; do
        grep -qx "P:$one" /lib/apk/db/installed && continue
        cp -a "/repository/$one/root/." /
        cat "/repository/$one/stanza" >> /lib/apk/db/installed
        echo >> /lib/apk/db/installed
    done
done
"""
BASE = """\
FROM alpine:3
COPY --chmod=755 apk /sbin/apk
COPY repository /repository
RUN mkdir -p /lib/apk/db \\
    && printf 'P:busybox\\nV:1.37.0-r18\\nF:bin\\nR:busybox\\n\\n' > /lib/apk/db/installed \\
    && echo busybox > /etc/apk/world && truncate -s 12M /repository/gcc/root/usr/bin/compile
"""
STANZAS = {
    "gcc": "P:gcc\nV:14.2.0-r6\nD:words\nF:usr/bin\nR:compile\n",
    "greeter": "P:greeter\nV:1.4-r0\nD:words\nF:usr/bin\nR:greet\n",
    "words": "P:words\nV:2.0-r1\nF:usr/share/words\nR:list\n",
}
CONTENTS = {
    "gcc/root/usr/bin/compile": "",
    "greeter/root/usr/bin/greet": "#!/bin/sh\ncat /usr/share/words/list\n",
    "words/root/usr/share/words/list": "good day\n",
}
DOCKERFILE = """\
FROM {}
RUN apk add --no-cache gcc 'greeter<2'
WORKDIR /srv
COPY start.sh .
CMD ["sh", "start.sh"]
"""


@pytest.fixture
def alpine(engine: Engine, tmp_path: Path) -> str:
    """An image on Alpine that has packages."""
    context = tmp_path / "base"
    repository = context / "repository"
    for name, text in CONTENTS.items():
        path = repository / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        path.chmod(0o755)
    for name, text in STANZAS.items():
        (repository / name / "stanza").write_text(text)
    (context / "apk").write_text(APK)
    return engine.build(BuildRequest(context, dockerfile_text=BASE, timeout=120)).ref


def test_production_installs_by_apk_what_it_needs(
    alpine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "start.sh").write_text("greet\n")
    (project / "Dockerfile").write_text(DOCKERFILE.format(alpine))
    code = main(["apply", str(project), "--quiet", "--format", "json"])
    told = document(capsys)
    assert (code, told["verdict"]) == (0, "proved"), told["reasons"]
    text = (project / "Dockerfile").read_text()
    production = text.rpartition("FROM ")[2]
    assert production.startswith(f"{alpine} ")
    assert "RUN apk add --no-cache 'greeter<2'\n" in production
    assert "gcc" not in production
    assert "/usr/" not in production
