"""The proof as JSON; the schema is docs/schema/proof.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from stagewright.model.proof import Accounting, Proof
from stagewright.report.json_text import json_text


def document(proof: Proof) -> dict[str, object]:
    """The proof as plain data; sizes in bytes, times in seconds, null where not measured."""
    scope = proof.scope
    return {
        "verdict": proof.verdict,
        "reasons": list(proof.reasons),
        "hints": list(proof.hints),
        "scope": {
            "platform": scope.platform,
            "arguments": dict(scope.arguments),
            "target": scope.target,
            "original": scope.original,
            "not_seen": list(scope.not_seen),
        },
        "before": asdict(proof.before),
        "after": asdict(proof.after),
        "accounting": _accounting(proof.accounting),
        "broken": [asdict(item) for item in proof.broken],
        "configuration": [asdict(item) for item in proof.configuration],
        "behaviour": [asdict(item) for item in proof.behaviour],
        "rules": [asdict(item) for item in proof.rules],
        "probes": [asdict(item) for item in proof.probes],
        "candidates": proof.candidates,
        "given_up": [asdict(item) for item in proof.given_up],
        "obstacles": list(proof.obstacles),
        "added": [asdict(item) for item in proof.added],
        "strategy": proof.strategy,
        "files": [{"path": path, "content": content} for path, content in proof.files],
    }


def to_json(proof: Proof) -> str:
    return json_text(document(proof))


def _accounting(accounting: Accounting) -> dict[str, object]:
    return {
        "sources": _counted(accounting.sources),
        "left_behind": _counted(accounting.left_behind),
        "unexplained": [asdict(item) for item in accounting.unexplained],
        "masked": list(accounting.masked),
    }


def _counted(books: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    return {name: {"count": count, "bytes": size} for name, (count, size) in sorted(books.items())}
