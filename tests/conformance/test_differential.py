"""Generated input, from pieces that are likely to break a parser: we and BuildKit say the same."""

from __future__ import annotations

import random

from stagewright.dockerfile import LanguageError, expand_word, expand_words
from stagewright.dockerfile.ignore import IgnoreRules
from stagewright.errors import UsageError
from tests.conformance.buildkit import ask
from tests.conformance.compare import difference

_KEYWORDS = (
    *(
        "FROM",
        "RUN",
        "COPY",
        "ADD",
        "ENV",
        "LABEL",
        "ARG",
        "CMD",
        "ENTRYPOINT",
        "HEALTHCHECK",
        "ONBUILD",
        "SHELL",
    ),
    *("USER", "WORKDIR", "EXPOSE", "VOLUME", "STOPSIGNAL", "MAINTAINER", "RNU", "run", "Copy", "ONBUILD RUN"),
)
_PIECES = (
    *(
        " ",
        " ",
        " ",
        "\t",
        "\\\n",
        "\\\n",
        "\\  \n",
        "`\n",
        "\\\\\n",
        "\n# note\n",
        "\n",
        "\r\n",
        "\\\r\n",
        "\n\n",
    ),
    *(
        "a",
        "b=c",
        "=",
        "x=",
        '"q r"',
        "'s t'",
        '"',
        "'",
        "\\",
        "\\ ",
        "\\\\",
        "`",
        "$X",
        "${X:-y}",
        "é",
        "\u00a0",
        "\x85",
    ),
    *(
        "--",
        "--from=x",
        "--link",
        "--link=maybe",
        "--mount=type=cache,target=/a",
        "--network=none",
        "--interval=5s",
    ),
    *(
        "--chown=é",
        "--from='a b'",
        "--platform=$P",
        '--mount=type=bind,"from=$x"',
        "--exclude=a",
        "--exclude=b",
        "--retries=x",
    ),
    *(
        '["a", "b"]',
        '["a"]',
        "[]",
        '["a",]',
        "['a']",
        "[1]",
        '["a", 1]',
        "[NaN]",
        '["\\u00e9\\ud800"]',
        '["a"] x',
        "[[]]",
    ),
    *(
        "<<E",
        "<<-E",
        '<<"E"',
        "<<'E F'",
        "3<<E",
        "<< E",
        '"<<E"',
        "<<E<<F",
        "\nE\n",
        "\n\tE\n",
        "\nF\n",
        "<<$E",
        "<<",
    ),
    *(
        "NONE",
        "CMD",
        "AS",
        "as",
        "stage",
        "1st",
        "/dst",
        "scratch",
        "/a b/",
        "ONBUILD",
        "#",
        " # x",
        "\v",
        "\x1f",
        "\u2003",
    ),
)
_HEADS = (
    "",
    "",
    "# escape=`\n",
    "# syntax=x\n# check=y\n",
    "\n",
    "\ufeff",
    "#escape = \\\n",
    "# a\n# escape=`\n",
    "#!x\n",
)
_WORD_PIECES = (
    *(
        "a",
        "b",
        "ab",
        "*",
        "?",
        "\\",
        "`",
        "'",
        '"',
        " ",
        "$",
        "{",
        "}",
        "/",
        "#",
        "%",
        ":",
        "-",
        "+",
        "x",
        "é",
        "<",
        "<<",
    ),
    *(
        "$A",
        "${A",
        "${A}",
        "${A:-",
        "${B-",
        "${A:+",
        "${B:?",
        "${A#",
        "${A##",
        "${A%",
        "${A%%",
        "${A/",
        "${A//",
        "${C/b/",
    ),
    *("\\*", "\\}", "\\/", "\\\\", "$1", "$$", "$@", "${}", "${1}", "[", ".", "(", "$0"),
)


def _dockerfile(choose: random.Random) -> bytes:
    text = choose.choice(_HEADS) + choose.choice(("FROM a\n", "FROM a AS b\n", ""))
    for _ in range(choose.randint(1, 4)):
        text += choose.choice(_KEYWORDS) + choose.choice((" ", " ", "\t", ""))
        text += "".join(
            choose.choice(_PIECES) + choose.choice(("", " ")) for _ in range(choose.randint(0, 6))
        )
        text += choose.choice(("\n", "\n", "\nE\n", ""))
    return text.encode()


def _cuts_a_character(data: bytes) -> bool:
    """BuildKit ends HEALTHCHECK's type in the middle of such a character; it refuses the type anyway."""
    return b"HEALTHCHECK" in data.upper() and (b"\xa0" in data or b"\x85" in data)


def test_generated_dockerfiles() -> None:
    choose = random.Random(20)  # noqa: S311
    files = [data for _ in range(6000) if not _cuts_a_character(data := _dockerfile(choose))]
    found = [(data, why) for data, answer in zip(files, ask(files)) if (why := difference(data, answer))]
    assert found == []


def test_generated_words() -> None:
    choose = random.Random(21)  # noqa: S311
    env = {"A": "abcabc/b", "C": "", "D": "*a?b\\"}
    head = "".join(f"{name}={value}\n" for name, value in env.items())
    cases = [
        (choose.choice("\\\\`"), "".join(choose.choice(_WORD_PIECES) for _ in range(choose.randint(1, 8))))
        for _ in range(8000)
    ]
    answers = ask((f"{escape}\n{head}\n{word}".encode() for escape, word in cases), "expand")
    wrong = []
    for (escape, word), answer in zip(cases, answers):
        try:
            ours: tuple[object, ...] = (
                expand_word(word, env, escape),
                list(expand_words(word, env, escape)),
                "",
            )
        except LanguageError as error:
            ours = ("", [], error.reason.partition(": ")[2])
        theirs = (answer["Word"], answer["Words"] or [], answer["WordError"].rpartition('": ')[2])
        if answer["WordError"]:
            theirs = ("", [], theirs[2])
            ours = (ours[0], ours[1], str(ours[2]).rpartition('": ')[2] or ours[2])
        if ours != theirs:
            wrong.append((escape, word, ours, theirs))
    assert wrong == []


# No malformed brackets or escapes: Moby notices them only when it comes to compare with them, we at once.
_PATTERN_PIECES = (
    *(
        "a",
        "b",
        "ab",
        "*",
        "**",
        "**/",
        "/",
        "?",
        "!",
        "#",
        ".",
        "..",
        " ",
        "[a-b]",
        "[^a]",
        "]",
        "\\*",
        "\\b",
        "\n",
    ),
    *("\n", "\r\n", "*.b", "/**", "(", "+", "a/b", "\n!a", "\n!"),
)


def test_generated_ignore_files() -> None:
    choose = random.Random(22)  # noqa: S311
    paths = [
        "/".join(choose.choice(("a", "b", "ab", "a.b", "*", "(")) for _ in range(choose.randint(1, 3)))
        for _ in range(12)
    ]
    texts = [
        "".join(choose.choice(_PATTERN_PIECES) for _ in range(choose.randint(1, 7))) for _ in range(8000)
    ]
    answers = ask(("\0".join((text, "\n".join(paths))).encode() for text in texts), "ignore")
    wrong = []
    for text, answer in zip(texts, answers):
        try:
            rules = IgnoreRules.parse(text)
            ours: list[bool] | None = [rules.excluded(path) for path in paths]
        except UsageError:
            ours = None
        theirs = None if answer["Refused"] else answer["Excluded"]
        if ours != theirs:
            wrong.append((text, ours, theirs))
    assert wrong == []
