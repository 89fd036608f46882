"""What installers note about themselves: checked as what remains after a subtraction."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_NOTES = re.compile(
    r"/var/lib/(?:dpkg|apt|pam|ucf|systemd/deb-systemd-helper-(?:enabled|masked))(?:/.*)?"
    r"|/var/cache/(?:apt|apk|dnf|libdnf5|yum|debconf|ldconfig|man|fontconfig)(?:/.*)?"
    r"|/var/log/(?:apt(?:/.*)?|(?:dpkg|alternatives|bootstrap|fontconfig|apk)\.log|faillog|lastlog|[bw]tmp)"
    r"|/etc/ld\.so\.cache"
    r"|/etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-"
    r"|/etc/\.pwd\.lock"
    r"|/usr/share/info/dir(?:\.old)?"
    r"|/var/log/(?:dnf\S*|hawkey|yum)\.log"
    r"|/(?:usr/lib/sysimage|var/lib)/(?:rpm/(?:rpmdb\.sqlite.*|\.rpm\.lock)|(?:dnf|libdnf5|yum)(?:/.*)?)"
    r"|/(?:usr/)?lib/apk(?:/.*)?|/etc/apk/world"
)
_NODE = ("/node_modules/.package-lock.json",)
_HINTS = ("/node_modules/.yarn-integrity", "/node_modules/.modules.yaml", "/node_modules/.yarn-state.yml")
# How a package is needed, not what it is.
_MARKS = ("dev", "devOptional", "optional", "peer")


def is_note(path: str) -> bool:
    """Whether the system's own installers wrote it for themselves; no application's data lie there."""
    return bool(_NOTES.fullmatch(path))


def compared_by_content(path: str) -> bool:
    """Whether `remains` can judge the file."""
    return path.endswith((*_NODE, *_HINTS)) or (path.endswith("/RECORD") and ".dist-info/" in path)


def remains(path: str, before: bytes, after: bytes) -> bool:
    """Whether `after` says what `before` said of all that is still there, and nothing else."""
    if path.endswith(_NODE):
        return _lock_remains(before, after)
    if path.endswith("/RECORD"):
        return _record(after) <= _record(before)
    return True


def _lock_remains(before: bytes, after: bytes) -> bool:
    try:
        old, new = (json.loads(text)["packages"] for text in (before, after))
        return all(name in old and _plain(entry) == _plain(old[name]) for name, entry in new.items())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in _MARKS}


def _record(text: bytes) -> set[bytes]:
    """The files of a distribution, byte code apart."""
    return {line for line in text.splitlines() if b"/__pycache__/" not in line and b".pyc," not in line}
