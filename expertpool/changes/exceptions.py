"""What the services of this app refuse; each text says how to mend it."""

from __future__ import annotations

from expertpool.experts.exceptions import ExpertRefused


class ChangeRefused(ExpertRefused):
    """The request does not fit what stands now."""
