"""Records of long runs: exports and imports."""

from expertpool.core.models.exports import ExportRun

__all__ = ["ExportRun"]
