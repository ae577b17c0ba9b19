"""Taking files in, storing those that belong to something, and removing them."""

from expertpool.files.services.attaching import (
    attach,
    clean_file_name,
    move_attachment,
    note_download,
    note_preview,
    remove_attachment,
    remove_orphans,
)
from expertpool.files.services.receiving import Received, receive
from expertpool.files.services.waiting import scan_held

__all__ = [
    "Received",
    "attach",
    "clean_file_name",
    "move_attachment",
    "note_download",
    "note_preview",
    "receive",
    "remove_attachment",
    "remove_orphans",
    "scan_held",
]
