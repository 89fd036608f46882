"""Image references, and what is known of the well-known images without asking a registry."""

from stagewright.images.families import default_user, release, runtime_base, slim_variant
from stagewright.images.reference import Reference
from stagewright.images.tool_chain import TOOL_CHAIN

__all__ = ["TOOL_CHAIN", "Reference", "default_user", "release", "runtime_base", "slim_variant"]
