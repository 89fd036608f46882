from collections.abc import Iterator
from pathlib import Path

import pytest

from stagewright.engine.address import Address
from stagewright.engine.api import Api
from tests.unit.engine.fake import FakeEngine, fake_engine


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeEngine]:
    with fake_engine(tmp_path) as running:
        yield running


@pytest.fixture
def api(fake: FakeEngine) -> Api:
    return Api(Address(f"unix://{fake.socket}"))
