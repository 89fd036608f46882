import pytest
from fastapi.testclient import TestClient

from app.links import Links, Taken, short_name
from app.main import app


def test_a_target_keeps_its_name() -> None:
    assert short_name("https://a.example/") == short_name("https://a.example/")
    assert len(short_name("https://a.example/")) == 6


def test_a_name_is_taken_once() -> None:
    links = Links()
    links.add("https://a.example/", "a")
    with pytest.raises(Taken):
        links.add("https://b.example/", "a")


def test_following_counts() -> None:
    with TestClient(app) as client:
        assert client.get("/python", follow_redirects=False).status_code == 307
        assert client.get("/links/python").json()["visits"] >= 1
        assert client.get("/links/none").status_code == 404
