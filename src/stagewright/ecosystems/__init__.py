"""What is known of each language's projects: one explicit, ordered registry."""

from stagewright.ecosystems.base import Ecosystem
from stagewright.ecosystems.registry import ECOSYSTEMS, find

__all__ = ["ECOSYSTEMS", "Ecosystem", "find"]
