from fastapi.testclient import TestClient

from app.main import app
from app.schedule import Schedule


def test_the_last_setting_holds_overnight() -> None:
    schedule = Schedule({6: 20.0, 22: 16.0})
    assert [schedule.at(hour) for hour in (3, 6, 21, 22)] == [16.0, 20.0, 20.0, 16.0]


def test_nonsense_is_refused() -> None:
    client = TestClient(app)
    assert client.put("/", json={"hour": 25, "degrees": 20}).status_code == 422
    assert client.get("/at/12").json() == {"degrees": 18.0}
