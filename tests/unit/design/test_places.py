"""Where a stage's instructions put files, or the first line that does not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from stagewright.design.places import Places, places
from stagewright.dockerfile import parse
from stagewright.model.design import Decline
from stagewright.model.project import Project


def found(*lines: str, base: str = "debian:12", **build_args: str) -> Places | Decline:
    df = parse("\n".join((f"FROM {base}", *lines, "")))
    project = Project(Path(), {"main.py": 10, "lib/a.py": 10})
    return places(df, df.stages[0], base, project, build_args)


def paths(*lines: str, base: str = "debian:12", **build_args: str) -> tuple[str, ...]:
    result = found(*lines, base=base, **build_args)
    assert isinstance(result, Places), result
    return result.paths


def declined(*lines: str, base: str = "debian:12") -> str:
    result = found(*lines, base=base)
    assert isinstance(result, Decline), result
    assert result.code == "unknown-place"
    return result.reason


def test_what_lies_below_another_place_is_not_told_twice() -> None:
    assert paths("WORKDIR /app", "COPY . .", "RUN mkdir -p data /srv/x") == ("/app", "/srv/x")


def test_files_of_the_context_are_told_one_by_one_where_the_folder_is_the_bases() -> None:
    assert paths("COPY main.py lib/a.py /usr/bin/") == ("/usr/bin/main.py", "/usr/bin/a.py")
    assert "base's own" in declined("COPY lib /usr/bin")


def test_variables_and_folders_in_force_count() -> None:
    lines = ("ARG WHERE=/opt", "ENV HOME_OF=$WHERE/app", "WORKDIR $HOME_OF", "RUN cd sub && touch a")
    assert paths(*lines) == ("/opt/app",)
    assert paths(*lines, WHERE="/srv") == ("/srv/app",)
    assert "which folder $NONE is" in declined("WORKDIR $NONE")


def test_packages_are_the_distributions_and_those_purged_are_gone() -> None:
    result = found(
        "RUN apt-get update && apt-get install -y --no-install-recommends gcc jq && touch /x",
        "RUN apt-get purge -y gcc",
    )
    assert result == Places(("/x",), ("jq",), False)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("RUN ./build.sh", "does not tell where"),
        ("RUN chmod +x /etc/init", "what of /etc/init production needs"),
        ("RUN rm -rf /etc/init", "whether /etc/init is the base's own"),
        ("RUN echo x > $FILE", "which file it writes"),
        ("RUN cd - && touch x", "in which folder it works"),
        ("RUN apt-get purge -y bash", "what bash has in the base"),
        ('SHELL ["powershell"]\nRUN Get-Thing', "what this RUN does"),
    ],
)
def test_a_line_that_does_not_tell_is_named(line: str, reason: str) -> None:
    assert reason in declined("WORKDIR /app", line)
    assert declined("WORKDIR /app", line).startswith(f"Line {3 + line.count(chr(10))}:")


def test_what_is_made_and_taken_away_again_in_part_is_not_told() -> None:
    assert "what is left of /app" in declined("COPY main.py /app/", "RUN rm -r /app")
    assert paths("WORKDIR /app", "RUN touch a && rm -rf b /tmp/c") == ("/app",)


def test_a_copied_folder_would_lose_its_owner_and_mode_and_a_file_keeps_them() -> None:
    assert paths("COPY main.py /run.py", "RUN chmod +x /run.py") == ("/run.py",)
    assert paths("WORKDIR /app", "RUN mkdir data && chmod 700 data") == ("/app",)
    for line in ("RUN chmod 700 /app", "RUN chown -R 7:7 /app", "RUN tar -xf a.tar"):
        assert "whose folder /app is" in declined("WORKDIR /app", line)
    assert "whose folder /x is" in declined("WORKDIR /app", "USER 7", "RUN mkdir /x")
    assert "whose folder /home/a is" in declined("RUN useradd -m a")


def test_a_user_beside_those_of_packages_is_not_told() -> None:
    assert "which users" in declined("RUN apt-get install -y --no-install-recommends jq", "RUN groupadd app")


def test_an_installer_that_settings_or_a_user_lead_elsewhere_is_not_told() -> None:
    base = "python:3.13"
    assert paths("RUN pip install flask", base=base) == ("/usr/local",)
    assert "where `pip` installs" in declined("ENV PIP_TARGET=/x", "RUN pip install flask", base=base)
    assert "where `pip` installs" in declined("USER 1000", "RUN pip install flask", base=base)
