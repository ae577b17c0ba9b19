"""How often an address asks for certificates."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from expertpool.certificates.models import Lookup
from expertpool.certificates.settings import PUBLIC_PER_HOUR
from expertpool.core.client import network_of
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.text import hour_of

KEPT = timedelta(days=1)


def may_look(*, address: str, now: datetime) -> bool:
    """Count one more question from ``address``; False once it has asked more often in this hour than the office
    allows, whatever it asks for."""
    # Keyed and by network: the table tells nobody who asked, and many addresses of one visitor count together.
    index = blind_index("certificates.lookup", network_of(address))
    with connection.cursor() as cursor:
        # One statement: of many at once, each counts.
        cursor.execute(
            "INSERT INTO certificates_lookup (address_index, hour, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (address_index, hour) DO UPDATE"
            " SET count = certificates_lookup.count + 1 RETURNING count",
            [index, hour_of(now)],
        )
        count: int = cursor.fetchone()[0]
    return count <= value_of(PUBLIC_PER_HOUR)


def forget_lookups(*, now: datetime) -> int:
    """Forget the counts of yesterday and before; return how many."""
    return Lookup.objects.filter(hour__lt=now - KEPT).delete()[0]
