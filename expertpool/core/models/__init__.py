"""Records of long runs (exports and imports) and of the interface's answers."""

from expertpool.core.models.answers import StoredAnswer
from expertpool.core.models.exports import ExportRun
from expertpool.core.models.imports import HeaderMemory, ImportRun

__all__ = ["ExportRun", "HeaderMemory", "ImportRun", "StoredAnswer"]
