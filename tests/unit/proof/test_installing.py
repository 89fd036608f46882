import pytest

from stagewright.proof.installing import installation


@pytest.mark.parametrize(
    ("command", "installs"),
    [
        ("npm install", True),
        ("npm ci", True),
        ("npm run start:docker", False),
        ("npm start", False),
        ("/usr/local/bin/python3.13 /usr/local/bin/pip install -r requirements.txt", True),
        ("node /usr/local/bin/yarn install", True),
        ("/usr/bin/python3 -m http.server", False),
        ("node server.js install", False),
        ("sh -c npm install && node server.js", False),
        ("/srv/it's open", False),
        ("", False),
    ],
)
def test_a_process_that_installs_packages(command: str, installs: bool) -> None:
    assert installation(["sleep 1", command]) == (command if installs else "")
