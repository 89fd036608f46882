"""An inventory made by hand."""

from stagewright.model.inventory import Example, FolderUse, Inventory, LayerUse, PackageUse, Waste

INVENTORY = Inventory(
    name="app\x1b",
    platform="linux/amd64",
    size=5_000_000,
    stored=4_000_000,
    visible=3_000_000,
    files=12,
    layers=(
        LayerUse(0, "sha256:0", "ADD rootfs.tar /", 3_000_000, 11, 2_500_000, {"deleted later": 1_000_000}),
        LayerUse(1, "sha256:1", "", 2_000_000, 1, 1_500_000, {}),
    ),
    folders=(FolderUse("/usr", 2_000_000, 9), FolderUse("/usr/caf\udce9", 1_000_000, 1)),
    packages_found=3,
    packages=(
        PackageUse("dpkg", "git", "2.39", 1_000_000, 5, 0),
        PackageUse("node", "hono", "", 2000, 1, 1),
    ),
    waste=(
        Waste(
            "deleted later",
            "why it is",
            1_000_000,
            3,
            (
                Example("/tmp", 999_000, 2, 0, "deleted by layer 1"),
                Example("/a", 1000, 1, 0, ""),
            ),
        ),
    ),
)
EMPTY = Inventory("none", "linux/", 0, 0, 0, 0, (), (), 0, (), ())
