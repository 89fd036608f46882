from __future__ import annotations

from stagewright.evidence.records import RECORD, recorded

SITE = "/venv/lib/python3.13/site-packages"
LIST = f"{SITE}/bottle-0.13.dist-info/RECORD"
CONTENT = b"""bottle.py,sha256=abc,100
bottle-0.13.dist-info/RECORD,,
../../../bin/bottle.py,sha256=abc,100
"with,comma.txt",sha256=abc,1
gone.py,sha256=abc,1
no list
"""


def test_a_list_names_files_wherever_they_lie_and_their_byte_code() -> None:
    cached = f"{SITE}/__pycache__/bottle.cpython-313.pyc"
    other = f"{SITE}/__pycache__/six.cpython-313.pyc"
    inside = {f"{SITE}/bottle.py", LIST, "/venv/bin/bottle.py", f"{SITE}/with,comma.txt", cached}
    assert recorded(LIST, CONTENT, {*inside, other, "/venv/bin/python"}) == inside


def test_the_place_tells_the_distribution() -> None:
    found = RECORD.fullmatch(LIST)
    assert found is not None
    assert (found["site"], found["name"]) == (SITE, "bottle")
    assert RECORD.fullmatch(f"{SITE}/bottle.py") is None
