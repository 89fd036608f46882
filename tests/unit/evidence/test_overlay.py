from stagewright.evidence.overlay import Hidden, Overlay, lay
from stagewright.evidence.stored import Stored, StoredLayer
from tests.unit.evidence.images import Member, file, folder, hard, layer
from tests.unit.evidence.test_stored import read


def laid(*layers: tuple[Member, ...]) -> Overlay:
    return lay(read(*(layer(*members) for members in layers)).layers)


def _visible(overlay: Overlay) -> dict[str, tuple[int, int]]:
    return {path: (given, one.size) for path, (given, one) in overlay.visible.items() if one.type != "dir"}


def _hidden(overlay: Overlay) -> list[tuple[str, int, int, int, str]]:
    return [(one.stored.path, one.stored.size, one.layer, one.by, one.how) for one in overlay.hidden]


def test_what_is_deleted_replaced_and_stored_again() -> None:
    overlay = laid(
        (file("a", b"1"), file("b", b"22"), file("c", b"333"), file("empty")),
        (file(".wh.a"), file("b", b"other"), file("c", b"333"), file(".wh.empty")),
    )
    assert _visible(overlay) == {"/b": (1, 5), "/c": (1, 3)}
    assert _hidden(overlay) == [
        ("/a", 1, 0, 1, "deleted later"),
        ("/b", 2, 0, 1, "overwritten later"),
        ("/c", 3, 0, 1, "stored again"),
    ]
    assert isinstance(overlay.hidden[0], Hidden)


def test_a_whiteout_takes_all_below_and_nothing_beside() -> None:
    overlay = laid(
        (file("a/b/c", b"1"), file("a/b", b""), file("a/b.c", b"1"), file("a/b0", b"1")), (file("a/.wh.b"),)
    )
    assert set(_visible(overlay)) == {"/a/b.c", "/a/b0"}


def test_an_opaque_folder_hides_what_is_below_and_not_what_comes_with_it() -> None:
    overlay = laid((file("a/old", b"1"), file("ab", b"1")), (file("a/new", b"2"), file("a/.wh..wh..opq")))
    assert _visible(overlay) == {"/a/new": (1, 1), "/ab": (0, 1)}
    assert [one.how for one in overlay.hidden] == ["deleted later"]


def test_folders_within_each_other_are_looked_through_once() -> None:
    folders = ["/a" * depth for depth in range(1, 200)]
    names = [f"{folders[-1]}/{number}" for number in range(20_000)]
    lower = StoredLayer({path: Stored(path, "file") for path in names}, (), (), {}, 0)
    upper = StoredLayer({}, (), tuple(folders) * 2000, {}, 0)
    assert not lay([lower, upper]).visible


def test_neighbours_of_a_folder_within_another_go_on_their_own() -> None:
    overlay = laid(
        (file("a/b/c"), file("a-b/c"), file("a0"), file("a/d")),
        (file("a/.wh.b"), file(".wh.a"), file("a-b/.wh..wh..opq")),
    )
    assert list(overlay.visible) == ["/a0"]


def test_an_opaque_root_hides_everything_below_it() -> None:
    assert list(laid((file("a/b", b"1"),), (file(".wh..wh..opq"), file("c"))).visible) == ["/c"]


def test_a_whiteout_does_not_reach_its_own_layer() -> None:
    assert list(
        laid(
            (file("a", b"1"), file(".wh.a")),
        ).visible
    ) == ["/a"]


def test_a_file_in_a_folders_place_hides_what_was_in_it() -> None:
    overlay = laid((folder("a"), file("a/b", b"1")), (file("a", b"2"),))
    assert _visible(overlay) == {"/a": (1, 1)}
    assert _hidden(overlay) == [("/a/b", 1, 0, 1, "deleted later")]


def test_a_folder_named_again_hides_nothing() -> None:
    assert not laid((folder("a"), file("a/b", b"1")), (folder("a"),)).hidden


def test_a_file_lives_on_under_its_other_name() -> None:
    overlay = laid((file("a", b"1"), hard("b", "a")), (file(".wh.a"),))
    assert _visible(overlay) == {"/b": (0, 1)}
    assert not overlay.hidden


def test_a_file_goes_with_its_last_name() -> None:
    overlay = laid((file("a", b"1"), hard("b", "a")), (file(".wh.a"),), (file(".wh.b"),))
    assert _hidden(overlay) == [("/b", 1, 0, 2, "deleted later")]


def test_another_file_of_that_name_is_no_heir() -> None:
    overlay = laid((file("a", b"1"), hard("b", "a"), file("b", b"22")), (file(".wh.a"),))
    assert _visible(overlay) == {"/b": (0, 2)}
    assert [one.stored.size for one in overlay.hidden] == [1]


def test_the_order_is_that_of_the_paths() -> None:
    assert list(laid((file("b"), file("a")), (file("aa"),)).visible) == ["/a", "/aa", "/b"]
