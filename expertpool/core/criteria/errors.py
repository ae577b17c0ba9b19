"""What is wrong with a stored or typed condition."""

from __future__ import annotations


class CriteriaError(ValueError):
    """A condition that cannot be used; the text is a Chinese sentence that says the mend."""
