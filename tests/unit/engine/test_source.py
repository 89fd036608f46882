import pytest

from stagewright.engine import EngineRefused
from stagewright.engine.source import from_engine
from stagewright.errors import UsageError
from stagewright.model.image import ImageConfig
from tests.unit.evidence.images import FakeEngine, as_engine, digest, file, layer


def test_an_image_of_the_engine() -> None:
    data = layer(file("a"))
    source = from_engine(as_engine(FakeEngine(app=[data])), "app")
    assert source.config == ImageConfig(workdir="/app")
    assert [one.digest for one in source.layers] == [digest(data)]
    with source.blobs() as blobs:
        assert [one.read() for one in blobs] == [data]


class Refusing(FakeEngine):
    def __init__(self, status: int) -> None:
        super().__init__()
        self._status = status

    def inspect_image(self, _: str) -> ImageConfig:
        raise EngineRefused(self._status, "no")


@pytest.mark.parametrize("status", [400, 404])
def test_an_image_that_is_not_there(status: int) -> None:
    with pytest.raises(UsageError, match="no such image") as raised:
        from_engine(as_engine(Refusing(status)), "nosuch")
    assert "docker save" in raised.value.hint


def test_another_refusal_is_told_as_it_is() -> None:
    with pytest.raises(EngineRefused):
        from_engine(as_engine(Refusing(500)), "app")
