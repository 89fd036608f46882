from __future__ import annotations

from dataclasses import replace

import pytest

from stagewright.evidence.diagnosis import diagnose
from stagewright.model.image import Elf, ImageConfig, Jar
from tests.unit.images_of import Link, tree_of

SITE = "/usr/local/lib/python3.13/site-packages"
TREE = tree_of(
    (
        "all",
        {
            "/usr/lib/x86_64-linux-gnu/libpq.so.5": Elf(),
            "/usr/bin/dot": "",
            "/usr/bin/wish": Link("wish8.6"),
            "/usr/bin/wish8.6": "",
            f"{SITE}/yaml/__init__.py": "",
            f"{SITE}/yaml/loader.py": "",
            f"{SITE}/six.py": "",
            f"{SITE}/_cffi.cpython-313-x86_64-linux-gnu.so": "",
            "/app/node_modules/@a/b/index.js": "",
            "/app/node_modules/left-pad/index.js": "",
            "/app/conf/app.yml": "",
            "/usr/lib/ruby/json/ext.rb": "",
            "/usr/lib/locale/C.utf8/LC_CTYPE": "",
            "/usr/share/zoneinfo/Europe/Vienna": "",
            "/etc/passwd": "",
            "/etc/ssl/certs/ca-certificates.crt": "",
        },
    ),
    config=ImageConfig(workdir="/app", env=(("PATH", "/usr/bin"),)),
)


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        (
            "error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file",
            ["/usr/lib/x86_64-linux-gnu/libpq.so.5"],
        ),
        (
            "Error loading shared library libpq.so.5: No such file or directory",
            ["/usr/lib/x86_64-linux-gnu/libpq.so.5"],
        ),
        ("ModuleNotFoundError: No module named 'yaml.loader'", [f"{SITE}/yaml/loader.py"]),
        (
            "ModuleNotFoundError: No module named 'yaml'",
            [f"{SITE}/yaml/__init__.py", f"{SITE}/yaml/loader.py"],
        ),
        ("ModuleNotFoundError: No module named 'six.moves'", [f"{SITE}/six.py"]),
        ("ImportError: No module named _cffi", [f"{SITE}/_cffi.cpython-313-x86_64-linux-gnu.so"]),
        ("Error: Cannot find module '@a/b/sub'", ["/app/node_modules/@a/b/index.js"]),
        ("Cannot find package 'left-pad' imported from /app/x.mjs", ["/app/node_modules/left-pad/index.js"]),
        ("cannot load such file -- json/ext (LoadError)", ["/usr/lib/ruby/json/ext.rb"]),
        ("/bin/sh: 1: dot: not found", ["/usr/bin/dot"]),
        ("run.sh: line 3: dot: command not found", ["/usr/bin/dot"]),
        ("env: ‘dot’: No such file or directory".replace("‘", "'").replace("’", "'"), ["/usr/bin/dot"]),
        ('exec: "dot": executable file not found in $PATH', ["/usr/bin/dot"]),
        ("Error: spawn dot ENOENT", ["/usr/bin/dot"]),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'dot'", ["/usr/bin/dot"]),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'conf/app.yml'", ["/app/conf/app.yml"]),
        ("ENOENT: no such file or directory, open '/app/conf/app.yml'", ["/app/conf/app.yml"]),
        ("open conf/app.yml: no such file or directory", ["/app/conf/app.yml"]),
        ("cat: conf/app.yml: No such file or directory", ["/app/conf/app.yml"]),
        ("locale.Error: unsupported locale setting", ["/usr/lib/locale/C.utf8/LC_CTYPE"]),
        (
            "zoneinfo._common.ZoneInfoNotFoundError: 'No time zone found'",
            ["/usr/share/zoneinfo/Europe/Vienna"],
        ),
        ("panic: unknown time zone Europe/Vienna", ["/usr/share/zoneinfo/Europe/Vienna"]),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            ["/etc/ssl/certs/ca-certificates.crt"],
        ),
        ("KeyError: 'getpwnam(): name not found: app'", ["/etc/passwd"]),
        ("everything is fine", []),
        ("ModuleNotFoundError: No module named 'nowhere'", []),
    ],
)
def test_what_is_said_to_lack_is_found_in_the_original(said: str, lacking: list[str]) -> None:
    assert sorted(diagnose(TREE, said)) == lacking


@pytest.mark.parametrize(
    ("broken", "lacking"),
    [
        (("interpreter", "wish"), ["/usr/bin/wish"]),
        (("program", "/usr/bin/dot"), ["/usr/bin/dot"]),
        (("library", "libpq.so.5"), ["/usr/lib/x86_64-linux-gnu/libpq.so.5"]),
        (("link", "/app/conf"), ["/app/conf/app.yml"]),
        (("interpreter", "nowhere"), []),
    ],
)
def test_what_leads_nowhere_is_found_in_the_original(broken: tuple[str, str], lacking: list[str]) -> None:
    found = diagnose(TREE, "", [broken])
    assert sorted(found) == lacking
    assert all(broken[1] in why for why in found.values())


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("Exception: java.lang.ClassNotFoundException: org.foo.Bar", ["/app/lib/a.jar"]),
        ("java.lang.NoClassDefFoundError: org/foo/Bar", ["/app/lib/a.jar"]),
        ("Error: Could not find or load main class org.foo.Main", ["/app/classes/org/foo/Main.class"]),
        ("java.lang.ClassNotFoundException: org.foo.Nowhere", []),
        ("Error: Unable to access jarfile lib/a.jar", ["/app/lib/a.jar"]),
    ],
)
def test_classes_are_found_in_jars_and_beside_them(said: str, lacking: list[str]) -> None:
    table = "PK\1\2 org/foo/Bar.class"
    files = {"/app/lib/a.jar": table, "/app/note": table, "/app/classes/org/foo/Main.class": ""}
    tree = tree_of(("COPY . .", files), config=ImageConfig(workdir="/app"))
    tree.files = replace(tree.files, jars={"/app/lib/a.jar": Jar()})
    assert sorted(diagnose(tree, said)) == lacking
