from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Literal

import pytest

from stagewright.evidence.packages import Package, Packages
from stagewright.model.design import Allowance
from stagewright.model.fact import UNSHOWN, Reason
from stagewright.model.image import Elf, Entry
from stagewright.model.proof import Accounting
from stagewright.proof.accounting import Ledger, account
from tests.unit.proof.trees import Tree, file, folder, link
from tests.unit.proof.trees import tree as image

BASE = image(file("/bin/sh", b"shell"))
APP = file("/app/main.py", b"main", layer=1)


def judged(
    before: Tree,
    after: Tree,
    *,
    before_base: Tree | None = BASE,
    after_base: Tree | None = BASE,
    reasons: Mapping[str, Reason] | None = None,
    **more: object,
) -> Accounting:
    ledger = Ledger(before, after, before_base, after_base, (reasons or {}).get)
    return account(dataclasses.replace(ledger, **more))  # type: ignore[arg-type]


def complaints(accounting: Accounting) -> list[tuple[str, str]]:
    return [(item.path, item.what) for item in accounting.unexplained]


def test_what_is_the_same_comes_from_the_original_or_the_base() -> None:
    both = image(file("/bin/sh", b"shell"), APP)
    accounting = judged(both, both)
    assert accounting.unexplained == ()
    assert accounting.sources == {"its base": (2, 5), "the original": (2, 4)}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (file("/app/main.py", b"other"), "content"),
        (file("/app/main.py", b"main", mode=0o755), "mode"),
        (file("/app/main.py", b"main", mode=0o4644), "mode"),
        (file("/app/main.py", b"main", uid=7), "owner"),
        (file("/app/main.py", b"main", gid=7), "owner"),
        (link("/app/main.py", "/bin/sh"), "type"),
        (folder("/app/main.py"), "type"),
    ],
)
def test_each_respect_counts(changed: tuple[Entry, bytes], what: str) -> None:
    accounting = judged(image(APP), image(changed), before_base=None, after_base=None)
    assert complaints(accounting) == [("/app/main.py", what)]


def test_link_targets_count() -> None:
    accounting = judged(
        image(link("/app/a", "b")), image(link("/app/a", "c")), before_base=None, after_base=None
    )
    assert complaints(accounting) == [("/app/a", "link")]
    assert accounting.unexplained[0].detail == "b → c"


def test_xattrs_count() -> None:
    capable = dataclasses.replace(APP[0], xattrs=(("security.capability", "01"),))
    accounting = judged(image((capable, b"main")), image(APP), before_base=None, after_base=None)
    assert complaints(accounting) == [("/app/main.py", "xattrs")]


def test_times_do_not_count() -> None:
    later = dataclasses.replace(APP[0], mtime=99)
    assert judged(image(APP), image((later, b"main"))).unexplained == ()


def test_what_is_missing_needs_a_reason() -> None:
    before = image(APP, file("/app/tests/a.py", b"test"))
    assert complaints(judged(before, image(APP))) == [
        ("/app/tests", "missing"),
        ("/app/tests/a.py", "missing"),
    ]
    reasons = {"/app/tests/a.py": Reason("tests", "a test")}
    accounting = judged(before, image(APP), reasons=reasons)
    assert accounting.unexplained == ()
    assert accounting.left_behind["tests"] == (1, 4)


def test_an_empty_directory_is_missed() -> None:
    before = image(APP, folder("/app/uploads"))
    assert complaints(judged(before, image(APP))) == [("/app/uploads", "missing")]


def test_what_is_added_needs_an_explanation() -> None:
    after = image(APP, file("/app/extra.py", b"extra"))
    assert complaints(judged(image(APP), after)) == [("/app/extra.py", "added")]
    allowed = judged(image(APP), after, allows=[Allowance("added", "/app/extra.py", "a step")])
    assert allowed.sources["a step"] == (1, 5)


def test_a_base_explains_what_no_instruction_touched() -> None:
    full = image(file("/bin/sh", b"shell"), file("/etc/motd", b"full"))
    slim = image(file("/bin/sh", b"shell"), file("/etc/motd", b"slim"), file("/etc/slim", b"new"))
    assert judged(full, slim, before_base=full, after_base=slim).unexplained == ()


