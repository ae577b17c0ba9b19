"""Where events may be sent to: `core.reachable`, with what the operator lists for them."""

from __future__ import annotations

from django.conf import settings

from expertpool.core import reachable
from expertpool.core.posting import Target

MEND = "确需推送的，请运维人员把它列入 WEBHOOK_PRIVATE_HOSTS。"


def resolve_target(url: str) -> Target:
    """Return where ``url`` leads. Raises AddressRefused as `core.reachable.resolve_target`."""
    return reachable.resolve_target(url, private=settings.WEBHOOK_PRIVATE_HOSTS, mend=MEND)
