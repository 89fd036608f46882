"""Where the lab keeps what it makes: one cache folder, and one short folder for sockets and state."""

import hashlib
import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stagewright-lab"
# A Unix socket's path may not exceed about 100 characters, and a cache folder may lie anywhere.
RUN = Path("/run") / f"stagewright-lab-{hashlib.sha256(str(CACHE).encode()).hexdigest()[:8]}"

DOWNLOADS = CACHE / "downloads"
ARCHIVES = CACHE / "archives"
CLIENT_CONFIG = CACHE / "client"
LOCK = CACHE / "lock"
# There when the last `up` found that the machine's own engine reaches a registry.
MACHINE_ENGINE = CACHE / "machine-engine"
# What is found in it when `up` starts is of one that was interrupted.
TEMPORARY = CACHE / "temporary"
