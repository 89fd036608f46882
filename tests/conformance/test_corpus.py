"""Real Dockerfiles: each round-trips and agrees with BuildKit on everything that it says."""

from __future__ import annotations

from stagewright.dockerfile import DockerfileSyntaxError, apply_edits, parse
from tests.conformance.buildkit import ask, corpus
from tests.conformance.compare import difference


def test_the_corpus_agrees_with_buildkit() -> None:
    files = corpus()
    answers = ask(files.values())
    differences = {
        name: found
        for (name, data), answer in zip(files.items(), answers)
        if (found := difference(data, answer))
    }
    assert len(files) > 2000
    assert differences == {}


def test_the_corpus_round_trips() -> None:
    for name, data in corpus().items():
        text = data.decode("utf-8", "surrogateescape")
        try:
            df = parse(text)
        except DockerfileSyntaxError:
            continue
        assert apply_edits(df.text, []).encode("utf-8", "surrogateescape") == data, name
        for instruction in df.instructions:
            written = text[instruction.span.start : instruction.span.end]
            assert written[:1].upper() == instruction.keyword[:1], name
            assert not written.endswith("\n"), name
