"""Answers that views share: to htmx after a form or an action, and files."""

from expertpool.core.responses.files import file_answer
from expertpool.core.responses.htmx import (
    MOST_UNDONE,
    Refused,
    Undo,
    not_opened,
    refused,
    saved,
    warned,
)

__all__ = [
    "MOST_UNDONE",
    "Refused",
    "Undo",
    "file_answer",
    "not_opened",
    "refused",
    "saved",
    "warned",
]
