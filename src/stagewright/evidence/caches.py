"""Caches, logs and the installers' own records: by their places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from stagewright.model.fact import Reason

# Where tools that install and build keep copies, and the programs that would read them again in a run.
# What else lies in a cache folder (models, browsers, corepack's managers) may be what a run needs.
_CACHES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (place, frozenset(readers.split()))
    for places, readers in (
        ("/root/.npm/ /home/node/.npm/ /root/.node-gyp/ /root/.cache/node-gyp/", "npx"),
        ("/root/.bun/install/cache/ /home/bun/.bun/install/cache/", "bunx"),
        ("/root/.yarn/ /usr/local/share/.cache/yarn/ /root/.cache/yarn/", "yarn"),
        ("/root/.local/share/pnpm/store/ /root/.cache/pnpm/", "pnpm pnpx"),
        (
            "/root/.cache/pip/ /root/.cache/pypoetry/ /root/.cache/pdm/ /root/.cache/pipenv/",
            "pip poetry pdm pipenv",
        ),
        ("/root/.cache/uv/", "uv uvx"),
        ("/go/pkg/ /root/go/pkg/ /root/.cache/go-build/ /root/.config/go/", "go"),
        ("/root/.cargo/registry/ /usr/local/cargo/registry/", "cargo"),
        ("/root/.m2/", "mvn mvnw"),
        ("/root/.gradle/", "gradle gradlew"),
        ("/var/cache/apt/ /var/cache/debconf/ /var/cache/ldconfig/ /var/cache/man/ /var/cache/apk/", ""),
        ("/etc/apk/cache/ /var/cache/dnf/ /var/cache/libdnf5/ /var/cache/yum/ ", ""),
        ("/var/cache/fontconfig/ /var/cache/dictionaries-common/ /root/.nv/", ""),
    )
    for place in places.split()
)
_TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108
_OF_TOOLS = re.compile(
    r".*/node_modules/\.(?:cache|vite|vite-temp|tmp)(?:/.*)?|.*/\.(?:pytest|mypy|ruff)_cache(?:/.*)?"
)
_LOGS = re.compile(
    r"/var/log/(?:apt(?:/.*)?|(?:dpkg|alternatives|fontconfig|bootstrap|apk)\.log|lastlog|faillog|[bw]tmp)"
    r"|/var/log/(?:dnf\S*|hawkey|yum)\.log"
    r"|/root/(?:\.wget-hsts|\.bash_history|\.python_history|\.lesshst)"
)
_STATE = re.compile(
    r"/var/lib/(?:dpkg|apt|pam|ucf|systemd|polkit-1|update-rc\.d|dbus|python)(?:/.*)?|/etc/ld\.so\.cache"
    r"|/etc/\.pwd\.lock|/etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-|/var/lib/shells\.state"
    r"|/(?:usr/)?lib/apk(?:/.*)?|/etc/apk/world"
    r"|/(?:usr/lib/sysimage|var/lib)/(?:rpm/(?:rpmdb\.sqlite.*|\.rpm\.lock)|(?:dnf|libdnf5|yum)(?:/.*)?)"
)
# Written by packages' own scripts when they are installed.
_PACKAGE_EFFECTS = re.compile(
    r"/etc/alternatives/.+|/etc/ssl/certs/.+|/etc/(?:rc\w\.d|systemd)/.+|/etc/mailcap"
    r"|/usr/share/(?:applications|mime|icons|info|glib-2\.0/schemas|fonts)/.+|/etc/(?:fonts|X11|vim|emacs)/.+"
    r"|/etc/ca-certificates\.conf|/etc/ca-certificates/.*|/var/lib/(?:ghostscript|texmf|emacsen-common|sgml-base|xml-core)/.+"
)


def reason_by_place(
    path: str, type_: str, *, programs: frozenset[str], by: str, named: frozenset[str]
) -> Reason | None:
    """A reason that the place alone gives. The directories themselves count as their content does.

    `programs` are those that are started or called, `by` what made the layer, `named` what code, settings and
    the start name.
    """
    inside = path + "/" if type_ == "dir" else path
    if any(inside.startswith(place) and not programs & readers for place, readers in _CACHES):
        return Reason("cache", "a cache of what installed or built")
    if _OF_TOOLS.fullmatch(path):
        above = (path[:end] for end in range(len(path), 0, -1))
        kept = any(one in named and _OF_TOOLS.fullmatch(one) for one in above)
        return None if kept else Reason("cache", "a cache of what built")
    copied = by.startswith(("COPY", "ADD"))
    if inside.startswith(_TEMPORARY) and path + "/" not in _TEMPORARY and not copied:
        if path.rpartition("/")[2] not in named and not any(
            path[:end] in named for end in range(6, len(inside) + 1)
        ):
            return Reason("cache", "a temporary file of the build")
        return None
    if _LOGS.fullmatch(path):
        return Reason("log", "a log or history of the build")
    if _STATE.fullmatch(path):
        return Reason("installer state", "the package manager's own record")
    return None


def temporary_homes(env: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The folders of temporary files in which a variable has something stay: a home, a cache of models."""
    return tuple(
        place
        for name, value in env
        for place in _TEMPORARY
        if value.rstrip("/") + "/" == place and name not in ("TMPDIR", "TMP", "TEMP")
    )


def is_scratch(path: str) -> bool:
    """Whether a run may write there without anybody missing it: a tool's cache, a temporary file."""
    inside = path + "/"
    return (
        inside.startswith((*_TEMPORARY, "/root/.npm/", "/home/node/.npm/", "/home/bun/.bun/"))
        or bool(_OF_TOOLS.fullmatch(path))
        or any(inside.startswith(place) for place, _ in _CACHES)
    )


def package_effect(path: str) -> bool:
    """Whether the installation of distribution packages writes such a path by itself."""
    return bool(_PACKAGE_EFFECTS.fullmatch(path)) or bool(_STATE.fullmatch(path))