def test_a_base_does_not_explain_what_the_user_changed_or_deleted() -> None:
    full = image(file("/etc/nginx.conf", b"stock"), file("/etc/site", b"site"))
    before = image(file("/etc/nginx.conf", b"edited"))
    accounting = judged(before, full, before_base=full, after_base=full)
    assert complaints(accounting) == [("/etc/nginx.conf", "content"), ("/etc/site", "added")]
    assert "removed it" in accounting.unexplained[1].detail


def test_another_release_does_not_explain_other_programs() -> None:
    old, new = (
        image(file("/lib/libc.so.6", text), elf={"/lib/libc.so.6": Elf()}) for text in (b"old", b"new")
    )
    assert judged(old, new, before_base=old, after_base=new).unexplained == ()
    other = judged(old, new, before_base=old, after_base=new, same_release=False)
    assert complaints(other) == [("/lib/libc.so.6", "content")]


LIBPQ = Packages({"libpq5": Package("libpq5", "15.1")}, {"/usr/lib/libpq.so.5": "libpq5"})


def test_packages_explain_what_an_installing_layer_added() -> None:
    after = image(APP, file("/usr/lib/libpq.so.5", b"pq", layer=2), file("/etc/left", b"", layer=3))
    base = image(folder("/etc"), folder("/usr/lib"))
    accounting = judged(
        image(APP, folder("/etc"), folder("/usr/lib")),
        after,
        before_base=base,
        after_base=base,
        packages=LIBPQ,
        installing=frozenset([2]),
    )
    assert complaints(accounting) == [("/etc/left", "added")]
    assert accounting.sources["packages of its release"] == (1, 2)


@pytest.mark.parametrize("owned", [True, False])
def test_what_the_user_took_away_after_an_installation_is_no_packages(owned: bool) -> None:
    owner = {"/etc/pq/default": "libpq5"} if owned else {}
    both = Packages(LIBPQ.installed, {**LIBPQ.owner, **owner})
    after = image(APP, file("/usr/lib/libpq.so.5", b"pq", layer=2), file("/etc/pq/default", layer=2))
    accounting = judged(
        image(APP, folder("/etc/pq"), file("/usr/lib/libpq.so.5", b"pq", layer=1)),
        after,
        before_base=image(),
        after_base=image(),
        packages=both,
        packages_before=LIBPQ,
        installing=frozenset([2]),
    )
    assert complaints(accounting) == [("/etc/pq/default", "returned")]


@pytest.mark.parametrize(("more", "missing"), [((), True), (("gcc",), False)])
def test_what_an_installation_wrote_is_there_where_all_its_packages_are(
    more: tuple[str, ...], missing: bool
) -> None:
    files = [file("/usr/lib/libpq.so.5", b"pq", layer=1), *(file(f"/usr/bin/{one}", layer=1) for one in more)]
    both = Packages(
        {**LIBPQ.installed, **{one: Package(one, "12") for one in more}},
        {**LIBPQ.owner, **{f"/usr/bin/{one}": one for one in more}},
    )
    base = image(folder("/etc/pq"), folder("/usr/bin"), folder("/usr/lib"), layers=("FROM",))
    here = (APP, folder("/etc/pq"), folder("/usr/bin"))
    before = image(*here, *files, link("/etc/pq/on", "../off", layer=1), layers=("FROM", "RUN"))
    reasons = {
        "/etc/pq/on": Reason("package", "written by the installation of packages"),
        "/usr/bin/gcc": Reason("package", "gcc: nothing that stays needs it"),
    }
    accounting = judged(
        before,
        image(*here, files[0]),
        before_base=base,
        after_base=base,
        reasons=reasons,
        packages=LIBPQ,
        packages_before=both,
    )
    assert complaints(accounting) == ([("/etc/pq/on", "missing")] if missing else [])


