"""Which certificates somebody sees, and who has none."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.certificates.enums import Ending
from expertpool.certificates.models import Certificate
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to


def certificates_visible_to(user: User, code: str = "certificates.view") -> QuerySet[Certificate]:
    """Return the certificates of the experts in the scope of ``user`` for ``code``."""
    rows = Certificate.objects.filter(expert__in=experts_visible_to(user, code))
    return rows.select_related("expert", "issued_by", "version__design")


def certificates_of(expert: Expert) -> QuerySet[Certificate]:
    """Return all that ``expert`` was ever given, the latest first."""
    rows = Certificate.objects.filter(expert=expert)
    return rows.select_related("expert", "issued_by", "ended_by", "version__design")


def without_certificate(experts: QuerySet[Expert], today: date) -> QuerySet[Expert]:
    """Return those of ``experts`` who should have one and have none: in the pool, their term not over, and none
    of theirs revoked, which is not undone by many at once."""
    held = Certificate.objects.filter(expert=OuterRef("pk"))
    kept = held.filter(ending__in=("", Ending.REVOKED))
    in_term = Q(term_end_date__isnull=True) | Q(term_end_date__gte=today)
    return experts.filter(in_term, ~Exists(kept), status=ExpertStatus.FORMAL)


def missing_for(user: User, today: date) -> QuerySet[Expert]:
    """Return the experts to whom ``user`` may issue one and who have none."""
    return without_certificate(experts_visible_to(user, "certificates.issue"), today)
