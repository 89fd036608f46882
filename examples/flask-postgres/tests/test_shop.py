import pytest

from shop import create_app
from shop.stock import MemoryStock


@pytest.fixture
def client():
    return create_app(MemoryStock({"bolts": 2})).test_client()


def test_the_page_lists_the_stock(client):
    assert "bolts" in client.get("/").text


def test_stock_changes(client):
    assert client.post("/items/bolts", json={"by": -2}).json == {"name": "bolts", "count": 0}
    assert client.post("/items/bolts", json={"by": -1}).status_code == 409
    assert client.post("/items/bolts", json={"by": "x"}).status_code == 422
