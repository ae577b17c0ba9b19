"""Writing to the log. There is no other door, and no way to change what is written."""

from expertpool.audit.services.recording import changed, record, snapshot

__all__ = ["changed", "record", "snapshot"]
