"""The proof for a reader: the verdict first, then why, then what was compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from stagewright.model.fact import UNSHOWN
from stagewright.model.proof import BehaviourDifference, ConfigDifference, ProbeResult, Proof, Side
from stagewright.model.run import Answer
from stagewright.report.check_text import printable
from stagewright.report.design_markdown import size_text

_ROWS = 20


def render(proof: Proof) -> str:
    """Plain text."""
    given_up = [f"  {item.hardening}: {item.reasons[0]}" for item in proof.given_up]
    blocks: tuple[tuple[str, Iterable[str]], ...] = (
        ("", _verdict(proof)),
        ("", _sides(proof.before, proof.after) if _is_compared(proof) else ()),
        ("Files", _files(proof)),
        ("Configuration", _differences(proof.configuration)),
        ("Behaviour", _differences(proof.behaviour)),
        ("Probes", _probes(proof.probes)),
        ("Given up", given_up),
        ("Tried before", _cut([f"  {item}" for item in proof.obstacles])),
        ("Added", _cut([f"  {', '.join(_cut(item.paths))}: {item.why}" for item in proof.added])),
        ("Rules", [f"  {rule.outcome:<13} {rule.rule}: {rule.evidence}" for rule in proof.rules]),
        ("Not seen", [f"  {item}" for item in proof.scope.not_seen]),
    )
    parts = []
    for head, lines in ((head, list(lines)) for head, lines in blocks):
        if lines:
            parts.append("\n".join(printable(line) for line in ([head] if head else []) + lines))
    return "\n\n".join(parts) + "\n"


def _verdict(proof: Proof) -> Iterator[str]:
    compared = f": compared with {proof.scope.original}{_scope(proof)}" if _is_compared(proof) else ""
    yield f"{proof.verdict}{compared}"
    yield from (f"  - {reason}" for reason in _cut(proof.reasons))
    yield from (f"  hint: {hint}" for hint in proof.hints)


def _is_compared(proof: Proof) -> bool:
    """Not where there was nothing to design, or nothing to build it with."""
    return (proof.before, proof.after) != (Side(), Side())


def _scope(proof: Proof) -> str:
    scope = proof.scope
    said = [scope.platform, f"target {scope.target}" if scope.target else ""]
    said += [f"{name}={value}" for name, value in scope.arguments]
    said += ["bold"] if UNSHOWN in proof.accounting.left_behind else []
    parts = [part for part in said if part]
    return f" ({', '.join(parts)})" if parts else ""


def _sides(before: Side, after: Side) -> Iterator[str]:
    rows = (
        ("size", size_text(before.size), size_text(after.size), _ratio(before.size, after.size)),
        *_measured("compressed", before.size_compressed, after.size_compressed),
        *_measured("above the base", before.size_above_base, after.size_above_base),
        *_timed("cold build", before.build_seconds, after.build_seconds),
        *_timed("rebuild after an edit", before.rebuild_seconds, after.rebuild_seconds),
        ("healthy", _yes(before.healthy), _yes(after.healthy), ""),
        ("user", before.user or "not seen", after.user or "not seen", ""),
    )
    yield f"{'':<22} {'before':>14} {'after':>14}"
    yield from (f"{name:<22} {old:>14} {new:>14}  {ratio}".rstrip() for name, old, new, ratio in rows)


def _measured(name: str, before: int | None, after: int | None) -> Iterator[tuple[str, str, str, str]]:
    if before is not None or after is not None:
        yield name, size_text(before), size_text(after), _ratio(before, after)


def _timed(name: str, before: float | None, after: float | None) -> Iterator[tuple[str, str, str, str]]:
    if before is not None or after is not None:
        yield name, _seconds(before), _seconds(after), ""


def _seconds(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1f} s"


def _ratio(before: float | None, after: float | None) -> str:
    return f"{100 * after / before:.0f} %" if before and after is not None else ""


def _yes(value: bool | None) -> str:
    return {None: "no check", True: "yes", False: "no"}[value]


def _files(proof: Proof) -> Iterator[str]:
    books = proof.accounting
    yield from _counted("from", books.sources)
    yield from _counted("left behind:", books.left_behind)
    if books.masked:
        yield f"  {len(books.masked)} paths differ between two builds of the original itself"
    yield from _cut(
        [
            f"  unexplained: {item.path}: {item.what}{f' ({item.detail})' if item.detail else ''}"
            for item in books.unexplained
        ]
    )


def _counted(what: str, books: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    for name, (count, size) in sorted(books.items(), key=lambda item: (-item[1][1], item[0])):
        yield f"  {count:>7} paths {size_text(size):>10}  {what} {name}"


def _differences(items: Sequence[ConfigDifference | BehaviourDifference]) -> Iterator[str]:
    for item in items:
        by = f"by {item.hardening}" if item.hardening else "NOT DECLARED"
        yield f"  {item.subject}: {_short(item.before)} → {_short(item.after)}  [{by}]"


def _probes(probes: Sequence[ProbeResult]) -> Iterator[str]:
    for result in probes:
        if result.same:
            yield f"  same   {result.probe}: {_answer(result.after)}"
        else:
            yield f"  DIFFER {result.probe}: {_answer(result.before)} → {_answer(result.after)}"


def _answer(answer: Answer | None) -> str:
    if answer is None:
        return "not asked"
    if answer.error:
        return _short(answer.error)
    said = [] if answer.status is None else [str(answer.status)]
    said += [_short(answer.body)] if answer.body else []
    return " ".join(said) or ("ok" if answer.ok else "no answer")


def _short(text: str) -> str:
    line = " ".join(text.split()) or "(nothing)"
    return line if len(line) <= 100 else line[:99] + "…"


def _cut(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:_ROWS]
    if len(lines) > _ROWS:
        yield f"  … and {len(lines) - _ROWS} more; --format json has them all"
