"""Gems by the specifications that RubyGems writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagewright.evidence.gems import Gem, gem_of, read_gems

HOME = "/usr/local/lib/ruby/gems/3.2.0"
RAKE = Gem("rake", "13.0.6", HOME, "rake-13.0.6")
NOKOGIRI = Gem("nokogiri", "1.15.4", HOME, "nokogiri-1.15.4-x86_64-linux")


def stub(words: str) -> bytes:
    return f"# -*- encoding: utf-8 -*-\n# stub: {words} lib\n# stub: ext/extconf.rb\n\nGem::".encode()


GEMS = read_gems(
    {
        f"{HOME}/specifications/rake-13.0.6.gemspec": stub("rake 13.0.6 ruby"),
        f"{HOME}/specifications/nokogiri-1.15.4-x86_64-linux.gemspec": stub("nokogiri 1.15.4 x86_64-linux"),
    }
)


@pytest.mark.parametrize(
    "home", [HOME, "/var/lib/gems/3.1.0", "/usr/local/bundle", "/app/vendor/bundle/ruby/3.2.0", ""]
)
@pytest.mark.parametrize(
    ("full", "words", "name", "version"),
    [
        ("net-http-persistent-4.0.2", "net-http-persistent 4.0.2 ruby", "net-http-persistent", "4.0.2"),
        ("foo-2-bar-1.0.0.pre1", "foo-2-bar 1.0.0.pre1 ruby", "foo-2-bar", "1.0.0.pre1"),
        ("grpc-1.58.0-x86_64-linux-musl", "grpc 1.58.0 x86_64-linux-musl", "grpc", "1.58.0"),
    ],
)
def test_each_says_its_name_and_version(home: str, full: str, words: str, name: str, version: str) -> None:
    found = read_gems({f"{home}/specifications/{full}.gemspec": stub(words)})
    assert found == {(home, full): Gem(name, version, home, full)}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/g/specifications/rake-13.0.6.gemspec", b"Gem::Specification.new"),
        ("/g/specifications/rake-13.0.6.gemspec", stub("rake 13.0.7 ruby")),
        ("/g/specifications/rake-13.0.6.gemspec", stub("rake 13.0.6 java")),
        ("/g/specifications/default/rake-13.0.6.gemspec", stub("rake 13.0.6 ruby")),
        ("/app/rake.gemspec", stub("rake 13.0.6 ruby")),
    ],
)
def test_what_does_not_name_itself_as_its_file_does_is_none(path: str, content: bytes) -> None:
    assert read_gems({path: content}) == {}


@pytest.mark.parametrize(
    ("path", "gem"),
    [
        (f"{HOME}/gems/rake-13.0.6/lib/rake.rb", RAKE),
        (f"{HOME}/specifications/rake-13.0.6.gemspec", RAKE),
        (f"{HOME}/cache/rake-13.0.6.gem", RAKE),
        (f"{HOME}/doc/rake-13.0.6/ri/cache.ri", RAKE),
        (f"{HOME}/build_info/rake-13.0.6.info", RAKE),
        (f"{HOME}/gems/nokogiri-1.15.4-x86_64-linux/gems/rake-13.0.6/x", NOKOGIRI),
        (f"{HOME}/extensions/x86_64-linux/3.2.0/nokogiri-1.15.4-x86_64-linux/gem.build_complete", NOKOGIRI),
        (f"{HOME}/gems/rake-13.0.60/lib/rake.rb", None),
        (f"{HOME}/gems/rake-13.0.6", None),
        (f"{HOME}/bin/rake", None),
        ("/other/gems/rake-13.0.6/lib/rake.rb", None),
    ],
)
def test_the_files_of_each(path: str, gem: Gem | None) -> None:
    assert gem_of(path, GEMS) == gem


def test_a_home_that_is_called_gems() -> None:
    gems = read_gems({"/app/gems/specifications/rake-13.0.6.gemspec": stub("rake 13.0.6 ruby")})
    assert gem_of("/app/gems/gems/rake-13.0.6/lib/rake.rb", gems) == Gem(
        "rake", "13.0.6", "/app/gems", "rake-13.0.6"
    )


@given(st.binary(max_size=60), st.text(max_size=30))
def test_any_bytes_do_no_harm(content: bytes, name: str) -> None:
    read_gems({f"/g/specifications/{name}.gemspec": b"# stub: " + content})
    gem_of(f"/g/gems/{name}", GEMS)
