from dataclasses import replace

from stagewright.report.image_text import render
from tests.unit.report.inventories import EMPTY, INVENTORY


def test_the_whole_report() -> None:
    assert render(INVENTORY) == (
        "app\\x1b (linux/amd64)\n"
        "  5.0 MB in 2 layers, 12 files\n"
        "  4.0 MB stored, 3.0 MB visible: efficiency 75.0 %\n"
        "  1.0 MB waste: 25.0 % of what is stored\n"
        "\n"
        "Waste\n"
        "     1.0 MB  deleted later (3 files): why it is\n"
        "                999.0 kB  /tmp (2 files, layer 0, deleted by layer 1)\n"
        "                  1.0 kB  /a (layer 0)\n"
        "\n"
        "Layers\n"
        "           size   files     waste  instruction\n"
        "    0    3.0 MB      11    1.0 MB  ADD rootfs.tar /\n"
        "    1    2.0 MB       1       0 B  not known\n"
        "\n"
        "Folders\n"
        "     2.0 MB       9 files  /usr\n"
        "     1.0 MB       1 files  /usr/caf\\xdce9\n"
        "\n"
        "Packages\n"
        "     1.0 MB       5 files  git 2.39 (dpkg, layer 0)\n"
        "     2.0 kB       1 files  hono (node, layer 1)\n"
        "  … and 1 more (--top)\n"
    )


def test_an_empty_image() -> None:
    assert render(EMPTY) == (
        "none (linux/)\n"
        "  0 B in 0 layers, 0 files\n"
        "  0 B stored, 0 B visible: efficiency 100.0 %\n"
        "  0 B waste: 0.0 % of what is stored\n"
        "\n"
        "Layers\n"
        "           size   files     waste  instruction\n"
    )


def test_a_long_instruction_is_one_short_line() -> None:
    layer = replace(INVENTORY.layers[0], created_by="RUN one \\\n  " + "x" * 200)
    lines = render(replace(INVENTORY, layers=(layer,))).splitlines()
    (line,) = [line for line in lines if "RUN one" in line]
    assert line.endswith("x…")
    assert "RUN one \\ xxx" in line
    assert len(line) < 140
