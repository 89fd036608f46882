import pytest

from stagewright.evidence.fonts import reader


@pytest.mark.parametrize(
    ("libraries", "texts", "who"),
    [
        (("/usr/lib/libc.so.6", "/usr/lib/libfontconfig.so.1.12.0"), {}, "/usr/lib/libfontconfig.so.1.12.0"),
        (
            ("/app/canvas/libfontconfig-38cd0e5c.so.1.12.0",),
            {},
            "/app/canvas/libfontconfig-38cd0e5c.so.1.12.0",
        ),
        (("/opt/java/lib/libfontmanager.so",), {}, "/opt/java/lib/libfontmanager.so"),
        (("/usr/lib/libfreetype.so.6",), {}, ""),
        ((), {"/a.py": "ImageFont.truetype('DejaVuSans.ttf', 12)"}, "/a.py"),
        ((), {"/a.js": "register('/usr/share/fonts/truetype/x.ttf')"}, "/a.js"),
        ((), {"/a.py": "from PIL import Image"}, ""),
    ],
)
def test_who_reads_fonts(libraries: tuple[str, ...], texts: dict[str, str], who: str) -> None:
    assert reader(libraries, texts) == who
