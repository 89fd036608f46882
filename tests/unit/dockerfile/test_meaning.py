"""Expansion, scopes, the graph, mounts."""

from __future__ import annotations

import pytest

from stagewright.budget import MAX_LENGTH, TooLong
from stagewright.dockerfile import (
    DockerfileSyntaxError,
    DockerfileTooLong,
    LanguageError,
    Mount,
    dependencies,
    expand_word,
    expanded_base,
    mounts,
    parse,
    parse_mount,
    reachable,
    stage_environment,
)
from stagewright.errors import UsageError


def test_modifiers() -> None:
    env = {"v": "a.b.c", "empty": ""}
    expected = {
        "${v#*.}": "b.c",
        "${v##*.}": "c",
        "${v%.*}": "a.b",
        "${v%%.*}": "a",
        "${v/./-}": "a-b.c",
        "${v//./-}": "a-b-c",
        "${empty:-x}${empty-x}": "x",
        "${none:+x}${v:+y}": "y",
        '"${none:-a b}"': "a b",
        "'$v'\\$v": "$v$v",
    }
    assert {word: expand_word(word, env) for word in expected} == expected
    with pytest.raises(LanguageError, match="none: is needed"):
        expand_word("${none:?is needed}", env)


def test_patterns_do_not_explode() -> None:
    env = {"v": "a" * 5_000}
    assert expand_word("${v%%*" + "a*" * 30 + "b}", env) == env["v"]
    assert expand_word("${v##" + "*a" * 30 + "}", env) == ""


def test_nesting_has_a_limit_and_says_so() -> None:
    assert expand_word("${a:-" * 40 + "x" + "}" * 40, {}) == "x"
    with pytest.raises(LanguageError, match="nested"):
        expand_word("${a:-" * 12_000 + "}" * 12_000, {})


