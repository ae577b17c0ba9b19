"""Records of long runs (exports, imports, changes of keys), of duties, and of the interface's answers; searches kept
under a name."""

from expertpool.core.models.answers import StoredAnswer
from expertpool.core.models.asked import AskedJob
from expertpool.core.models.bulk import BulkRun
from expertpool.core.models.codes import TriedCode
from expertpool.core.models.duties import DutyRun
from expertpool.core.models.exports import ExportRun
from expertpool.core.models.imports import ImportMemory, ImportRun
from expertpool.core.models.keys import KeyCheck, Rekeying
from expertpool.core.models.searches import SavedSearch

__all__ = [
    "AskedJob",
    "BulkRun",
    "DutyRun",
    "ExportRun",
    "ImportMemory",
    "ImportRun",
    "KeyCheck",
    "Rekeying",
    "SavedSearch",
    "StoredAnswer",
    "TriedCode",
]