def test_what_a_layer_of_the_new_image_takes_away_was_there() -> None:
    before = image(APP, file("/etc/pq/on", b"x", layer=1))
    reasons = {"/etc/pq/on": Reason("package", "libpq5: nothing that stays needs it")}
    after = image(APP, folder("/etc/pq"))
    assert judged(before, after, reasons=reasons).unexplained == ()
    taken = dataclasses.replace(after.layers[1], deleted=frozenset(["/etc/pq/on"]))
    files = dataclasses.replace(after.files, layers=(after.layers[0], taken))
    accounting = judged(before, Tree(files, {}, {}), reasons=reasons)
    assert complaints(accounting) == [("/etc/pq/on", "missing")]


def test_a_package_of_another_version_is_named() -> None:
    other = Packages({"libpq5": Package("libpq5", "15.9")}, {"/usr/lib/libpq.so.5": "libpq5"})
    after = image(file("/usr/lib/libpq.so.5", b"pq 9", layer=2))
    accounting = judged(
        image(file("/usr/lib/libpq.so.5", b"pq 1", layer=1)),
        after,
        before_base=image(),
        after_base=image(),
        packages=other,
        packages_before=LIBPQ,
        installing=frozenset([2]),
    )
    assert complaints(accounting) == [("/usr/lib/libpq.so.5", "content"), ("package libpq5", "version")]


def test_an_owner_may_change_where_it_is_declared_but_not_of_setuid_programs() -> None:
    before = image(APP, file("/app/su", b"su", mode=0o4755))
    after = image(file("/app/main.py", b"main", uid=10), file("/app/su", b"su", mode=0o4755, uid=10))
    accounting = judged(before, after, allows=[Allowance("owner", "/app/", "user")])
    assert complaints(accounting) == [("/app/su", "owner")]
    assert accounting.sources["user"] == (1, 4)


def test_an_owner_is_not_a_content() -> None:
    after = image(file("/app/main.py", b"evil", uid=10))
    accounting = judged(image(APP), after, allows=[Allowance("owner", "/app/", "user")])
    assert complaints(accounting) == [("/app/main.py", "content"), ("/app/main.py", "owner")]


def test_noise_masks_content_alone() -> None:
    after = image(file("/app/main.py", b"MAIN"))
    accounting = judged(image(APP), after, noise=frozenset(["/app/main.py"]))
    assert (accounting.unexplained, accounting.masked) == ((), ("/app/main.py",))
    other = image(file("/app/main.py", b"MAIN", mode=0o600))
    assert complaints(judged(image(APP), other, noise=frozenset(["/app/main.py"]))) == [
        ("/app/main.py", "content"),
        ("/app/main.py", "mode"),
    ]


CACHE = "/app/__pycache__/main.cpython-311.pyc"


def compiled(code: bytes, *, time: int = 1, size: int = 4) -> bytes:
    return b"\xa7\r\r\n" + bytes(4) + time.to_bytes(4, "little") + size.to_bytes(4, "little") + code


def test_byte_code_is_compiled_anew() -> None:
    before = image(APP, file(CACHE, compiled(b"code", time=1)))
    after = image(APP, file(CACHE, compiled(b"code", time=2)))
    accounting = judged(before, after)
    assert accounting.unexplained == ()
    assert accounting.sources["byte code"][0] == 1


def test_byte_code_of_another_source_is_not() -> None:
    before = image(APP, file(CACHE, compiled(b"code")))
    after = image(file("/app/main.py", b"evil"), file(CACHE, compiled(b"evil")))
    assert (CACHE, "content") in complaints(judged(before, after))


def test_other_byte_code_of_the_same_source_is_not() -> None:
    before = image(APP, file(CACHE, compiled(b"code")))
    after = image(APP, file(CACHE, compiled(b"evil")))
    assert complaints(judged(before, after)) == [(CACHE, "content")]


def test_byte_code_without_a_source_must_be_the_same() -> None:
    before = image(file("/app/main.pyc", compiled(b"code")))
    after = image(file("/app/main.pyc", compiled(b"evil")))
    assert complaints(judged(before, after)) == [("/app/main.pyc", "content")]


def test_new_byte_code_whose_header_names_another_size_is_not_explained() -> None:
    after = image(APP, file(CACHE, compiled(b"code", size=5)))
    assert (CACHE, "added") in complaints(judged(image(APP), after))


