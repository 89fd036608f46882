import pytest

from stagewright.proof.likeness import alike


@pytest.mark.parametrize(
    ("first", "second", "new", "same"),
    [
        ("ready", "ready", "ready", True),
        ("ready", "ready", "steady", False),
        ("ready", "ready", "ready\nmore", False),
        ("items: 3", "items: 3", "items: 4", False),
        ("up in 12 ms", "up in 12 ms", "up in 90 ms", True),
        ("took 1.5s", "took 1.5s", "took 2.5s", True),
        ("waits 30 s", "waits 30 s", "waits 60 s", False),
        ("2026-01-02T03:04:05Z up", "2026-01-02T03:04:05Z up", "2027-01-02T03:04:06Z up", True),
        ("[7] [INFO] pid: 8", "[7] [INFO] pid: 8", "[9] [INFO] pid: 11", True),
        ("server process [1]", "server process [1]", "server process [7]", True),
        ("[7]", "[7]", "[8]", False),
        (
            "at http://0.0.0.0:80 (7)\nup",
            "at http://0.0.0.0:80 (7)\nup",
            "at http://0.0.0.0:80 (1)\nup",
            True,
        ),
        ("port 7", "port 8", "port 9", True),
        ("port 7", "port 8", "uid 9", False),
        ("duration_ms=0.3 size=7", "duration_ms=0.3 size=7", "duration_ms=0.4916 size=7", True),
        ('{"latency":0.0003,"n":7}', '{"latency":0.0003,"n":7}', '{"latency":1.2e-05,"n":7}', True),
        ("duration_ms=0.3 size=7", "duration_ms=0.3 size=7", "duration_ms=0.3 size=8", False),
        ("conn:0x168ebb67900", "conn:0x168e1267900", "conn:0x16e56b14700", True),
        ("conn:0x168ebb67900", "conn:0x168ebb67900", "conn:0x16e56b14700", False),
        ("port 7\nitems: 3", "port 8\nitems: 3", "port 9\nitems: 4", False),
        ("id 3fa85f64", "id 91bc02aa", "id 00ff12cd", True),
        ('etag: W/"305-ks64rVAkUU5W"', 'etag: W/"305-ZMtFPSHX6geE"', 'etag: W/"305-9+fiPa0AwNdf"', True),
        ('etag: W/"305-ks64rVAkUU5W"', 'etag: W/"305-ZMtFPSHX6geE"', 'etag: W/"305-9+fiPa0AwN"', False),
        ('etag: W/"305-ks64rVAkUU5W"', 'etag: W/"305-ks64rVAkUU5W"', 'etag: W/"305-9+fiPa0AwNdf"', False),
        ("ks64rVAkUU5W at home", "ZMtFPSHX6geE at home", "9+fiPa0AwNdf at work", False),
        ("ks64rVAkUU5W x1y2z3w4v5u6", "ZMtFPSHX6geE x1y2z3w4v5u6", "9+fiPa0AwNdf x1y2z3w4v5q6", False),
        ("to /api/v1/users-alpha", "to /api/v1/users-gamma", "to /api/v1/users-error", False),
        ("took over: alpha", "took over: gamma", "took over: delta", False),
        ("a\nb", "b\na", "b\na", True),
        ("a\nb", "b\na", "a", False),
        ("a\nb", "a", "a\nb\nc", False),
        ("a\nb", "a", "a", True),
        ("go\nWeb ▓▓▓░░░ 29.0% (1/7)\nup", "go\nup", "go\nWeb ▓░░░░░ 0.0% (0/1)\nup", True),
        ("go\n 29%|███  | 2/7", "go\n 39%|███  | 2/7", "go\n 41%|████ | 3/7\n 99%|████▉| 7/7", True),
        ("go\n 29%|███  | 2/7", "go\n 29%|███  | 2/7", "go\n 41%|████ | 3/7", False),
        ("go\n 29%|███  | 2/7", "go\n 39%|███  | 2/7", "no\n 29%|███  | 2/7", False),
        ("▓▓▓ shop", "▓▓▓ shop", "▓▓▓ bank", False),
        ("29.0% done", "29.0% done", "41.0% done", False),
    ],
)
def test_alike(first: str, second: str, new: str, same: bool) -> None:
    assert alike(first, second, new) is same
