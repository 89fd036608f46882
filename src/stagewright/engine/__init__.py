"""Docker behind a small interface: build, run, inspect, layers, remove. Nobody else starts a container."""

from stagewright.engine.blobs import LayerBlob
from stagewright.engine.build import BuildRequest, BuiltImage
from stagewright.engine.container import (
    Container,
    ContainerState,
    ExecResult,
    Logs,
    Process,
    RunRequest,
)
from stagewright.engine.engine import Engine, EngineInfo
from stagewright.engine.errors import (
    BuildFailed,
    BuildTimeout,
    EngineDiskFull,
    EngineMissing,
    EngineRefused,
    EngineSilent,
    RegistryFault,
)
from stagewright.engine.images import Layer
from stagewright.engine.progress import BuildEvent, Step

__all__ = [
    "BuildEvent",
    "BuildFailed",
    "BuildRequest",
    "BuildTimeout",
    "BuiltImage",
    "Container",
    "ContainerState",
    "Engine",
    "EngineDiskFull",
    "EngineInfo",
    "EngineMissing",
    "EngineRefused",
    "EngineSilent",
    "ExecResult",
    "Layer",
    "LayerBlob",
    "Logs",
    "Process",
    "RegistryFault",
    "RunRequest",
    "Step",
]