def test_byte_code_may_be_missing_when_its_source_is_there() -> None:
    before = image(APP, file(CACHE, compiled(b"code")))
    assert judged(before, image(APP)).unexplained == ()


LOCK = "/app/node_modules/.package-lock.json"


def lock(**packages: str) -> bytes:
    return json.dumps(
        {"packages": {name: {"version": version} for name, version in packages.items()}}
    ).encode()


def test_a_lock_is_what_remains() -> None:
    before = image(file(LOCK, lock(hono="1", tsc="2")))
    assert judged(before, image(file(LOCK, lock(hono="1")))).unexplained == ()
    for other in (lock(hono="2"), lock(hono="1", evil="1"), b"{", b"[]"):
        assert complaints(judged(before, image(file(LOCK, other)))) == [(LOCK, "content")]


def test_the_systems_own_notes_may_differ() -> None:
    before = image(file("/var/lib/dpkg/status", b"many"), file("/var/log/dpkg.log", b"long"))
    assert judged(before, image(file("/var/lib/dpkg/status", b"few"))).unexplained == ()


def test_an_applications_log_is_no_note() -> None:
    before = image(link("/var/log/nginx/access.log", "/dev/stdout"))
    assert ("/var/log/nginx/access.log", "missing") in complaints(judged(before, image()))


def test_accounts_are_what_remains() -> None:
    root, app, other = b"root:x:0:0::/:/bin/sh\n", b"app:x:9:9::/:/bin/sh\n", b"evil:x:0:0::/:/bin/sh\n"
    base = image(file("/etc/passwd", root))
    before = image(file("/etc/passwd", root + app))
    assert judged(before, before, before_base=base, after_base=base).unexplained == ()
    for text in (root, root + app + other):
        after = image(file("/etc/passwd", text))
        accounting = judged(before, after, before_base=base, after_base=image())
        assert complaints(accounting) == [("/etc/passwd", "content")]


def test_accounts_of_packages_that_are_gone_are_not_missed() -> None:
    root, spool = b"root:x:0:0::/:/bin/sh\n", b"spool:x:9:9::/:/bin/false\n"
    base = image(file("/etc/passwd", root), layers=("FROM",))
    before = image(file("/etc/passwd", root + spool, layer=1), layers=("FROM", "RUN apt-get install exim4"))
    after = image(file("/etc/passwd", root))
    accounting = judged(before, after, before_base=base, after_base=image(), installing_before=frozenset([1]))
    assert accounting.unexplained == ()


def test_a_user_that_an_installing_instruction_makes_is_missed() -> None:
    root, spool, app = b"root:x:0:0::/:\n", b"spool:x:9:9::/:\n", b"app:x:10:10::/:\n"
    instruction = "RUN apt-get install exim4 && useradd -r app && true"
    base = image(file("/etc/passwd", root), layers=("FROM",))
    before = image(file("/etc/passwd", root + spool + app, layer=1), layers=("FROM", instruction))
    for text, expected in ((root + app, []), (root + spool, [("/etc/passwd", "content")])):
        after = image(file("/etc/passwd", text))
        accounting = judged(
            before, after, before_base=base, after_base=image(), installing_before=frozenset([1])
        )
        assert complaints(accounting) == expected


def test_a_user_may_be_made_where_others_of_the_base_are_gone_and_no_other() -> None:
    root, ssh, app = b"root:x:0:\n", b"ssh:x:101:\n", b"app:x:10:\n"
    allows = [Allowance("changed", "/etc/group", "user")]
    before = image(file("/etc/group", root + ssh))
    slim = image(file("/etc/group", root))

    def judged_with(text: bytes) -> Accounting:
        after = image(file("/etc/group", text))
        return judged(before, after, before_base=before, after_base=slim, allows=allows)

    assert judged_with(root + app).unexplained == ()
    assert complaints(judged_with(app)) == [("/etc/group", "content")]
    plain = judged(before, image(file("/etc/group", root + app)), before_base=before, after_base=slim)
    assert complaints(plain) == [("/etc/group", "content")]


