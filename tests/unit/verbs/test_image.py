import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stagewright.engine import EngineMissing
from stagewright.errors import UsageError
from stagewright.model.inventory import FolderUse, PackageUse
from stagewright.verbs.image import image
from tests.unit.evidence.images import file, folder, hard, layer
from tests.unit.evidence.test_jars import jar_of
from tests.unit.saved_images import as_archive, as_folder, config_of, oci, older

STATUS = b"Package: git\nStatus: install ok installed\nVersion: 2.39\n\nPackage: tiny\nVersion: 1\n"
LAYERS = [
    layer(
        folder("usr"),
        file("usr/bin/git", b"g" * 5000),
        hard("usr/bin/again", "usr/bin/git"),
        file("usr/bin/tiny", b"t"),
        file("var/lib/dpkg/status", STATUS),
        file("var/lib/dpkg/info/git.list", b"/usr/bin/git\n"),
        file("var/lib/dpkg/info/tiny.list", b"/usr/bin/tiny\n"),
        file("tmp/download", b"d" * 700),
    ),
    layer(file("tmp/.wh.download"), file("app/package.json", b'{"scripts": {"start": "make"}}')),
    layer(file("usr/bin/make", b"m" * 30), file("app/start", b"s")),
]
MADE = ["ADD rootfs.tar /", "RUN rm /tmp/download", "COPY . /app"]


def _saved(tmp_path: Path) -> Path:
    return as_archive(oci(LAYERS, MADE), tmp_path / "image.tar")


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


def test_what_is_in_an_image(tmp_path: Path) -> None:
    found = image(str(_saved(tmp_path)), top=1)
    records = sum(len(data) for data in (STATUS, b"/usr/bin/git\n", b"/usr/bin/tiny\n"))
    visible = 5000 + 1 + records + 30 + 30 + 1
    assert (found.platform, found.files) == ("linux/amd64", 9)
    assert found.size == sum(map(len, LAYERS))
    assert (found.visible, found.stored) == (visible, visible + 700)
    assert [(one.index, one.created_by, one.files, one.content) for one in found.layers] == [
        (0, MADE[0], 7, 5701 + records),
        (1, MADE[1], 1, 30),
        (2, MADE[2], 2, 31),
    ]
    assert [dict(one.waste) for one in found.layers] == [{"deleted later": 700}, {}, {"build tool": 30}]
    assert found.folders == (FolderUse("/usr", 5031, 4),)
    assert found.packages == (PackageUse("dpkg", "git", "2.39", 5000, 1, 0),)
    assert found.packages_found == 2
    assert [(one.kind, one.size) for one in found.waste] == [("deleted later", 700), ("build tool", 30)]
    assert found.wasted == 730


def test_the_package_where_it_starts_says_what_is_called(tmp_path: Path) -> None:
    config = config_of(LAYERS, MADE) | {"config": {"Cmd": ["npm", "start"], "WorkingDir": "/app"}}
    found = image(str(as_folder(oci(LAYERS, config=config), tmp_path)))
    assert [one.kind for one in found.waste] == ["deleted later"]


def test_gems_and_jars_are_packages(tmp_path: Path) -> None:
    jar = jar_of(b"Bundle-SymbolicName: org.example.a\nBundle-Version: 1.2\n", bytes(500))
    spec = b"# stub: nokogiri 1.15.4 x86_64-linux lib\n"
    home = "app/vendor/bundle/ruby/3.2.0"
    full = "nokogiri-1.15.4-x86_64-linux"
    data = layer(
        file("app/a.jar", jar),
        file("app/other/a.jar", jar),
        file(f"{home}/specifications/{full}.gemspec", spec),
        file(f"{home}/gems/{full}/lib/nokogiri.rb", b"n" * 30),
    )
    found = image(str(as_folder(oci([data]), tmp_path)))
    assert found.packages == (
        PackageUse("jar", "org.example.a", "1.2", 2 * len(jar), 2, 0),
        PackageUse("gem", "nokogiri", "1.15.4", 30 + len(spec), 2, 0),
    )


def test_folders_down_to_a_depth_in_path_order(tmp_path: Path) -> None:
    data = layer(file("a/b/c/d/e/f", b"12"), file("a-b/c", b"1"), file("top", b"1"), file("empty/x"))
    found = image(str(as_folder(oci([data]), tmp_path)), top=5)
    assert [one.path for one in found.folders] == ["/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a-b"]


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: as_folder(oci(LAYERS, MADE), folder / "layout"),
        lambda folder: as_archive(older(LAYERS, MADE), folder / "older.tar"),
    ],
    ids=["layout", "older"],
)
def test_each_form_gives_the_same(write: Callable[[Path], Path], tmp_path: Path) -> None:
    one, other = image(str(_saved(tmp_path))), image(str(write(tmp_path)))
    assert (one.layers, one.folders, one.packages, one.waste) == (
        other.layers,
        other.folders,
        other.packages,
        other.waste,
    )


@pytest.mark.parametrize("ref", ["", " ", "./absent", "/absent", "absent.tar", "/" + "x" * 5000])
def test_a_path_that_is_not_there_needs_no_engine(ref: str) -> None:
    with pytest.raises(UsageError, match="no such path") as raised:
        image(ref)
    assert raised.value.hint


def test_a_name_needs_an_engine() -> None:
    with pytest.raises(EngineMissing):
        image("app:1")


_SMALL = 20_000
_LARGE = 200 << 20


def _pieces() -> Iterator[bytes]:
    """A layer with a program of 200 MB, and small files in packages."""
    program = tarfile.TarInfo("app/bin")
    program.size = _LARGE
    yield program.tobuf()
    yield b"\x7fELF" + bytes((1 << 20) - 4)
    yield from [bytes(1 << 20)] * ((_LARGE >> 20) - 1)
    for number in range(_SMALL):
        member = tarfile.TarInfo(f"app/node_modules/package-{number // 50}/lib/module-{number}.js")
        member.size = 512
        yield member.tobuf() + b"%0512d" % number
    yield bytes(1024)


def _write_large(path: Path) -> None:
    """In the older form: what has the layer's digest comes after the layer."""
    layer_member = tarfile.TarInfo("0/layer.tar")
    layer_member.size = 512 + _LARGE + _SMALL * 1024 + 1024
    sha256 = hashlib.sha256()
    with path.open("wb") as out:
        out.write(layer_member.tobuf())
        for piece in _pieces():
            sha256.update(piece)
            out.write(piece)
        config = config_of([]) | {"rootfs": {"diff_ids": [f"sha256:{sha256.hexdigest()}"]}}
        saved = [{"Config": "config.json", "Layers": ["0/layer.tar"]}]
        for name, document in {"config.json": config, "manifest.json": saved}.items():
            data = json.dumps(document).encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            out.write(member.tobuf() + data + bytes(-len(data) % 512))
        out.write(bytes(1024))


def test_a_large_image_needs_little_memory(tmp_path: Path) -> None:
    """Read in a process of its own; `ru_maxrss` would have the peak of the process that started it, too."""
    path = tmp_path / "image.tar"
    _write_large(path)
    script = (
        "import pathlib, re, sys\n"
        "from stagewright.cli.main import main\n"
        "code = main(['image', sys.argv[1], '--format', 'json'])\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1], file=sys.stderr)\n"
        "raise SystemExit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["files"] == _SMALL + 1
    assert found["visible"] == _LARGE + _SMALL * 512
    assert found["packages_found"] == _SMALL // 50
    # Kilobytes; what one path takes, times what an image of 4 GB may have of them, fits in as well.
    assert int(done.stderr) < 150_000
