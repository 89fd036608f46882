from stagewright.engine.images import Layer, image_config, image_layers
from stagewright.model.image import Healthcheck, ImageConfig


def test_an_empty_configuration() -> None:
    assert image_config({"Config": None, "Os": "linux"}) == ImageConfig()


def test_everything_that_a_configuration_says() -> None:
    seen = {
        "Os": "linux",
        "Architecture": "arm64",
        "Config": {
            "Env": ["A=b=c", "EMPTY="],
            "Entrypoint": ["/e"],
            "Cmd": ["c"],
            "User": "7:8",
            "WorkingDir": "/w",
            "ExposedPorts": {"81/tcp": {}, "80/tcp": {}},
            "Volumes": {"/v": {}},
            "Labels": {"b": "2", "a": "1"},
            "Healthcheck": {"Test": ["CMD", "true"], "Interval": 1_500_000_000, "Retries": 3},
            "StopSignal": "SIGQUIT",
            "Shell": ["/bin/bash", "-c"],
            "OnBuild": ["RUN x"],
        },
    }
    assert image_config(seen) == ImageConfig(  # noqa: S604 - nothing is run
        env=(("A", "b=c"), ("EMPTY", "")),
        entrypoint=("/e",),
        cmd=("c",),
        user="7:8",
        workdir="/w",
        exposed=("80/tcp", "81/tcp"),
        volumes=("/v",),
        labels=(("a", "1"), ("b", "2")),
        healthcheck=Healthcheck(("CMD", "true"), interval=1.5, retries=3),
        stopsignal="SIGQUIT",
        shell=("/bin/bash", "-c"),
        onbuild=("RUN x",),
        architecture="arm64",
    )


def _history(*oldest_first: tuple[str, int]) -> list[dict[str, object]]:
    return [{"CreatedBy": by, "Size": size} for by, size in reversed(oldest_first)]


def test_layers_with_the_instructions_that_made_them() -> None:
    history = _history(
        ("/bin/sh -c #(nop) ADD file:1 in / ", 100),
        ('/bin/sh -c #(nop)  CMD ["sh"]', 0),
        ("ENV A=b", 0),
        ("WORKDIR /empty", 0),
        ("COPY a b # buildkit", 5),
        ("HEALTHCHECK NONE", 0),
    )
    seen = {"RootFS": {"Layers": ["sha256:1", "sha256:2", "sha256:3"]}}
    assert image_layers(seen, history) == (
        Layer(0, "sha256:1", "/bin/sh -c #(nop) ADD file:1 in / "),
        Layer(1, "sha256:2", "WORKDIR /empty"),
        Layer(2, "sha256:3", "COPY a b"),
    )


def test_a_history_that_does_not_fit_names_nothing() -> None:
    seen = {"RootFS": {"Layers": ["sha256:1", "sha256:2"]}}
    assert [layer.created_by for layer in image_layers(seen, _history(("", 0)))] == ["", ""]
