"""What experts asked about their data."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.core.mandates import A_LOOK, vouched_among
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.privacy.models import DataRequest
from expertpool.privacy.permissions import DECIDE

# What the proof of a request says and opens, and whose it is: of many rows nothing else is read.
PROVEN = ("kind", "uid", "asked_at", "due_at", "text", "proof", "expert__number")


def written(rows: QuerySet[DataRequest], *, a_look: int | None = None) -> QuerySet[DataRequest]:
    """Return those of ``rows`` that an expert asked here (docs/decisions/0477); ``a_look`` for a page
    (`core.mandates.vouched_among`)."""
    narrow = rows.order_by("pk").select_related("expert").only(*PROVEN)
    asked = vouched_among(narrow, a_look=a_look)
    return DataRequest.objects.filter(pk__in=[row.pk for row in asked])


def _reachable(user: User) -> QuerySet[DataRequest]:
    if not user.has_permission(DECIDE):
        return DataRequest.objects.none()
    return told(DataRequest.objects.filter(expert__in=experts_visible_to(user, DECIDE)))


def requests_visible_to(user: User, expert: Expert | None = None) -> QuerySet[DataRequest]:
    """Return the requests of experts in the scope of ``user`` (of ``expert`` alone), who answers them; what was asked
    today only once it may be told (docs/decisions/0185). For a page: see `A_LOOK`."""
    rows = _reachable(user) if expert is None else _reachable(user).filter(expert=expert)
    return written(rows, a_look=A_LOOK).select_related("expert", "answered_by")


def unanswered_by(user: User) -> QuerySet[DataRequest]:
    """Return what every page counts as waiting for ``user``: by the database alone, which cannot tell a row that
    nobody asked. Such a row raises an alarm (`queries.written`), and no list shows it."""
    return _reachable(user).filter(answered_at__isnull=True)


def requests_waiting(user: User) -> QuerySet[DataRequest]:
    """Return those that wait for an answer."""
    return written(unanswered_by(user)).select_related("expert", "answered_by")


def one_request(user: User, pk: int) -> QuerySet[DataRequest]:
    """Return the one with this key, answered or not: whoever comes second reads who was first."""
    return written(_reachable(user).filter(pk=pk)).select_related("expert", "answered_by")


def requests_of(expert: Expert, *, a_look: int | None = None) -> QuerySet[DataRequest]:
    """Return all that ``expert`` asked, the latest first, for himself; ``a_look`` for a page."""
    rows = written(DataRequest.objects.filter(expert=expert), a_look=a_look)
    return rows.select_related("expert", "answered_by").order_by("-asked_at", "-pk")
