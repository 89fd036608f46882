from __future__ import annotations

import pytest

from stagewright.evidence.listing import lists


@pytest.mark.parametrize(
    ("code", "whole"),
    [
        ("readdirSync(folder)", True),
        ("readdirSync('pages')", False),
        ("readdirSync(path.join(root, 'pages'))", False),
        ("readdirSync(folder, 'utf8')", True),
        ("readdirSync(folder, {encoding: 'utf-8'})", True),
        ("readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))", True),
        ("readdirSync(folder).filter(name => name.endsWith('.md'))", False),
        ("os.listdir(os.environ['WHERE'])", True),
        ("glob('*.md')", False),
        ("open(name)", False),
        ("globalThis.setup(name); global.x", False),
    ],
)
def test_a_folder_is_listed_whose_name_is_not_written_down(code: str, whole: bool) -> None:
    assert lists(code) is whole
