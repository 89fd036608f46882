"""Secrets in what the user's instructions added to an image: in any layer, and in the history."""

from __future__ import annotations

import re

from stagewright.evidence.tree import ImageTree

_MAX_BYTES = 1 << 20
_CANDIDATES = re.compile(
    r".*/(?:\.env(?:\.\w+)?|\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|\.netrc|\.git-credentials|\.gitconfig|pip\.conf"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pem|key|p12|pfx|jks)|credentials|\.dockerconfigjson|auth\.json"
    r"|config\.json|service-account[^/]*\.json)"
)
_BY_NAME = re.compile(r".*/(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.git-credentials|\.netrc|\.pypirc)")
_CONTENT = re.compile(
    rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|_authToken\s*=\s*[\w-]{8,}|\bAKIA[0-9A-Z]{16}\b"
    rb"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bglpat-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bxox[abp]-[\w-]{10,}"
    rb"|://[^\s/:@$]+:[^\s/@$]{6,}@(?!localhost|127\.)"
)
_HISTORY = re.compile(
    r"\b(?P<name>\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS)\w*)=(?P<value>[^\s$]{4,})",
    re.IGNORECASE,
)


def secrets(tree: ImageTree, first_layer: int) -> tuple[str, ...]:
    """Where secrets lie: paths, and names in the history. Never the secret itself.

    Layers from `first_layer` on count. A file that a later layer removed is judged by its name alone.
    """
    found = set()
    candidates = []
    for layer in tree.layers[first_layer:]:
        for path in layer.added | layer.changed:
            if not _CANDIDATES.fullmatch(path):
                continue
            entry = tree.entries.get(path)
            if _BY_NAME.fullmatch(path):
                found.add(path if entry else f"{path} (removed later, and still in its layer)")
            elif entry and entry.type == "file" and entry.size <= _MAX_BYTES:
                candidates.append(path)
        found.update(f"{match['name']} in the history" for match in _HISTORY.finditer(layer.created_by))
    contents = tree.read_many(sorted(candidates))
    found.update(path for path, content in contents.items() if _CONTENT.search(content))
    return tuple(sorted(found))
