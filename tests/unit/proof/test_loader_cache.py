from stagewright.proof.loader_cache import lost
from tests.unit.proof.trees import Tree, file, link, tree


def with_cache(*listed: str) -> Tree:
    paths = ("/usr/local/lib/liba.so", "/usr/lib/x86_64-linux-gnu/libb.so", "/lib/libc.so", "/lib64/libd.so")
    content = b"glibc-ld.so.cache1.1" + b"".join(b"name.so\0" + path.encode() + b"\0" for path in listed)
    return tree(
        *(file(path) for path in paths),
        link("/usr/local/lib/gone.so", "x"),
        file("/etc/ld.so.cache", content),
    )


ALL = (
    *("/usr/local/lib/liba.so", "/usr/lib/x86_64-linux-gnu/libb.so", "/lib/libc.so", "/lib64/libd.so"),
    *("/usr/local/lib/gone.so", "/usr/local/lib/absent.so"),
)


def test_only_places_that_the_loader_does_not_know_by_itself_count() -> None:
    assert lost(with_cache(*ALL), with_cache()) == ("/usr/local/lib/liba.so",)
    assert lost(with_cache(*ALL), tree(file("/usr/local/lib/liba.so"))) == ("/usr/local/lib/liba.so",)


def test_nothing_is_lost_where_both_say_it_or_the_original_has_no_cache() -> None:
    assert lost(with_cache(*ALL), with_cache(*ALL)) == ()
    assert lost(tree(), with_cache()) == ()


def test_a_cache_without_an_end_is_read_once() -> None:
    endless = tree(file("/etc/ld.so.cache", b"/a" * 1_000_000))
    assert lost(endless, with_cache()) == ()
