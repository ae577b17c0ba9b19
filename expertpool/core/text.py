"""Cleaning of what people type and paste, and the masks shown instead of sensitive values."""

from __future__ import annotations

import unicodedata

_FOLDED = {
    code: folded
    for code in range(0xFF10, 0xFF5B)
    if (folded := unicodedata.normalize("NFKC", chr(code))).isalnum()
}


def clean_text(value: object) -> str:
    """Return ``value`` as text: full-width forms made half-width, outer blanks removed.

    Chinese punctuation inside names and addresses stays, only full-width letters, digits and
    blanks are folded (U+FF01–U+FF5E are punctuation and letters; of these, letters and digits).
    """
    text = str(value).replace("\u3000", " ").strip().strip("\u200b\ufeff\xa0")
    return text if text.isascii() else text.translate(_FOLDED)


def clean_code(value: object) -> str:
    """Return an identifier (phone, ID card, mail …) with all full-width forms folded."""
    return unicodedata.normalize("NFKC", str(value)).strip().strip("\u200b\ufeff\xa0")


def mask_middle(value: str, *, head: int, tail: int) -> str:
    """Return ``value`` with its middle replaced by ``*`` (138****0001)."""
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]


def mask_name(value: str) -> str:
    """Return 王** for 王小明: the surname stays."""
    return value[:1] + "*" * max(len(value) - 1, 1) if value else ""


def mask_email(value: str) -> str:
    local, at, domain = value.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


def escape_like(value: str) -> str:
    """Return ``value`` for use inside a LIKE pattern."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
