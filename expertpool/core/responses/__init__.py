"""Answers that views share: to htmx after a form or an action, and files."""

from expertpool.core.responses.files import file_answer
from expertpool.core.responses.htmx import refused, saved

__all__ = ["file_answer", "refused", "saved"]