def test_a_directory_that_was_kept_empty_on_purpose_is_missed() -> None:
    reasons = {"/app/uploads/.gitkeep": Reason("version control", "for git alone")}
    before = image(APP, file("/app/uploads/.gitkeep"))
    assert complaints(judged(before, image(APP), reasons=reasons)) == [("/app/uploads", "missing")]


def test_a_change_that_may_be_left_behind_leaves_the_bases_own() -> None:
    base = image(link("/etc/alternatives/pager", "/bin/more"))
    before = image(link("/etc/alternatives/pager", "/usr/bin/less", layer=1))
    reasons = {"/etc/alternatives/pager": Reason("package", "less: nothing that stays needs it")}
    assert judged(before, base, reasons=reasons, before_base=base, after_base=base).unexplained == ()
    assert complaints(judged(before, base, before_base=base, after_base=base)) == [
        ("/etc/alternatives/pager", "link")
    ]
    other = image(link("/etc/alternatives/pager", "/bin/other"))
    assert complaints(judged(before, other, reasons=reasons, before_base=base, after_base=other)) == [
        ("/etc/alternatives/pager", "link")
    ]


def test_a_note_of_an_installer_lends_nobody_rights() -> None:
    harmless = image(file("/var/lib/dpkg/tool", b"x", mode=0o755))
    note = image(file("/var/lib/dpkg/tool", b"x", mode=0o4755))
    assert complaints(judged(harmless, image(file("/var/lib/dpkg/tool", b"y", mode=0o755)))) == []
    assert complaints(judged(harmless, note)) == [("/var/lib/dpkg/tool", "mode")]


def test_a_library_that_only_the_cache_leads_to_must_stay_in_it() -> None:
    library = file("/opt/lib/libx.so.1", b"x", layer=1)
    known = image(library, file("/etc/ld.so.cache", b"glibc-ld.so.cache1.1\0libx.so.1\0/opt/lib/libx.so.1\0"))
    lost = image(library, file("/etc/ld.so.cache", b"glibc-ld.so.cache1.1\0"))
    assert complaints(judged(known, known)) == []
    assert complaints(judged(known, lost)) == [("/etc/ld.so.cache", "content")]
    assert complaints(judged(known, image(library))) == [("/etc/ld.so.cache", "content")]
    assert "/opt/lib/libx.so.1" in judged(known, lost).unexplained[0].detail


@pytest.mark.parametrize("kind", ["package", UNSHOWN])
def test_what_the_new_base_brings_and_an_instruction_takes_away_is_missing(
    kind: Literal["package", "not in the run-time closure"],
) -> None:
    tool = image(file("/bin/sh", b"shell"), file("/bin/bc", b"bc"))
    reasons = {"/bin/bc": Reason(kind, "bc: nothing leads to it")}
    gone = judged(tool, image(file("/bin/sh", b"shell")), before_base=tool, after_base=tool, reasons=reasons)
    assert complaints(gone) == [("/bin/bc", "missing")]
    never = judged(tool, image(file("/bin/sh", b"shell")), before_base=tool, reasons=reasons)
    assert complaints(never) == []


@pytest.mark.parametrize(
    ("as_root", "mode", "layer", "explained"),
    [(True, 0o755, 0, True), (False, 0o755, 0, False), (True, 0o700, 0, False), (True, 0o755, 1, False)],
)
def test_a_folder_that_is_made_on_the_way_to_another(
    as_root: bool, mode: int, layer: int, explained: bool
) -> None:
    base = image(folder("/go", mode=0o1777 if not layer else 0o755))
    before = image(folder("/go", mode=0o1777, layer=layer), folder("/go/app", layer=1))
    after = image(folder("/go", mode=mode), folder("/go/app"))
    accounting = judged(before, after, before_base=base, after_base=image(), as_root=as_root)
    assert complaints(accounting) == ([] if explained else [("/go", "mode")])


def test_the_folder_of_temporary_files_is_for_all_users() -> None:
    base = image(folder("/tmp", mode=0o1777))
    made = image(folder("/tmp", mode=0o755), file("/tmp/x"))
    accounting = judged(
        image(folder("/tmp", mode=0o1777), file("/tmp/x")), made, before_base=base, as_root=True
    )
    assert complaints(accounting) == [("/tmp", "mode")]
