"""Taking files in, storing those that belong to something, and removing them."""

from expertpool.files.services.attaching import (
    attach,
    choose_kind,
    clean_file_name,
    copy_attachment,
    move_attachment,
    note_download,
    note_preview,
    remove_all_attachments,
    remove_attachment,
    remove_orphans,
)
from expertpool.files.services.layout import laid_out
from expertpool.files.services.receiving import Received, our_archive, receive
from expertpool.files.services.sealing import Tried, seal_clear
from expertpool.files.services.waiting import scan_held
from expertpool.files.services.words import Words, words_of

__all__ = [
    "Received",
    "Tried",
    "Words",
    "attach",
    "choose_kind",
    "clean_file_name",
    "copy_attachment",
    "laid_out",
    "move_attachment",
    "note_download",
    "note_preview",
    "our_archive",
    "receive",
    "remove_all_attachments",
    "remove_attachment",
    "remove_orphans",
    "scan_held",
    "seal_clear",
    "words_of",
]
