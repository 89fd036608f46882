import os
from pathlib import Path

import pytest

from stagewright.engine.procfs import is_of, layer, listening, mapped, socket_tables, written

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TCP = (
    HEAD
    + "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1\n"
    + "   1: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 2 1\n"
    + "   2: 0B00007F:C001 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 2 1\n"
    + "   3: 0200000A:1F90 0300000A:C000 01 00000000:00000000 00:00000000 00000000  1000        0 3 1\n"
)
TCP6 = (
    HEAD
    + "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0 0 0 0\n"
    + "   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0 0 0 0\n"
    + "   2: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A 0 0 0 0\n"
)
UDP = HEAD + "   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000  0 0 4 2\n"


def test_bound_ports() -> None:
    tables = {"tcp": TCP, "tcp6": TCP6, "udp": UDP, "udp6": HEAD}
    assert listening(tables) == ("53/udp", "80/tcp@local", "81/tcp@local", "3000/tcp@local", "8080/tcp")


def test_tables_are_read_as_far_as_they_can_be(tmp_path: Path) -> None:
    (tmp_path / "7" / "net").mkdir(parents=True)
    (tmp_path / "7" / "net" / "tcp").write_text(TCP)
    assert socket_tables(7, tmp_path) == {"tcp": TCP}
    assert socket_tables(8, tmp_path) == {}


def test_files_in_memory(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "maps").write_text(
        "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/a b\n"
        "00e03000-00e24000 rw-p 00000000 00:00 0           [heap]\n"
        "7f00000000-7f00001000 rw-p 00000000 00:00 0\n"
    )
    assert mapped([7, 8], tmp_path) == {"/usr/bin/a b"}


def test_a_process_of_another_machine_has_another_container(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "mountinfo").write_text(
        "149 65 0:39 / / rw,relatime - overlay overlay rw,lowerdir=/l\n"
        "160 149 254:0 /var/lib/docker/containers/abc/hostname /etc/hostname rw - ext4 /dev/vda rw\n"
    )
    assert [is_of(pid, name, tmp_path) for pid, name in ((7, "abc"), (7, "ab"), (8, "abc"))] == [
        True,
        False,
        False,
    ]


def test_the_layer_of_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    folder = tmp_path / "upper"
    (folder / "srv" / "data").mkdir(parents=True)
    (folder / "srv" / "link").symlink_to("/etc")
    (folder / "gone").write_text("")
    (tmp_path / "7").mkdir()
    mounts = tmp_path / "7" / "mountinfo"
    root = f"149 65 0:39 / / rw,relatime - overlay overlay rw,lowerdir=/l:/m,upperdir={folder},workdir=/w\n"
    other = "1 149 0:5 / /mnt rw - overlay overlay rw,lowerdir=/l,upperdir=/other,workdir=/w\n"
    mounts.write_text(other + root)
    assert layer(7, tmp_path) == folder
    assert written(folder) == ("/gone", "/srv", "/srv/data", "/srv/link")
    for text in (other, root.replace("upper,", "elsewhere,"), root.replace(" overlay ", " ext4 ", 1)):
        mounts.write_text(text)
        assert layer(7, tmp_path) is None
    mounts.write_text(root)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert layer(7, tmp_path) is None
