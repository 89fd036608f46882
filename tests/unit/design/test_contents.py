from stagewright.design.contents import measured
from stagewright.model.design import Content
from stagewright.model.image import Entry, ImageConfig, ImageFiles


def entry(path: str, size: int) -> Entry:
    return Entry(path, "file", 0o644, 0, 0, size)


def test_a_row_weighs_what_lies_at_or_below_it() -> None:
    entries = [entry("/app/a", 5), entry("/app/b/c", 7), entry("/apple", 100), entry("/one", 3)]
    image = ImageFiles({item.path: item for item in entries}, (), ImageConfig())
    rows = [Content("/app", "code"), Content("/one", "file"), Content("/none", "gone")]
    assert [row.size for row in measured(rows, image)] == [12, 3, None]
