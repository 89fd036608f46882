import pytest

from stagewright.evidence.mime_types import tables


@pytest.mark.parametrize(
    ("texts", "commands", "programs", "who"),
    [
        ({"/a.py": "import mimetypes, os"}, (), {}, "/a.py"),
        ({"/a.py": "from mimetypes import guess_type"}, (), {}, "/a.py"),
        ({"/a.py": "import mimetypes_of_mine"}, (), {}, ""),
        ({"/a.js": "require('mimetypes')"}, (), {}, ""),
        ({}, (("python", "-m", "http.server", "80"),), {}, "python -m http.server 80"),
        ({}, (), {"/app/prog": b"\x7fELF /etc/mime.types /etc/apache2"}, "/app/prog"),
        ({}, (), {"/app/prog": b"\x7fELF"}, ""),
        ({}, (), {"/app/large": None}, "/app/large"),
    ],
)
def test_who_reads_the_tables(
    texts: dict[str, str], commands: tuple[tuple[str, ...], ...], programs: dict[str, bytes | None], who: str
) -> None:
    found = tables(texts, commands, programs)
    assert set(found.values()) == ({who} if who else set())
    assert ("/etc/mime.types" in found) is bool(who)
    assert ("/usr/share/mime/globs2" in found) is bool(who and programs)
