"""What leaves the expert pool as files: the list as a table, or with its attachments."""

from expertpool.experts.exports.package import write_package
from expertpool.experts.exports.table import ExpertExport

__all__ = ["ExpertExport", "write_package"]
