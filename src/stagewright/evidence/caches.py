"""Caches, logs and the installers' own records: by their places."""

from __future__ import annotations

import re

from stagewright.model.fact import Reason

_CACHES = (
    "/root/.npm/", "/root/.cache/", "/root/.bun/install/cache/", "/root/.yarn/", "/root/.node-gyp/",
    "/root/.cargo/registry/", "/root/.m2/", "/root/.gradle/", "/root/.local/share/pnpm/store/",
    "/usr/local/share/.cache/", "/usr/local/cargo/registry/", "/var/cache/", "/go/pkg/", "/home/node/.npm/",
    "/home/bun/.bun/install/cache/", "/root/.config/go/", "/root/.nv/", "/tmp/", "/var/tmp/",  # noqa: S108
)  # fmt: skip
_OF_TOOLS = re.compile(
    r".*/node_modules/\.(?:cache|vite|vite-temp|tmp)(?:/.*)?|.*/\.(?:pytest|mypy|ruff)_cache(?:/.*)?"
)
_LOGS = re.compile(r"/var/log/.+|/root/(?:\.wget-hsts|\.bash_history|\.python_history|\.lesshst)")
_STATE = re.compile(
    r"/var/lib/(?:dpkg|apt|pam|ucf|systemd|polkit-1|update-rc\.d|dbus|python)(?:/.*)?|/etc/ld\.so\.cache"
    r"|/etc/\.pwd\.lock|/etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-|/var/lib/shells\.state"
)
# Written by packages' own scripts when they are installed.
_PACKAGE_EFFECTS = re.compile(
    r"/etc/alternatives/.+|/etc/ssl/certs/.+|/etc/(?:rc\w\.d|init\.d|cron\.\w+|systemd|dbus-1)/.+|/etc/mailcap"
    r"|/usr/share/(?:applications|mime|icons|info|glib-2\.0/schemas|fonts)/.+|/etc/(?:fonts|X11|vim|emacs)/.+"
    r"|/etc/ca-certificates\.conf|/etc/ca-certificates/.*|/var/lib/(?:ghostscript|texmf|emacsen-common|sgml-base|xml-core)/.+"
)


def reason_by_place(path: str, type_: str) -> Reason | None:
    """A reason that the place alone gives. The directories themselves count as their content does."""
    inside = path + "/" if type_ == "dir" else path
    if inside.startswith(_CACHES) or _OF_TOOLS.fullmatch(path):
        return Reason("cache", "a cache or temporary file of the build")
    if _LOGS.fullmatch(path):
        return Reason("log", "a log or history of the build")
    if _STATE.fullmatch(path):
        return Reason("installer state", "the package manager's own record")
    return None


def package_effect(path: str) -> bool:
    """Whether the installation of distribution packages writes such a path by itself."""
    return bool(_PACKAGE_EFFECTS.fullmatch(path)) or bool(_STATE.fullmatch(path))
