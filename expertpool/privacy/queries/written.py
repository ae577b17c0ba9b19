"""Which rows about personal data are looked at: none that this system did not write counts."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from expertpool.core.mandates import Mandate
from expertpool.privacy.models import Consent


def _consents(now: datetime) -> QuerySet[Consent]:
    """The latest written first: its time is its own word."""
    return Consent.objects.select_related("expert", "text").order_by("-pk")


WRITTEN = (Mandate("privacy.consents", "个人信息的同意", _consents, is_whole=True),)
