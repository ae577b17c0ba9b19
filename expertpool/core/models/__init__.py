"""Records of long runs: exports and imports."""

from expertpool.core.models.exports import ExportRun
from expertpool.core.models.imports import HeaderMemory, ImportRun

__all__ = ["ExportRun", "HeaderMemory", "ImportRun"]