@pytest.mark.parametrize(
    "word",
    [
        "$v" * 100_000,
        '"${v:-x}"' * 100_000,
        "${none:+$v}" * 100_000,
        "${v//x/$v}",
        "${v//*/" + "\\$0" * 100_000 + "}",
    ],
)
def test_a_word_that_stands_for_too_much_ends(word: str) -> None:
    with pytest.raises(TooLong, match="too long"):
        expand_word(word, {"v": "x" * (MAX_LENGTH // 8)})


def _doubling(keyword: str) -> str:
    return "".join(f"{keyword} A{number + 1}=$A{number}$A{number}\n" for number in range(60))


def test_values_that_double_line_by_line_end_with_their_place() -> None:
    df = parse(f"ARG A0=xxxxxxxx\n{_doubling('ARG')}FROM a$A60\n", "d")
    with pytest.raises(DockerfileTooLong, match=r"^d:\d+:1: .* too long"):
        expanded_base(df, df.stages[0])
    df = parse(f"FROM a\nENV A0=xxxxxxxx\n{_doubling('ENV')}", "d")
    with pytest.raises(DockerfileTooLong, match=r"^d:\d+:1: .* too long"):
        stage_environment(df, df.stages[0])


def test_many_long_values_end_too() -> None:
    copies = " ".join(f"B{number}=$A" for number in range(5_000))
    df = parse(f"FROM a\nARG A\nENV {copies}\n")
    given = {"A": "x" * (MAX_LENGTH // 2)}
    with pytest.raises(DockerfileTooLong, match=":3:1: "):
        stage_environment(df, df.stages[0], given)


def test_one_instruction_sees_one_snapshot() -> None:
    df = parse("ARG G=1\nFROM a\nARG G\nARG L=$G.2 M=$L\nENV x=1 y=$x$M\nENV z=$x\nRUN echo\n")
    last = stage_environment(df, df.stages[0])[-1]
    assert [last[name] for name in "GLMxyz"] == ["1", "1.2", "1.2", "1", "1.2", "1"]
    first = stage_environment(df, df.stages[0])[0]
    assert first == {}


def test_build_args_need_an_arg_and_win_over_defaults() -> None:
    df = parse("ARG V=1\nFROM a:$V\nARG L=x\nENV l=$L n=$N\n")
    assert expanded_base(df, df.stages[0]) == "a:1"
    assert expanded_base(df, df.stages[0], {"V": "2"}) == "a:2"
    last = stage_environment(df, df.stages[0], {"L": "y", "N": "no"})[-1]
    assert (last["l"], last["n"]) == ("y", "")


def test_a_stage_inherits_the_environment_below() -> None:
    df = parse("FROM a AS base\nENV x=1\nFROM base\nENV y=$x$p\n")
    last = stage_environment(df, df.stages[1], base_env={"p": "q"})[-1]
    assert last == {"p": "q", "x": "1", "y": "1q"}


def test_an_expansion_that_fails_has_a_place() -> None:
    df = parse("FROM a\n  ENV x=${y\n")
    with pytest.raises(DockerfileSyntaxError) as caught:
        stage_environment(df, df.stages[0])
    assert (caught.value.line, caught.value.column) == (2, 3)


GRAPH = """\
ARG B=one
FROM x AS one
FROM $B AS two
FROM y AS unused
COPY --from=img:1 a b
FROM scratch AS gate
COPY --from=TWO /a /
RUN --mount=type=bind,from=one,target=/m --mount=type=cache,target=/c true
COPY --from=0 /a /
COPY --from=ctx /a /
"""


def test_references_resolve_to_stages_images_and_contexts() -> None:
    df = parse(GRAPH)
    found = [
        (reference.via, reference.kind, reference.name, reference.stage and reference.stage.index)
        for reference in dependencies(df, df.stages[3], contexts={"ctx"})
    ]
    assert found == [
        ("from", "image", "scratch", None),
        ("copy", "stage", "TWO", 1),
        ("mount", "stage", "one", 0),
        ("copy", "stage", "0", 0),
        ("copy", "context", "ctx", None),
    ]
    assert dependencies(df, df.stages[1])[0].stage is df.stages[0]
    assert dependencies(df, df.stages[1], {"B": "img"})[0].kind == "image"


def test_reachable_stages() -> None:
    df = parse(GRAPH)
    assert [stage.index for stage in reachable(df)] == [0, 1, 3]
    assert [stage.index for stage in reachable(df, "unused")] == [2]
    assert [stage.index for stage in reachable(df, None, contexts={"two"})] == [0, 3]
    with pytest.raises(UsageError, match=r'target stage "twoo" could not be found \(did you mean two\?\)'):
        reachable(df, "twoo")


def test_a_stage_that_copies_from_itself_ends() -> None:
    assert len(reachable(parse("FROM a AS b\nCOPY --from=b x y\n"))) == 1


def test_thousands_of_stages() -> None:
    df = parse("FROM a AS s0\n" + "".join(f"FROM s{index} AS s{index + 1}\n" for index in range(1_000)))
    assert len(reachable(df)) == 1_001


def test_mounts() -> None:
    df = parse(
        "FROM a\nRUN --mount=target=$T --mount=type=secret,id=k,env=K "
        '--mount="type=cache,dst=/c,sharing=locked" x\n'
    )
    bind, secret, cache = mounts(df.instructions[1], lambda value: value.replace("$T", "/t"))
    assert bind == Mount(target="/t")
    assert (secret.type, secret.id, secret.env, secret.readonly) == ("secret", "k", "K", True)
    assert (cache.type, cache.target, cache.sharing, cache.readonly) == ("cache", "/c", "locked", False)
    assert parse_mount('type=tmpfs,size=2k,"target=/a,b"') == Mount(
        "tmpfs", target="/a,b", size=2048, readonly=False
    )
    assert parse_mount("type=bind,rw").readonly is False
    assert parse_mount("type=cache,mode=0755,uid=10").mode == 0o755


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("type=bund", 'unsupported mount type "bund" (did you mean bind?)'),
        ("targte=/x", "unexpected key 'targte' in 'targte=/x' (did you mean target?)"),
        ("type=bind,uid=1", 'uid not allowed for "bind" type mounts'),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("required", "unexpected key 'required' for mount type 'bind'"),
        ("target", "invalid field 'target' must be a key=value pair"),
        (
            'type="x',
            'failed to parse csv mounts: parse error on line 1, column 6: bare " in non-quoted-field',
        ),
    ],
)
def test_mounts_that_are_refused(text: str, reason: str) -> None:
    with pytest.raises(LanguageError) as caught:
        parse_mount(text)
    assert caught.value.reason == reason
