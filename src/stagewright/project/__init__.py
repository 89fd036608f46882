"""The build context → Project and its Consumers."""

from stagewright.project.read import read_project
from stagewright.project.text import read_file, read_sources

__all__ = ["read_file", "read_project", "read_sources"]
